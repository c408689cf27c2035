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

/** The batch with which the retries of this one are noted. */
export const rootOf = ({ batch_id, origin }: Named): string => origin?.root ?? batch_id;

/** What tried a batch again, and the others of its family: one query. */
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

/** What rolled a batch back, or does, in order. */
export const readRollbacks = ({ table }: Needs, batchId: string): Promise<readonly DescendantRow[]> =>
  readAll(table, batchId, 'ROLLBACK#');

/**
 * The retry in the family of a batch that has no end yet: it runs, or (`rolling_back`) is being rolled back. It can be the last one only,
 * so this is one read.
 */
export const openRetryOf = async (deps: Needs, { all }: Retries): Promise<HeaderRow | undefined> => {
  const last = all.at(-1);
  if (last === undefined) return undefined;
  const header = await findBatch(deps, last.batch_id);
  return header.ended_at === undefined ? header : undefined;
};

/** Notes one more retry of the family. Fails where somebody else has done so since it was read. */
export const retryWrite = ({ root, all }: Retries, row: DescendantRow): Write => ({
  put: itemOf(keys.retry(root, all.length + 1), row),
  when: { exists: false },
});

/** For who rests on what was read: fails where the family has one more retry since. */
export const noRetrySince = ({ root, all }: Retries): Write => ({
  check: keys.retry(root, all.length + 1),
  when: { exists: false },
});

/** The ids of what came of a batch, for one who asks: what he may not see is not there. */
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
