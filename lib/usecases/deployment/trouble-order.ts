import { inOrder, type Standing, troubleOf } from '../../domain/deployment/trouble.ts';
import type { HeaderRow, ItemRow } from '../../domain/record/rows.ts';
import { type Cell, type Cells, isInFlight, mayStart, statusOfCell } from '../../domain/schedule/cells.ts';
import type { Sheet } from '../../domain/schedule/sheet.ts';
import type { Deps } from '../deps.ts';
import { readItems } from './read-items.ts';

type Needs = Pick<Deps, 'table'>;

/** The most rows read for the order: those of deployments in work, and of what the ready ones had to wait for. */
export const mostForOrder = 500;

export interface Scheduled {
  readonly sheet: Pick<Sheet, 'dependents'>;
  readonly cells: Cells;
}

/**
 * A batch's deployments, the most urgent first. Cells give each one's status. Rows give the time: for deployments in
 * work their own, for ready ones those they had to wait for. Those that still wait for others come last.
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

/** Not certainly over, and not waiting for others of its batch. */
const isOpen = (cell: Cell): boolean => isInFlight(cell) || mayStart(cell) || cell === 'U';

/** A deployment with a turn but no row yet has not begun. */
const pendingIf = (cell: Cell) => (cell === 'U' ? 'UNKNOWN' : 'PENDING');

const endOf = (row: ItemRow | undefined): number => row?.outcome?.ended_at ?? 0;

/** By index: what each depends on. */
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
