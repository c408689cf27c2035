import { createHash } from 'node:crypto';
import { batchBytes } from '../../domain/batch/batch-size.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { otherText } from '../../domain/record/upload.ts';
import type { Deps } from '../deps.ts';
import { findUpload, type NamedUpload, type OrderedUpload } from './ordered-upload.ts';

/**
 * What was put at an upload, with its order; throws UploadNotFound or PayloadTooLarge. It stays there, so that a plan can be looked
 * at first. Whoever keeps it has compared it with its order before; where they were not able to, this does.
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
  new FlotillaError('UploadNotFound', 'Nothing was put at this upload. Put the batch at its url first.');
