import { FlotillaError } from '../domain/errors.ts';

const SEGMENT = /^[A-Za-z0-9_=+@,-][A-Za-z0-9._=+@,-]*$/;
/** S3 takes 1,024 bytes; a file system takes 255 for each segment. */
const MAX_PATH = 1000;
const MAX_SEGMENT = 200;

/**
 * Refuses a path that does not mean the same as a key of S3 and as a file below a folder: segments of plain characters,
 * none that begins with a dot, so that no path leads out of the root.
 */
export const checkDocumentPath = (path: string): void => {
  const isPlain = path.split('/').every((segment) => segment.length <= MAX_SEGMENT && SEGMENT.test(segment));
  if (!isPlain || path.length > MAX_PATH) {
    throw new FlotillaError('ContractBroken', `"${path}" is not a path of a document`, { path });
  }
};
