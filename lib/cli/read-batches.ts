import type { BatchList, ListedBatch } from '../usecases/batch/list-batches.ts';
import type { ApiClient } from './api-client.ts';

/** The most that the API gives at once. */
const pageSize = 100;

/** Page by page, until there are so many or no more. */
export const readBatches = async (client: ApiClient, limit: number): Promise<BatchList> => {
  const batches: ListedBatch[] = [];
  for (let after: string | undefined; ; ) {
    const asked = `/batches?limit=${Math.min(pageSize, limit - batches.length)}`;
    const path = after === undefined ? asked : `${asked}&after=${encodeURIComponent(after)}`;
    const page: BatchList = await client.ask<BatchList>(path);
    batches.push(...page.batches);
    after = page.next_after;
    if (after === undefined) return { batches };
    if (batches.length >= limit) return { batches, next_after: after };
  }
};
