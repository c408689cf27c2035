import { FlotillaError } from '../../domain/errors.ts';
import type { Documents } from '../../domain/ports.ts';

/** A document that must be there, as it was written. Throws DocumentMissing. */
export const readDocument = async <Content>(documents: Documents, path: string): Promise<Content> => {
  const text = await documents.get(path);
  if (text === undefined) throw new FlotillaError('DocumentMissing', `there is no ${path}`);
  return JSON.parse(text) as Content;
};
