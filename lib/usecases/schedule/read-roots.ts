import { partsOf } from '../../domain/parts-of.ts';
import { keys } from '../../domain/record/keys.ts';
import { type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { Cells } from '../../domain/schedule/cells.ts';
import { describeRoot, type RootCause, rootCauses } from '../../domain/schedule/root-cause.ts';
import type { Sheet } from '../../domain/schedule/sheet.ts';
import type { Deps } from '../deps.ts';

interface Scheduled {
  readonly sheet: Sheet;
  readonly cells: Pick<Cells, 'length' | 'at'>;
}

const atOnce = 50;

/**
 * By index: the root cause why these are skipped, or are about to be. For a page of thousands this mostly reads one
 * row, and never more than the page has.
 */
export const readRoots = async (
  { table }: Pick<Deps, 'table'>,
  { sheet, cells }: Scheduled,
  asked: readonly number[],
): Promise<ReadonlyMap<number, RootCause>> => {
  if (asked.length === 0) return new Map();
  const rootOf = rootCauses(sheet, cells);
  const found = new Map<number, RootCause>();
  const wanted = [...new Set(asked.flatMap((index) => rootOf(index) ?? []))];
  for (const some of partsOf(wanted, atOnce)) {
    const items = await Promise.all(some.map((index) => table.get(keys.item(sheet.batch_id, index))));
    for (const [at, index] of some.entries()) {
      const row = rowOf<ItemRow>(items[at]);
      found.set(index, describeRoot(sheet, { index, cell: cells.at(index) }, row?.outcome && row));
    }
  }
  return new Map(
    asked.flatMap((index) => {
      const root = rootOf(index);
      return root === undefined ? [] : [[index, found.get(root)!] as const];
    }),
  );
};
