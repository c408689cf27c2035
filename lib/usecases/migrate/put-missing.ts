import { partsOf } from '../../domain/parts-of.ts';
import type { Item, Write } from '../../domain/ports.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';

/** What a migration goes through, and writes to. */
export type MigrateNeeds = Pick<Deps, 'table' | 'documents' | 'clock' | 'random'>;

/** What was written, in rows. */
export interface Written {
  /** What runs at a target, and whose a release was. */
  readonly targets: number;
  /** By what it is found, and what has changed. */
  readonly index_rows: number;
  /** By what a batch is not to be found any more. */
  readonly deleted: number;
}

export const noneWritten: Written = { targets: 0, index_rows: 0, deleted: 0 };

/** Of the reads that are under way at the same time. */
const atOnce = 50;

/** Writes those of these rows that are not there, and gives how many. A row that is there is never changed. */
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

/** Each once: of the deployments of a batch many have the same. */
const byKey = (writes: readonly Write[]): ReadonlyMap<string, Item> =>
  new Map(
    writes.flatMap((write) => ('put' in write ? [[`${write.put.pk}\n${write.put.sk}`, write.put] as const] : [])),
  );
