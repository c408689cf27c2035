import { FlotillaError } from '../domain/errors.ts';

const SEGMENT = /^[A-Za-z0-9_=+@,-][A-Za-z0-9._=+@,-]*$/;
/** S3 allows 1,024 bytes; a file system allows 255 for each segment. */
const MAX_PATH = 1000;
const MAX_SEGMENT = 200;

/**
 * Rejects a path that does not mean the same as an S3 key and as a file below a folder. It allows plain segments only, none
 * beginning with a dot, so that no path leaves the root.
 */
export const checkDocumentPath = (path: string): void => {
  const isPlain = path.split('/').every((segment) => segment.length <= MAX_SEGMENT && SEGMENT.test(segment));
  if (!isPlain || path.length > MAX_PATH) {
    throw new FlotillaError('ContractBroken', `"${path}" is not a path of a document`, { path });
  }
};
