import { createHash } from 'node:crypto';

/** Of a text, in 64 hexadecimal digits: the name of a document that is named by what is in it. */
export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');
