import type { Write } from '../../domain/ports.ts';
import { changeHeader } from '../../domain/record/change.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import { type EndOf, endOfRolledBack, type RollbackEnd } from '../../domain/undo/rollback-end.ts';
import { outcomesWrites, readEnds, totalsOf } from '../batch/count-outcomes.ts';
import { lookForBatch } from '../batch/find-batch.ts';
import type { Deps } from '../deps.ts';
import { readRollbacks } from './descendants.ts';

/** With the end of a rollback end the batches that it rolled back: the one that was named, and its retries. */
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
  const closed = await Promise.all((row?.covers ?? []).map((id) => close(deps, id, { end, at })));
  return closed.flat();
};

const close = async (
  deps: Pick<Deps, 'table'>,
  batchId: string,
  { end, at }: { readonly end: RollbackEnd; readonly at: number },
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
  return [...change.writes, ...outcomesWrites(rest, ends)];
};
