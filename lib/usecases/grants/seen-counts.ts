import type { Totals } from '../../domain/deployment/batch-status.ts';
import type { Status } from '../../domain/deployment/status.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, isSealed, rowOf } from '../../domain/record/rows.ts';
import { statusOfCell } from '../../domain/schedule/cells.ts';
import { readCells } from '../deployment/find-deployments.ts';
import type { Deps } from '../deps.ts';
import { everyItem } from '../schedule/schedule-store.ts';
import { readReturned } from '../undo/read-returned.ts';
import type { Sight } from './sight.ts';

type Needs = Pick<Deps, 'table' | 'documents'>;

/** Counts by status the deployments that the caller may see. */
export const countSeen = async (deps: Needs, header: HeaderRow, { sees }: Sight): Promise<Totals> => {
  const cells = await readCells(deps, header);
  const returned = new Set(await readReturned(deps, header));
  const seen = Array.from({ length: header.total }, (_, index) => index).filter(sees);
  // An UNKNOWN deployment may be resolved since. And a batch that was never planned, or is of an earlier version, kept
  // no cells when it was sealed.
  const isForgotten = cells === undefined && isSealed(header);
  const asked = seen.filter((index) => isForgotten || cells?.at(index) === 'U');
  const found = await readStatuses(deps, header, asked);
  const counts: Partial<Record<Status, number>> = {};
  for (const index of seen) {
    const isBack = returned.has(index);
    const status = isBack ? 'ROLLBACK' : (found.get(index) ?? statusOfCell(cells?.at(index) ?? 0));
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
};

/** Reads every row between the first and the last. One read per deployment would outlast the call for thousands. */
const readStatuses = async (
  { table }: Pick<Deps, 'table'>,
  { batch_id }: HeaderRow,
  asked: readonly number[],
): Promise<ReadonlyMap<number, Status>> => {
  const found = new Map<number, Status>();
  const [first, last] = [asked[0], asked.at(-1)];
  if (first === undefined || last === undefined) return found;
  const { pk, sk: from } = keys.item(batch_id, first);
  for await (const item of everyItem(table, { pk, from, to: keys.item(batch_id, last).sk })) {
    const { index, status } = rowOf<ItemRow>(item)!;
    found.set(index, status);
  }
  return found;
};
