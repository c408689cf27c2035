import type { DescendantRow } from './undo-rows.ts';

/** A batch that nobody retried before, and all that tried it again, in order: of these at most one runs. */
export interface Retries {
  readonly root: string;
  readonly all: readonly DescendantRow[];
}

/** The retries of a batch, and the retries of these, in order. */
export const retriesOf = ({ all }: Retries, batchId: string): readonly DescendantRow[] => {
  const family = new Set([batchId]);
  // Nobody retries what is not there yet: each stands behind the one that it comes of.
  return all.filter(({ batch_id, of }) => {
    const isOurs = of !== undefined && family.has(of);
    if (isOurs) family.add(batch_id);
    return isOurs;
  });
};

/** What was tried again after this batch, whichever was named: each may have made good what this one has left. */
export const retriesAfter = ({ root, all }: Retries, batchId: string): readonly DescendantRow[] =>
  batchId === root ? all : all.slice(all.findIndex(({ batch_id }) => batch_id === batchId) + 1);
