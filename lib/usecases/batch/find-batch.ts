import { FlotillaError } from '../../domain/errors.ts';
import { isLatest, prefixOfBatchIds, wholeBatchId } from '../../domain/record/batch-id.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { isoTime } from '../iso-time.ts';

/** Our ids have 26 characters. A table limits the length of a key, and anything longer than this is not a batch id. */
const longestId = 64;

/** Finds a batch's header by its whole id. Throws BatchNotFound or RecordExpired. */
export const findBatch = async (deps: Pick<Deps, 'table'>, batchId: string): Promise<HeaderRow> => {
  const header = await lookForBatch(deps, batchId);
  if (header === undefined) throw batchNotFound(batchId);
  return kept(header);
};

/** Throws RecordExpired when only the expired header is left of a batch. */
export const kept = (header: HeaderRow): HeaderRow => {
  const { batch_id, expired_at, kept_days } = header;
  if (expired_at === undefined) return header;
  const day = isoTime(expired_at).slice(0, 10);
  const message = `The record of batch ${batch_id} was kept for ${kept_days} days and expired on ${day}.`;
  throw new FlotillaError('RecordExpired', message, { batch_id });
};

/** Also returns the header of a batch whose record has expired; it has `expired_at`. */
export const lookForBatch = async ({ table }: Pick<Deps, 'table'>, batchId: string): Promise<HeaderRow | undefined> =>
  batchId.length > longestId ? undefined : rowOf<HeaderRow>(await table.get(keys.header(batchId)));

export const batchNotFound = (batchId: string, advice = ''): FlotillaError =>
  new FlotillaError('BatchNotFound', `There is no batch ${batchId}.${advice}`, { batch_id: batchId });

/** The same error, for addresses that take whole ids only. */
export const wholeBatchNotFound = (batchId: string): FlotillaError =>
  batchNotFound(batchId, isShort(batchId) ? wholeWanted : '');

/** Whether the one address that takes more than whole ids would accept it. */
const isShort = (batchId: string): boolean =>
  wholeBatchId(batchId) === undefined && (isLatest(batchId) || prefixOfBatchIds(batchId) !== undefined);

const wholeWanted = ' Only GET /batches/{id} accepts latest or the beginning of an id. Send the whole id here.';
