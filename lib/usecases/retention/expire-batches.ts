import { isFlotillaError } from '../../domain/errors.ts';
import { placesOf, type Reach } from '../../domain/grants/reach.ts';
import { type Candidate, type ExpiringRow, keptSince, mayExpire, tombstoneOf } from '../../domain/record/expiry.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, itemOf, rowOf } from '../../domain/record/rows.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import type { Deps } from '../deps.ts';
import type { DoAll } from '../do-all.ts';
import { readReach } from '../grants/seen-batch.ts';
import type { FeedHead } from '../record/anchor-end.ts';
import { type Budget, removeRecord } from './remove-record.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random' | 'catalogue' | 'tell'>;

/** Limits per sweep: rows removed, batches that begin to expire, and batches checked for it. */
const rowsPerSweep = 2_000;
const batchesPerSweep = 10;
const lookedAtPerSweep = 100;

/**
 * Removes the records of batches that ended longer ago than the configuration keeps them: some in each sweep, oldest
 * first. Finishes what was begun first, so that a crash leaves nothing behind for good.
 */
export const expireBatches = async (deps: Needs, all: DoAll): Promise<void> => {
  const days = await daysKept(deps);
  if (days === undefined) return;
  const budget: Budget = { rows: rowsPerSweep };
  const { items } = await deps.table.query({ pk: keys.expiring('').pk, limit: batchesPerSweep });
  for (const item of items) await all.try(() => removeRecord(deps, rowOf<ExpiringRow>(item)!, budget));
  const before = keptSince(deps.clock.now(), days);
  const old = await findOld(deps, before);
  for (const header of old.slice(0, batchesPerSweep - items.length)) {
    if (budget.rows <= 0) return;
    await all.try(async () => {
      const begun = await begin(deps, header, days);
      if (begun !== undefined) await removeRecord(deps, begun, budget);
    });
  }
};

/** Without a configuration, nothing says that records should go. */
const daysKept = async ({ catalogue }: Needs): Promise<number | undefined> => {
  try {
    return (await catalogue()).retention_days;
  } catch (error) {
    if (isFlotillaError(error, 'ConfigurationInvalid')) return undefined;
    throw error;
  }
};

/** The oldest listed batches that may expire. Expired batches are no longer listed. */
const findOld = async (deps: Needs, before: number): Promise<readonly HeaderRow[]> => {
  const { items } = await deps.table.query({ pk: keys.listed('').pk, limit: lookedAtPerSweep });
  const found: HeaderRow[] = [];
  for (const { sk, created_at } of items) {
    // Later batches were created later and so ended later too.
    if (typeof created_at === 'number' && created_at >= before) break;
    const header = await lookForBatch(deps, sk);
    // This first check saves further reads for batches that are kept.
    if (header === undefined || !mayExpire({ header, isAnchored: true }, before)) continue;
    if (mayExpire(await readCandidate(deps, header), before)) found.push(header);
    if (found.length === batchesPerSweep) break;
  }
  return found;
};

const readCandidate = async (deps: Needs, header: HeaderRow): Promise<Candidate> => {
  const { batch_id, origin } = header;
  const [feed, anchored, retries, root] = await Promise.all([
    deps.table.get(keys.feedHead(batch_id)),
    deps.table.get(keys.anchored(batch_id)),
    deps.table.query({ pk: keys.header(batch_id).pk, prefix: 'RETRY#', limit: 1, newestFirst: true }),
    origin?.root === undefined ? undefined : lookForBatch(deps, origin.root),
  ]);
  const end = rowOf<FeedHead>(feed);
  const [last] = retries.items;
  return {
    header,
    isAnchored: end?.ended !== true || rowOf<{ readonly number: number }>(anchored)?.number === end.last,
    root,
    lastRetry: last === undefined ? undefined : await lookForBatch(deps, String(last.batch_id)),
  };
};

/** Marks a batch as expired for all readers. Undefined if it has changed meanwhile; the next sweep looks again. */
const begin = async (deps: Needs, header: HeaderRow, days: number): Promise<ExpiringRow | undefined> => {
  const { batch_id, submitted_by, status, seq, origin, metadata } = header;
  const at = deps.clock.now();
  const reach = await knownReach(deps, header);
  const row: ExpiringRow = {
    batch_id,
    ...(origin === undefined ? {} : { origin }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(reach === undefined ? {} : { reach }),
  };
  try {
    await deps.table.transact([
      {
        put: itemOf(keys.header(batch_id), tombstoneOf(header, { at, days, reach })),
        when: { equals: { seq }, missing: ['expired_at'] },
      },
      { put: itemOf(keys.expiring(batch_id), row) },
      { delete: keys.listed(batch_id) },
      { delete: keys.submitted(submitted_by, batch_id) },
      { delete: keys.batchBy('status', status, header) },
    ]);
  } catch (error) {
    if (isFlotillaError(error, 'ConditionFailed') || isFlotillaError(error, 'TableBusy')) return undefined;
    throw error;
  }
  deps.tell?.(`The record of the batch was kept for ${days} days and has expired.`, { batch_id });
  return row;
};

/** As many as a row has room for. */
const mostPlaces = 1_000;

const knownReach = async (deps: Needs, header: HeaderRow): Promise<Reach | undefined> => {
  try {
    const reach = await readReach(deps, header);
    return placesOf(reach).length > mostPlaces ? undefined : reach;
  } catch (error) {
    if (isFlotillaError(error, 'DocumentMissing')) return undefined;
    throw error;
  }
};
