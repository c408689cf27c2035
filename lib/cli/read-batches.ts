import type { BatchList, ListedBatch } from '../usecases/batch/list-batches.ts';
import type { ApiClient } from './api-client.ts';

/** The API's page limit. */
const pageSize = 100;

export interface BatchesAsked {
  readonly limit: number;
  /** The filters, as a query; none for all. */
  readonly query?: string;
}

/** Page by page, until there are enough or no more. */
export const readBatches = async (
  client: ApiClient,
  { limit, query = '' }: BatchesAsked,
): Promise<Omit<BatchList, 'limit'>> => {
  const batches: ListedBatch[] = [];
  let onTop: Pick<BatchList, 'holds' | 'more_holds'> = {};
  for (let after: string | undefined; ; ) {
    const asked = `/batches?${query === '' ? '' : `${query}&`}limit=${Math.min(pageSize, limit - batches.length)}`;
    const path = after === undefined ? asked : `${asked}&after=${encodeURIComponent(after)}`;
    const page: BatchList = await client.ask<BatchList>(path);
    if (after === undefined) onTop = holdsOf(page);
    batches.push(...page.batches);
    after = page.next_after;
    if (after === undefined) return { ...onTop, batches };
    if (batches.length >= limit) return { ...onTop, batches, next_after: after };
  }
};

/** An older server does not include them. */
const holdsOf = ({ holds, more_holds }: BatchList): Pick<BatchList, 'holds' | 'more_holds'> => ({
  ...(holds === undefined ? {} : { holds }),
  ...(more_holds === undefined ? {} : { more_holds }),
});
