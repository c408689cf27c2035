import { batchBytes } from '../../domain/batch/batch-size.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';

/** What was put at an upload; throws UploadNotFound or PayloadTooLarge. It stays there, so that a plan can be looked at first. */
export const readUpload = async (
  { uploads }: Pick<Deps, 'uploads'>,
  { uploadId }: { readonly uploadId: string },
): Promise<Uint8Array> => {
  const bytes = await uploads.read(uploadId, batchBytes.atMost);
  if (bytes !== undefined) return bytes;
  throw new FlotillaError(
    'UploadNotFound',
    'Nothing was put at this upload, or more than a day ago. Make a new one by POST /uploads and put the batch at its url.',
  );
};
