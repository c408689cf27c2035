import { FlotillaError } from '../../domain/errors.ts';
import type { Documents } from '../../domain/ports.ts';

/** A document that must be there, as it was written. Throws DocumentMissing. */
export const mustRead = async (documents: Documents, path: string): Promise<string> => {
  const text = await documents.get(path);
  if (text === undefined) throw new FlotillaError('DocumentMissing', `there is no ${path}`);
  return text;
};

/** The same, of JSON. */
export const readDocument = async <Content>(documents: Documents, path: string): Promise<Content> =>
  JSON.parse(await mustRead(documents, path)) as Content;
