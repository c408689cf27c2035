import { FlotillaError } from '../../domain/errors.ts';
import type { UploadAddress, UploadOrder } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import { mostOpenUploads, type OpenUploadRow, uploadLife } from '../../domain/record/upload.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { checkAnyGrant } from '../grants/refuse.ts';
import { isoTime } from '../iso-time.ts';
import { takePlace } from '../take-place.ts';
import { uploadPlaces } from './ordered-upload.ts';

/** An upload as the API shows it. */
export interface UploadView {
  readonly upload_id: string;
  readonly url: string;
  readonly method: 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly expires_at: string;
}

type Needs = Pick<Deps, 'uploads' | 'table' | 'clock' | 'random'> & AskedBy;

/**
 * Opens an address for a batch that is too large for a request. Throws TooManyRequests if the caller has too many open.
 */
export const openUpload = async (deps: Needs, order: UploadOrder): Promise<UploadView> => {
  const { uploads, clock, rights } = deps;
  checkAnyGrant(rights);
  // Opens it only once a place is taken, and only once even if that is retried.
  let opened: UploadAddress | undefined;
  const wait = await takePlace(deps, uploadPlaces(rights.actor), async (place, when) => {
    opened ??= await uploads.open(order);
    const ends_at = clock.now() + uploadLife.text * 1000;
    const expires_at = Math.ceil(ends_at / 1000);
    const row: OpenUploadRow = { holder: opened.upload_id, ...order, ends_at, expires_at };
    return { put: itemOf(keys.openUpload(rights.actor.subject, place), row), when };
  });
  if (wait !== undefined || opened === undefined) throw tooMany(wait ?? 0);
  const { upload_id, url, headers, expires_at } = opened;
  return { upload_id, url, method: 'PUT', headers, expires_at: isoTime(expires_at) };
};

const tooMany = (wait: number): FlotillaError => {
  const message = `You have ${mostOpenUploads} uploads open. Submit one, or delete it: DELETE /uploads/{id}.`;
  return new FlotillaError('TooManyRequests', message, { retry_after: Math.ceil(wait / 1000) });
};
