import type { Deps } from '../deps.ts';
import { everyItem } from '../schedule/schedule-store.ts';

/** Counts the batches that are not sealed yet. */
export const countOpenBatches = async ({ table }: Pick<Deps, 'table'>): Promise<number> => {
  let count = 0;
  for await (const _open of everyItem(table, { pk: 'OPEN' })) count += 1;
  return count;
};
