import { FlotillaError } from '../../domain/errors.ts';
import type { Documents } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import { sha256Of } from '../../domain/sha256.ts';

/** Reads a document that must exist, as written. Throws DocumentMissing. */
export const mustRead = async (documents: Documents, path: string): Promise<string> => {
  const text = await documents.get(path);
  if (text === undefined) throw new FlotillaError('DocumentMissing', `there is no ${path}`);
  return text;
};

/** Reads manifests by their SHA-256 and checks it. */
export const mustReadManifests = async (documents: Documents, sha256: string): Promise<string> => {
  const path = documentPaths.manifests(sha256);
  const text = await mustRead(documents, path);
  if (sha256Of(text) === sha256) return text;
  throw new FlotillaError('DocumentMissing', `the text of ${path} does not match its SHA-256`);
};

/** Like `mustRead`, for JSON. */
export const readDocument = async <Content>(documents: Documents, path: string): Promise<Content> =>
  JSON.parse(await mustRead(documents, path)) as Content;
