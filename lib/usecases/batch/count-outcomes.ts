import type { Totals } from '../../domain/deployment/batch-status.ts';
import type { Status } from '../../domain/deployment/status.ts';
import type { Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, itemOf, type OutcomesRow, rowOf } from '../../domain/record/rows.ts';
import { settledBy } from '../../domain/schedule/cells.ts';
import type { EndOf } from '../../domain/undo/rollback-end.ts';
import type { Deps } from '../deps.ts';
import { everyItem } from '../schedule/schedule-store.ts';

/** How each deployment ended, in plan order. */
export const readEnds = async ({ table }: Pick<Deps, 'table'>, batchId: string): Promise<readonly EndOf[]> => {
  const ends: EndOf[] = [];
  for await (const item of everyItem(table, { pk: keys.header(batchId).pk, prefix: 'ITEM#' })) {
    const { status, reason, outcome } = rowOf<ItemRow>(item)!;
    if (outcome !== undefined) ends.push({ status, reason, ended_at: outcome.ended_at });
  }
  return ends;
};

export const totalsOf = (ends: readonly EndOf[]): Totals => {
  const totals: Partial<Record<Status, number>> = {};
  for (const { status } of ends) totals[status] = (totals[status] ?? 0) + 1;
  return totals;
};

/**
 * Keeps the outcomes as cells. The scheduler drops its own cells when the batch is sealed, and they are how a few
 * deployments among thousands are found.
 */
export const outcomesWrites = (
  { batch_id, plan_hash }: Pick<HeaderRow, 'batch_id' | 'plan_hash'>,
  ends: readonly EndOf[],
): readonly Write[] => {
  if (plan_hash === undefined) return [];
  const row: OutcomesRow = { cells: ends.map(({ status }) => settledBy(status)).join('') };
  return [{ put: itemOf(keys.outcomes(batch_id), row) }];
};
