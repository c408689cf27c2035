import { keys, lastFeedNumber } from '../../domain/record/keys.ts';
import { type EventRow, type HeaderRow, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';

/** Events reach the feed nearly in the order of their times. */
const lastEvents = 10;

/** When the batch or one of its deployments last changed, according to the feed, which lags a moment behind. */
export const readLastChange = async ({ table }: Pick<Deps, 'table'>, header: HeaderRow): Promise<number> => {
  const { pk, sk } = keys.feed(header.batch_id, lastFeedNumber);
  const { items } = await table.query({ pk, to: sk, limit: lastEvents, newestFirst: true });
  return items.reduce((last, item) => Math.max(last, rowOf<EventRow>(item)!.at), header.updated_at);
};
