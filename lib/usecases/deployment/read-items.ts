import { partsOf } from '../../domain/parts-of.ts';
import { keys } from '../../domain/record/keys.ts';
import { type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';

type Needs = Pick<Deps, 'table'>;

interface Stretch {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

/** The most rows that one query returns. */
const longest = 1_000;
const atOnce = 16;

export interface ReadItems {
  /** By index. Absent if nothing has happened yet. */
  readonly rows: ReadonlyMap<number, ItemRow>;
  /** Rows read. A query that finds none counts as one. */
  readonly read: number;
}

/** Reads the rows of these deployments and no others. Neighbours share a query. */
export const readItems = async ({ table }: Needs, batchId: string, indexes: readonly number[]): Promise<ReadItems> => {
  const rows = new Map<number, ItemRow>();
  let read = 0;
  for (const some of partsOf(stretchesOf(indexes.toSorted((a, b) => a - b)), atOnce)) {
    const found = await Promise.all(some.map((stretch) => readStretch({ table }, batchId, stretch)));
    for (const row of found.flat()) rows.set(row.index, row);
    read += found.reduce((sum, { length }) => sum + Math.max(1, length), 0);
  }
  return { rows, read };
};

const stretchesOf = (indexes: readonly number[]): readonly Stretch[] => {
  const stretches: { from: number; to: number }[] = [];
  for (const index of indexes) {
    const last = stretches.at(-1);
    if (last !== undefined && index === last.to + 1 && index - last.from < longest) last.to = index;
    else stretches.push({ from: index, to: index });
  }
  return stretches;
};

const readStretch = async ({ table }: Needs, batchId: string, { from, to }: Stretch): Promise<readonly ItemRow[]> => {
  const { pk, sk } = keys.item(batchId, from);
  if (from === to) {
    const row = rowOf<ItemRow>(await table.get({ pk, sk }));
    return row === undefined ? [] : [row];
  }
  const query = { pk, from: sk, to: keys.item(batchId, to).sk, limit: to - from + 1 };
  const found: ItemRow[] = [];
  for (let after: string | undefined; ; ) {
    const page = await table.query(after === undefined ? query : { ...query, after });
    found.push(...page.items.map((item) => rowOf<ItemRow>(item)!));
    after = page.next;
    if (after === undefined) return found;
  }
};
