import type { Batch } from '../../domain/batch/batch.ts';
import { placesOf } from '../../domain/grants/reach.ts';
import { partsOf } from '../../domain/parts-of.ts';
import type { Item, Write } from '../../domain/ports.ts';
import { type Mark, marksAtSubmit, marksOfPlan } from '../../domain/record/batch-marks.ts';
import type { ExpiringRow } from '../../domain/record/expiry.ts';
import { documentPaths, keys, planChunkSize } from '../../domain/record/keys.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { removePaths } from './remove-paths.ts';
import { removeRunDocuments } from './remove-run-documents.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'random'>;

/** How many rows may still be removed in this sweep. */
export interface Budget {
  rows: number;
}

/** Rows per transaction. Some have many kilobytes, and a transaction takes four megabytes. */
const rowsAtOnce = 25;

/**
 * Removes everything of an expired batch except its header. Whatever leads to the rest goes last, so that it can resume
 * wherever it stopped.
 */
export const removeRecord = async (deps: Needs, row: ExpiringRow, budget: Budget): Promise<void> => {
  const { batch_id } = row;
  const { sk: kept } = keys.header(batch_id);
  // Deleted documents don't come back, so the fact that the batch has expired must not be lost.
  await deps.table.synced();
  for (const removal of removals(batch_id)) {
    if (!(await removeRows(deps, { ...removal, kept }, budget))) return;
  }
  await removeMarks(deps, row, budget);
  await deps.table.synced();
  await removeDocuments(deps, batch_id);
  await deps.table.transact([{ delete: keys.expiring(batch_id) }]);
};

interface Removal {
  readonly pk: string;
  readonly removed: (sk: string) => Write;
  /** Removes what only these rows lead to. */
  readonly first?: (deps: Needs, rows: readonly Item[]) => Promise<number>;
}

const removals = (batchId: string): readonly Removal[] => [
  {
    pk: keys.batchRow(batchId, '').pk,
    removed: (sk) => ({ delete: keys.batchRow(batchId, sk) }),
    first: (deps, rows) => removeRunDocuments(deps, batchId, rows),
  },
  { pk: keys.eventRow(batchId, '').pk, removed: (sk) => ({ delete: keys.eventRow(batchId, sk) }) },
  { pk: keys.feedRow(batchId, '').pk, removed: (sk) => ({ delete: keys.feedRow(batchId, sk) }) },
];

/** Returns false if something is left because the sweep's budget is used up. */
const removeRows = async (
  deps: Needs,
  { pk, removed, first = async () => 0, kept }: Removal & { readonly kept: string },
  budget: Budget,
): Promise<boolean> => {
  for (let after: string | undefined; ; ) {
    if (budget.rows <= 0) return false;
    const page = await deps.table.query({ pk, limit: rowsAtOnce, ...(after === undefined ? {} : { after }) });
    const gone = page.items.filter(({ sk }) => sk !== kept);
    budget.rows -= await first(deps, gone);
    await write(
      deps,
      gone.map(({ sk }) => removed(sk)),
    );
    budget.rows -= page.items.length;
    if (page.next === undefined) return true;
    after = page.next;
  }
};

const write = async (deps: Needs, writes: readonly Write[]): Promise<void> => {
  if (writes.length > 0) await retryConflict(deps, () => deps.table.transact(writes));
};

/** Removes the batch's index rows. */
const removeMarks = async (deps: Needs, row: ExpiringRow, budget: Budget): Promise<void> => {
  const tombstone = await lookForBatch(deps, row.batch_id);
  if (tombstone === undefined) return;
  const marks = await marksOf(deps, { ...tombstone, ...row });
  const gone = marks.map(([dimension, value]): Write => ({ delete: keys.batchBy(dimension, value, tombstone) }));
  for (const some of partsOf(gone, rowsAtOnce)) await write(deps, some);
  budget.rows -= gone.length;
};

const marksOf = async (
  { documents }: Needs,
  row: ExpiringRow & Parameters<typeof marksAtSubmit>[0],
): Promise<readonly Mark[]> => {
  const text = await documents.get(documentPaths.batch(row.batch_id));
  if (text === undefined) {
    const environments = placesOf(row.reach ?? {}).map(({ environment }) => environment);
    return marksAtSubmit(row, environments);
  }
  const { deployments } = JSON.parse(text) as Batch;
  const environments = deployments.map(({ environment_id }) => environment_id);
  return [...marksAtSubmit(row, environments), ...marksOfPlan(deployments)];
};

/** Removes the batch document last: it says which index rows there are. */
const removeDocuments = async (deps: Needs, batchId: string): Promise<void> => {
  const { total = 0 } = (await lookForBatch(deps, batchId)) ?? {};
  const chunks = Array.from({ length: Math.ceil(total / planChunkSize) }, (_, chunk) => chunk);
  const paths = [
    ...chunks.map((chunk) => documentPaths.planChunk(batchId, chunk)),
    documentPaths.plan(batchId),
    documentPaths.schedule(batchId),
    documentPaths.source(batchId),
  ];
  await removePaths(deps, paths);
  await deps.documents.remove(documentPaths.batch(batchId));
};
