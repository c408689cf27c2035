import { FlotillaError } from '../../domain/errors.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { isoTime } from '../iso-time.ts';

/** As the API tells it. */
export interface UploadView {
  readonly upload_id: string;
  readonly url: string;
  readonly method: 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly expires_at: string;
}

/** An address for a batch that is larger than a request may be. */
export const openUpload = async (
  { uploads, rights }: Pick<Deps, 'uploads'> & AskedBy,
  { bytes }: { readonly bytes: number },
): Promise<UploadView> => {
  if (!rights.any)
    throw new FlotillaError('Forbidden', 'There is no grant for you, so there is no batch that you may send.');
  const { upload_id, url, headers, expires_at } = await uploads.open(bytes);
  return { upload_id, url, method: 'PUT', headers, expires_at: isoTime(expires_at) };
};
