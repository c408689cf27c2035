import type { Write } from '../../domain/ports.ts';
import { type Change, changeHeader } from '../../domain/record/change.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import { type EndOf, endOfRolledBack, type RollbackEnd } from '../../domain/undo/rollback-end.ts';
import { outcomesWrites, readEnds, totalsOf } from '../batch/count-outcomes.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import type { Deps } from '../deps.ts';
import { readRollbacks } from './descendants.ts';
import { mostCovered } from './open-rollback.ts';

/** When a rollback ends, the batches that it rolled back end too: the named one and its retries. */
export const closingWrites = async (
  deps: Pick<Deps, 'table'>,
  { batch_id, origin, plan_hash }: HeaderRow,
  { ends, at }: { readonly ends: readonly EndOf[]; readonly at: number },
): Promise<readonly Write[]> => {
  if (origin?.kind !== 'rollback' || origin.of === undefined) return [];
  const row = (await readRollbacks(deps, origin.of)).find((one) => one.batch_id === batch_id);
  const end: RollbackEnd = {
    rollbackId: batch_id,
    ends: plan_hash === undefined ? undefined : ends,
    left: row?.left ?? {},
  };
  const covers = row?.covers ?? [];
  // A rollback opened by an earlier version may cover more than fits. Then the index rows stay until `migrate` moves
  // them.
  const writesOf = ({ writes }: Change<HeaderRow>) => (covers.length > mostCovered ? writes.slice(0, 2) : writes);
  const closed = await Promise.all(covers.map((id) => close(deps, id, { end, at, writesOf })));
  return closed.flat();
};

interface Closing {
  readonly end: RollbackEnd;
  readonly at: number;
  readonly writesOf: (change: Change<HeaderRow>) => readonly Write[];
}

const close = async (
  deps: Pick<Deps, 'table'>,
  batchId: string,
  { end, at, writesOf }: Closing,
): Promise<readonly Write[]> => {
  const header = await lookForBatch(deps, batchId);
  if (header?.rolling_back !== end.rollbackId) return [];
  const { rolling_back: _, ...rest } = header;
  const ends = await readEnds(deps, batchId);
  const totals = totalsOf(ends);
  const detail = { ...totals, rolled_back_by: end.rollbackId };
  const change = changeHeader(
    rest,
    { ...endOfRolledBack(totals, end), totals, ended_at: at },
    { at, actor: 'finish', detail },
  );
  return [...writesOf(change), ...outcomesWrites(rest, ends)];
};
