import type { Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, itemOf, rowOf } from '../../domain/record/rows.ts';
import { type Retries, retriesOf } from '../../domain/undo/retries.ts';
import type { DescendantRow } from '../../domain/undo/undo-rows.ts';
import { findBatch, lookForBatch } from '../batch/find-batch.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { isSeen } from '../grants/seen-batch.ts';
import { everyItem } from '../schedule/schedule-store.ts';

type Needs = Pick<Deps, 'table'>;
type Named = Pick<HeaderRow, 'batch_id' | 'origin'>;

/** The batch that keeps the list of retries. */
export const rootOf = ({ batch_id, origin }: Named): string => origin?.root ?? batch_id;

/** The retries of a batch's whole family: one query. */
export const readFamily = async ({ table }: Needs, named: Named): Promise<Retries> => {
  const root = rootOf(named);
  return { root, all: await readAll(table, root, 'RETRY#') };
};

const readAll = async (
  table: Needs['table'],
  batchId: string,
  prefix: 'RETRY#' | 'ROLLBACK#',
): Promise<readonly DescendantRow[]> => {
  const rows: DescendantRow[] = [];
  for await (const item of everyItem(table, { pk: keys.header(batchId).pk, prefix })) {
    rows.push(rowOf<DescendantRow>(item)!);
  }
  return rows;
};

/** The retries of a batch and of its retries, in order. */
export const readRetries = async (deps: Needs, batchId: string): Promise<readonly DescendantRow[]> =>
  retriesOf(await readFamily(deps, await findBatch(deps, batchId)), batchId);

/** A batch's rollbacks, including a running one, in order. */
export const readRollbacks = ({ table }: Needs, batchId: string): Promise<readonly DescendantRow[]> =>
  readAll(table, batchId, 'ROLLBACK#');

/**
 * The retry in the family without an end: it runs, or (`rolling_back`) is being rolled back. Only the last one can be,
 * so this is one read.
 */
export const openRetryOf = async (deps: Needs, { all }: Retries): Promise<HeaderRow | undefined> => {
  const last = all.at(-1);
  if (last === undefined) return undefined;
  const header = await findBatch(deps, last.batch_id);
  return header.ended_at === undefined ? header : undefined;
};

/** Records one more retry of the family. Fails if somebody else has done so since it was read. */
export const retryWrite = ({ root, all }: Retries, row: DescendantRow): Write => ({
  put: itemOf(keys.retry(root, all.length + 1), row),
  when: { exists: false },
});

/** For callers that rely on what was read: fails if the family has one more retry since. */
export const noRetrySince = ({ root, all }: Retries): Write => ({
  check: keys.retry(root, all.length + 1),
  when: { exists: false },
});

/** The ids of a batch's retries and rollbacks that the caller may see. */
export interface Descent {
  readonly retries?: readonly string[];
  readonly rollbacks?: readonly string[];
}

export const readDescent = async (
  deps: Pick<Deps, 'table' | 'documents'> & AskedBy,
  named: HeaderRow,
): Promise<Descent> => {
  const [family, rolledBack] = await Promise.all([readFamily(deps, named), readRollbacks(deps, named.batch_id)]);
  const [retries, rollbacks] = await Promise.all([
    seenOf(deps, retriesOf(family, named.batch_id)),
    seenOf(deps, rolledBack),
  ]);
  return { ...(retries.length === 0 ? {} : { retries }), ...(rollbacks.length === 0 ? {} : { rollbacks }) };
};

const seenOf = async (
  deps: Pick<Deps, 'table' | 'documents'> & AskedBy,
  rows: readonly DescendantRow[],
): Promise<readonly string[]> => {
  const ids = rows.map(({ batch_id }) => batch_id);
  if (deps.rights.everywhere('read')) return ids;
  const seen = await Promise.all(ids.map(async (id) => isThereFor(deps, await lookForBatch(deps, id))));
  return ids.filter((_, at) => seen[at]);
};

const isThereFor = async (
  deps: Pick<Deps, 'table' | 'documents'> & AskedBy,
  header: HeaderRow | undefined,
): Promise<boolean> => header !== undefined && isSeen(deps, header);
