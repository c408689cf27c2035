import type { Totals } from '../../domain/deployment/batch-status.ts';
import type { Status } from '../../domain/deployment/status.ts';
import { keys, planChunkSize } from '../../domain/record/keys.ts';
import { type HeaderRow, type OutcomesRow, rowOf } from '../../domain/record/rows.ts';
import { Cells, statusOfCell } from '../../domain/schedule/cells.ts';
import type { Deps } from '../deps.ts';
import { readPlanChunk } from '../plan/plan-store.ts';
import { readCells } from '../schedule/schedule-store.ts';

type Needs = Pick<Deps, 'table' | 'documents'>;

/**
 * While a batch is rolled back: the indexes of deployments that are already back. Reads a few rows and the rollback's
 * plan, which is cached.
 */
export const readReturned = async (deps: Needs, header: HeaderRow): Promise<readonly number[]> => {
  const { batch_id, rolling_back } = header;
  if (rolling_back === undefined) return [];
  const cells = await readCells(deps.table, rolling_back);
  const returned: number[] = [];
  for (let chunk = 0; chunk * planChunkSize < cells.length; chunk += 1) {
    const indexes = succeededIn(cells, chunk);
    if (indexes.length === 0) continue;
    const planned = await readPlanChunk(deps, rolling_back, chunk);
    const places = indexes.flatMap((index) => planned[index % planChunkSize]?.replay?.of ?? []);
    returned.push(...places.filter((place) => place.batch_id === batch_id).map(({ index }) => index));
  }
  return returned;
};

const succeededIn = (cells: Cells, chunk: number): readonly number[] => {
  const first = chunk * planChunkSize;
  const indexes = Array.from({ length: Math.min(planChunkSize, cells.length - first) }, (_, at) => first + at);
  return indexes.filter((index) => cells.at(index) === 'S');
};

/** The totals of a batch that is being rolled back, including what is already back. */
export const countReturned = async (deps: Needs, header: HeaderRow, totals: Totals): Promise<Totals> => {
  const returned = await readReturned(deps, header);
  if (returned.length === 0) return totals;
  const row = rowOf<OutcomesRow>(await deps.table.get(keys.outcomes(header.batch_id)));
  const cells = row && Cells.fromPages([row.cells]);
  const counts: Partial<Record<Status, number>> = { ...totals };
  for (const index of returned) {
    const cell = cells?.at(index) ?? 'S';
    // It was UNKNOWN then and has been resolved since: only a known outcome can go back.
    const before = cell !== 'U' ? statusOfCell(cell) : (counts.SUCCESS ?? 0) > 0 ? 'SUCCESS' : 'FAILED';
    counts[before] = (counts[before] ?? 0) - 1;
    counts.ROLLBACK = (counts.ROLLBACK ?? 0) + 1;
  }
  return counts;
};
