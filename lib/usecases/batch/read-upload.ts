import { createHash } from 'node:crypto';
import { batchBytes } from '../../domain/batch/batch-size.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { otherText } from '../../domain/record/upload.ts';
import type { Deps } from '../deps.ts';
import { findUpload, type NamedUpload, type OrderedUpload } from './ordered-upload.ts';

/**
 * Reads an uploaded text. Throws UploadNotFound or PayloadTooLarge. The upload stays, so that the caller can look at a
 * plan first. The store has normally checked it against the order; where it could not, this does.
 */
export const readUpload = async (
  deps: Pick<Deps, 'uploads' | 'table' | 'clock'>,
  named: NamedUpload,
): Promise<{ readonly bytes: Uint8Array; readonly upload: OrderedUpload }> => {
  const upload = await findUpload(deps, named);
  const bytes = await deps.uploads.read(named.uploadId, batchBytes.atMost);
  if (bytes === undefined) throw nothingThere();
  if (createHash('sha256').update(bytes).digest('hex') !== upload.sha256) throw otherText();
  return { bytes, upload };
};

const nothingThere = (): FlotillaError =>
  new FlotillaError('UploadNotFound', 'Nothing was uploaded yet. Send the batch to its url with PUT first.');
