import type { Totals } from '../../domain/deployment/batch-status.ts';
import type { Status } from '../../domain/deployment/status.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import { statusOfCell } from '../../domain/schedule/cells.ts';
import { readCells } from '../deployment/find-deployments.ts';
import type { Deps } from '../deps.ts';
import type { Sight } from './sight.ts';

/** Number of deployments by status, of those that may be seen. */
export const countSeen = async (
  { table }: Pick<Deps, 'table'>,
  header: HeaderRow,
  { sees }: Sight,
): Promise<Totals> => {
  const cells = await readCells({ table }, header);
  const counts: Partial<Record<Status, number>> = {};
  for (let index = 0; index < header.total; index += 1) {
    if (!sees(index)) continue;
    const cell = cells?.at(index) ?? 0;
    // What was UNKNOWN may be resolved since, and a batch of an earlier version kept no cells when it was sealed.
    const mustAsk = cell === 'U' || (cells === undefined && header.ended_at !== undefined);
    const row = mustAsk ? rowOf<ItemRow>(await table.get(keys.item(header.batch_id, index))) : undefined;
    const status = row?.status ?? statusOfCell(cell);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
};
