import { createHash } from 'node:crypto';

/** The SHA-256 of a text as 64 hexadecimal digits; names documents by content. */
export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');
