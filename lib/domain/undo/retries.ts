import type { DescendantRow } from './undo-rows.ts';

/** A batch that is not a retry itself, and all of its retries, in order: at most one of these runs. */
export interface Retries {
  readonly root: string;
  readonly all: readonly DescendantRow[];
}

/** The retries of a batch, and their retries, in order. */
export const retriesOf = ({ all }: Retries, batchId: string): readonly DescendantRow[] => {
  const family = new Set([batchId]);
  // A retry always comes after the batch that it retries.
  return all.filter(({ batch_id, of }) => {
    const isOurs = of !== undefined && family.has(of);
    if (isOurs) family.add(batch_id);
    return isOurs;
  });
};

/** All retries after this batch, whichever batch they named: each may have fixed what this one left. */
export const retriesAfter = ({ root, all }: Retries, batchId: string): readonly DescendantRow[] =>
  batchId === root ? all : all.slice(all.findIndex(({ batch_id }) => batch_id === batchId) + 1);
