import { inOrder, type Standing, troubleOf } from '../../domain/deployment/trouble.ts';
import type { HeaderRow, ItemRow } from '../../domain/record/rows.ts';
import { type Cell, type Cells, isInFlight, mayStart, statusOfCell } from '../../domain/schedule/cells.ts';
import type { Sheet } from '../../domain/schedule/sheet.ts';
import type { Deps } from '../deps.ts';
import { readItems } from './read-items.ts';

type Needs = Pick<Deps, 'table'>;

/** Rows that are read for it: of what is in work, and of what those had to wait for that could begin now. */
export const mostForOrder = 500;

export interface Scheduled {
  readonly sheet: Pick<Sheet, 'dependents'>;
  readonly cells: Cells;
}

/**
 * Deployments of a batch in the order in which somebody wants to look after them. Where each stands is told by its cell; since when by
 * the rows of those in work, and of one that waits by those that it had to wait for: who still has to wait for others comes behind.
 */
export const inOrderOfTrouble = async (
  deps: Needs,
  { batch_id }: HeaderRow,
  { sheet, cells }: Scheduled,
  indexes: readonly number[],
): Promise<readonly Standing[]> => {
  const open = indexes.filter((index) => isOpen(cells.at(index)));
  const before = dependenciesOf(sheet, new Set(open.filter((index) => cells.at(index) !== 'U')));
  const wanted = [...new Set([...open.filter((index) => cells.at(index) !== 0), ...[...before.values()].flat()])];
  const { rows } = await readItems(deps, batch_id, wanted.slice(0, mostForOrder));
  const readySince = (index: number): number =>
    Math.max(0, ...(before.get(index) ?? []).map((at) => endOf(rows.get(at))));
  const standing = (index: number): Standing => {
    const cell = cells.at(index);
    const row = rows.get(index);
    const status = isOpen(cell) ? (row?.status ?? pendingIf(cell)) : statusOfCell(cell);
    if (status === 'PROCESSING') return troubleOf(index, status, row?.started_at ?? 0);
    return troubleOf(index, status, isOpen(cell) ? readySince(index) : Number.MAX_SAFE_INTEGER);
  };
  return indexes.map(standing).sort(inOrder);
};

/** What is not over for certain, and does not wait for others of its batch. */
const isOpen = (cell: Cell): boolean => isInFlight(cell) || mayStart(cell) || cell === 'U';

/** Who has got its turn, and has no row yet, has not begun. */
const pendingIf = (cell: Cell) => (cell === 'U' ? 'UNKNOWN' : 'PENDING');

const endOf = (row: ItemRow | undefined): number => row?.outcome?.ended_at ?? 0;

/** By index, what these depend on. */
const dependenciesOf = (
  { dependents }: Pick<Sheet, 'dependents'>,
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, readonly number[]> => {
  const found = new Map<number, number[]>();
  for (const [index, waiting] of dependents.entries()) {
    for (const one of waiting) if (wanted.has(one)) found.set(one, [...(found.get(one) ?? []), index]);
  }
  return found;
};
