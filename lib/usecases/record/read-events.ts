import { keys } from '../../domain/record/keys.ts';
import type { EventRow, HeaderRow } from '../../domain/record/rows.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { type Sight, sightOf } from '../grants/sight.ts';
import { type EventFeed, type FeedInput, followFeed, ofPart, readPage, viewEvent } from './follow-feed.ts';

type Needs = Reading & Pick<Deps, 'waitingRoom'>;
type Reading = Pick<Deps, 'table' | 'documents' | 'clock'> & AskedBy;

export interface ReadEventsInput extends FeedInput {
  readonly batchId: string;
}

/**
 * A page of a batch's numbered feed, as far as the caller may see it. Waits while there is nothing new, but not once
 * the batch is sealed.
 */
export const readEvents = (deps: Needs, input: ReadEventsInput): Promise<EventFeed> =>
  followFeed(deps, input, (after) => look(deps, { ...input, after }));

const look = async (deps: Reading, { batchId, after, limit }: ReadEventsInput): Promise<EventFeed> => {
  // Read before the events: what a sealed header reports is then in the feed already, or on its way.
  const header = await findSeenBatch(deps, batchId);
  const sight = await sightOf(deps, header);
  const { rows, next_after, isLast } = await readPage(deps, batchId, { after, limit });
  const told = rows.flatMap((row) => seenOf(row, sight)).map((row) => viewEvent(deps.rights.actor, row));
  const events = await sight.shown(told);
  const complete = header.ended_at !== undefined && isLast;
  const ended = complete && (rows.some(tellsOf(header)) || (await hasBeenTold(deps, header, after)));
  return { events, next_after, ended };
};

/** Everybody who sees a part of a batch gets its events, but without what they say about the whole. */
export const seenOf = <Row extends EventRow>(row: Row, { isWhole, sees }: Sight): readonly Row[] => {
  if (isWhole) return [row];
  if (row.index !== undefined) return sees(row.index) ? [row] : [];
  return [ofPart(row)];
};

const tellsOf = (header: HeaderRow) => (row: EventRow) => row.type === 'batch' && row.seq >= header.seq;

/**
 * Whether the reader, who has the events up to `after`, has the latest change of the header. That change sealed the
 * batch or resolved a deployment, so it is among the last events. Events that came after the page was read don't count
 * yet.
 */
const hasBeenTold = async ({ table }: Reading, header: HeaderRow, after: number): Promise<boolean> => {
  const { items } = await table.query({
    pk: keys.feed(header.batch_id, 0).pk,
    to: keys.feed(header.batch_id, after).sk,
    limit: 10,
    newestFirst: true,
  });
  return items.some((item) => tellsOf(header)(rowOf<EventRow>(item)!));
};
