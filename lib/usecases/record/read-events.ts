import { FlotillaError } from '../../domain/errors.ts';
import { type Actor, hasScope } from '../../domain/record/actor.ts';
import { detailWithoutLogs } from '../../domain/record/evidence.ts';
import { keys, lastFeedNumber } from '../../domain/record/keys.ts';
import type { EventRow, HeaderRow } from '../../domain/record/rows.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { fittingCount } from '../fitting-count.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { type Sight, sightOf } from '../grants/sight.ts';
import { isoTime } from '../iso-time.ts';
import { mostWaiting } from './waiting-room.ts';

type Needs = Reading & Pick<Deps, 'waitingRoom'>;
type Reading = Pick<Deps, 'table' | 'documents' | 'clock'> & AskedBy;

export interface ReadEventsInput {
  readonly batchId: string;
  /** Number of the last event that the reader has; 0 to begin. */
  readonly after: number;
  /** Seconds to wait for something to come, 0 to 20: an API Gateway call may take 30. */
  readonly wait: number;
  readonly limit: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

export type EventView = Omit<EventRow, 'at' | 'number'> & {
  readonly number: number;
  readonly at: string;
  /** What is left out of it for who asks: its hash is that of the whole. */
  readonly withheld?: 'logs';
};

export interface EventFeed {
  readonly events: readonly EventView[];
  /** Send it as `after` to read on. */
  readonly next_after: number;
  /** The batch is sealed and this is all there is; only a `resolve` may still add to it. */
  readonly ended: boolean;
}

/** The first looks come quickly, so that a lively batch is followed closely; a quiet one costs a look a second. */
const FIRST_WAIT = 50;
const LONGEST_WAIT = 1000;

/** So many pages of which nothing may be seen are passed over at once; whoever asks on goes on behind them. */
const MOST_PASSED_OVER = 20;

/** A lively batch has something to tell within this long: only whoever waits longer is counted. */
const UNCOUNTED = 500;

/** Seconds. Long enough that many who are turned away hold little. */
const COME_BACK_AFTER = 5;

/**
 * A page of the numbered feed of a batch, of what may be seen. Waits while there is nothing new, but not once the batch is sealed.
 * Throws TooManyRequests where too many wait for one subject.
 */
export const readEvents = async (deps: Needs, input: ReadEventsInput): Promise<EventFeed> => {
  const from = deps.clock.now();
  const until = from + input.wait * 1000;
  const place = new Place(deps, until);
  let { after } = input;
  let passedOver = 0;
  try {
    for (let pause = FIRST_WAIT; ; pause = Math.min(LONGEST_WAIT, pause * 2)) {
      const feed = await look(deps, { ...input, after });
      const left = until - deps.clock.now();
      if (feed.events.length > 0 || feed.ended) return feed;
      if (feed.next_after > after && passedOver < MOST_PASSED_OVER) {
        passedOver += 1;
        after = feed.next_after;
        continue;
      }
      if (left <= 0) return feed;
      if (deps.clock.now() - from >= UNCOUNTED) await place.take();
      await deps.clock.sleep(Math.min(pause, left), input.signal);
      if (input.signal?.aborted) return feed;
    }
  } finally {
    await place.leave();
  }
};

/** That of one who waits. */
class Place {
  readonly #deps: Needs;
  readonly #until: number;
  #leave: (() => Promise<void>) | undefined;

  constructor(deps: Needs, until: number) {
    this.#deps = deps;
    this.#until = until;
  }

  async take(): Promise<void> {
    if (this.#leave !== undefined) return;
    const { waitingRoom, rights } = this.#deps;
    this.#leave = await waitingRoom.enter(rights.actor.subject, this.#until);
    if (this.#leave !== undefined) return;
    const message = `${mostWaiting} requests of yours wait for events already. Ask again later, or with a smaller wait.`;
    throw new FlotillaError('TooManyRequests', message, { retry_after: COME_BACK_AFTER });
  }

  /** What was to be answered is more than a place that is free by itself a little later. */
  async leave(): Promise<void> {
    await this.#leave?.().catch(() => {});
  }
}

const look = async (deps: Reading, { batchId, after, limit }: ReadEventsInput): Promise<EventFeed> => {
  // Before the events: what a sealed header tells of is then in the feed already, or on its way.
  const header = await findSeenBatch(deps, batchId);
  const sight = await sightOf(deps, header);
  const page = await deps.table.query({
    pk: keys.feed(batchId, 0).pk,
    from: keys.feed(batchId, after + 1).sk,
    to: keys.feed(batchId, lastFeedNumber).sk,
    limit,
  });
  const rows = page.items.map((item) => rowOf<EventRow & { readonly number: number }>(item)!);
  const fitting = rows.slice(0, fittingCount(rows));
  const told = fitting.flatMap((row) => seenOf(row, sight)).map((row) => toldTo(deps.rights.actor, row));
  const events = await sight.shown(told.map(viewEvent));
  const complete = header.ended_at !== undefined && page.next === undefined && fitting.length === rows.length;
  const ended = complete && (rows.some(tellsOf(header)) || (await hasBeenTold(deps, header, after)));
  return { events, next_after: fitting.at(-1)?.number ?? after, ended };
};

/** A change of the batch is told to all who see a part of it, but what it says of the whole is not. */
const seenOf = <Row extends EventRow>(row: Row, { isWhole, sees }: Sight): readonly Row[] => {
  if (isWhole) return [row];
  if (row.index !== undefined) return sees(row.index) ? [row] : [];
  const { detail: _, ...rest } = row;
  return [{ ...rest, message: 'Of a batch of which you may see a part.' } as Row];
};

const toldTo = <Row extends EventRow>(actor: Actor, row: Row): Row & Pick<EventView, 'withheld'> => {
  if (row.detail === undefined || hasScope(actor, 'logs')) return row;
  const detail = detailWithoutLogs(row.detail);
  return detail === row.detail ? row : { ...row, detail, withheld: 'logs' };
};

const viewEvent = (row: EventRow & { readonly number: number }): EventView => {
  const { pk: _, sk: __, ...event } = row as typeof row & { readonly pk: string; readonly sk: string };
  return { ...event, at: isoTime(row.at) };
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
