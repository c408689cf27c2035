import { partsOf } from '../../domain/parts-of.ts';
import type { Item, Write } from '../../domain/ports.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';

/** What a migration reads and writes with. */
export type MigrateNeeds = Pick<Deps, 'table' | 'documents' | 'clock' | 'random'>;

/** How many rows were written. */
export interface Written {
  /** Rows about what runs at a target and who released it. */
  readonly targets: number;
  /** Index rows and changes. */
  readonly index_rows: number;
  /** Outdated index rows deleted. */
  readonly deleted: number;
}

export const noneWritten: Written = { targets: 0, index_rows: 0, deleted: 0 };

/** The number of concurrent reads. */
const atOnce = 50;

/** Writes those of these rows that don't exist, and returns how many. Never changes an existing row. */
export const putMissing = async (
  deps: Pick<Deps, 'table' | 'clock' | 'random'>,
  writes: readonly Write[],
): Promise<number> => {
  let count = 0;
  for (const some of partsOf([...byKey(writes).values()], atOnce)) {
    count += await retryConflict(deps, async () => {
      const there = await Promise.all(some.map(({ pk, sk }) => deps.table.get({ pk, sk })));
      const missing = some.filter((_, at) => there[at] === undefined);
      if (missing.length > 0) {
        await deps.table.transact(missing.map((put) => ({ put, when: { exists: false } })));
      }
      return missing.length;
    });
  }
  return count;
};

/** Each row once: many deployments of a batch share some. */
const byKey = (writes: readonly Write[]): ReadonlyMap<string, Item> =>
  new Map(
    writes.flatMap((write) => ('put' in write ? [[`${write.put.pk}\n${write.put.sk}`, write.put] as const] : [])),
  );
