import { FlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import type { Actor } from '../../domain/record/actor.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, rowOf } from '../../domain/record/rows.ts';
import { checkUploadId, mostOpenUploads, type OpenUploadRow, type UsedUploadRow } from '../../domain/record/upload.ts';
import type { Deps } from '../deps.ts';
import { type Placed, type Places, takenPlaces } from '../take-place.ts';

type Needs = Pick<Deps, 'table' | 'clock'>;

/** Only the subject that opened an upload can find it. */
export interface NamedUpload {
  readonly actor: Pick<Actor, 'subject'>;
  readonly uploadId: string;
}

export interface OrderedUpload {
  readonly sha256: string;
  /** The batch that used it. */
  readonly used_by?: string;
  /** Marks it as used by the batch, once. The write fails if it is no longer open. Absent once it is used. */
  readonly use?: (batchId: string) => readonly Write[];
}

export const uploadPlaces = ({ subject }: Pick<Actor, 'subject'>): Places => ({
  pk: keys.openUpload(subject, '').pk,
  prefix: keys.openUpload(subject, '').sk,
  most: mostOpenUploads,
});

/** Throws UploadNotFound if this subject did not open it, or it is over. */
export const findUpload = async (deps: Needs, named: NamedUpload): Promise<OrderedUpload> => {
  const { actor, uploadId } = named;
  checkUploadId(uploadId);
  const open = await findOpen(deps, named);
  if (open !== undefined) return { sha256: open.sha256, use: (batchId) => useWrites(named, open, batchId) };
  const used = rowOf<UsedUploadRow>(await deps.table.get(keys.usedUpload(actor.subject, uploadId)));
  if (used === undefined || used.ends_at <= deps.clock.now()) throw notFound();
  return { sha256: used.sha256, used_by: used.batch_id };
};

/** Throws StatusConflict for an upload that was used. */
export const checkUnused = ({ used_by: batch_id }: Pick<OrderedUpload, 'used_by'>): void => {
  if (batch_id === undefined) return;
  const message = `This upload was used for batch ${batch_id}. For another batch, open a new one: POST /uploads.`;
  throw new FlotillaError('StatusConflict', message, { batch_id });
};

/** Frees its place. The upload can no longer be read. */
export const giveUpUpload = async (deps: Needs & Pick<Deps, 'uploads'>, named: NamedUpload): Promise<void> => {
  checkUploadId(named.uploadId);
  const open = await findOpen(deps, named);
  if (open === undefined) return checkUnused(await findUpload(deps, named));
  await deps.table.transact([freeWrite(named, open)]);
  await deps.uploads.drop(named.uploadId);
};

const findOpen = async (deps: Needs, { actor, uploadId }: NamedUpload): Promise<Open | undefined> => {
  const taken = await takenPlaces<OpenUploadRow>(deps, uploadPlaces(actor));
  return taken.find(({ holder }) => holder === uploadId);
};

type Open = Placed<OpenUploadRow>;

const freeWrite = ({ actor, uploadId }: NamedUpload, { place }: Open): Write => ({
  delete: keys.openUpload(actor.subject, place),
  when: { equals: { holder: uploadId } },
});

const useWrites = (named: NamedUpload, open: Open, batch_id: string): readonly Write[] => {
  const { bytes, sha256, ends_at, expires_at } = open;
  const used: UsedUploadRow = { batch_id, bytes, sha256, ends_at, expires_at };
  return [freeWrite(named, open), { put: itemOf(keys.usedUpload(named.actor.subject, named.uploadId), used) }];
};

const notFound = (): FlotillaError =>
  new FlotillaError(
    'UploadNotFound',
    'You have no such upload open. It was never yours, was deleted, or has expired: an address accepts a text for 15 minutes, and a text is kept for an hour. Open a new one: POST /uploads.',
  );
