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

/** A page of the numbered feed of a batch, of what may be seen. Waits while there is nothing new, but not once the batch is sealed. */
export const readEvents = (deps: Needs, input: ReadEventsInput): Promise<EventFeed> =>
  followFeed(deps, input, (after) => look(deps, { ...input, after }));

const look = async (deps: Reading, { batchId, after, limit }: ReadEventsInput): Promise<EventFeed> => {
  // Before the events: what a sealed header tells of is then in the feed already, or on its way.
  const header = await findSeenBatch(deps, batchId);
  const sight = await sightOf(deps, header);
  const { rows, next_after, isLast } = await readPage(deps, batchId, { after, limit });
  const told = rows.flatMap((row) => seenOf(row, sight)).map((row) => viewEvent(deps.rights.actor, row));
  const events = await sight.shown(told);
  const complete = header.ended_at !== undefined && isLast;
  const ended = complete && (rows.some(tellsOf(header)) || (await hasBeenTold(deps, header, after)));
  return { events, next_after, ended };
};

/** A change of the batch is told to all who see a part of it, but what it says of the whole is not. */
export const seenOf = <Row extends EventRow>(row: Row, { isWhole, sees }: Sight): readonly Row[] => {
  if (isWhole) return [row];
  if (row.index !== undefined) return sees(row.index) ? [row] : [];
  return [ofPart(row)];
};

const tellsOf = (header: HeaderRow) => (row: EventRow) => row.type === 'batch' && row.seq >= header.seq;

/**
 * Whether the reader, who has the events up to `after`, was told of the latest change of the header: it is among the last,
 * since it sealed the batch or resolved one. What has come since the page was read is not told yet.
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
