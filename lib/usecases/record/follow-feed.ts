import { FlotillaError } from '../../domain/errors.ts';
import type { Key } from '../../domain/ports.ts';
import { type Actor, hasScope } from '../../domain/record/actor.ts';
import { detailWithoutLogs } from '../../domain/record/evidence.ts';
import { keys, lastFeedNumber } from '../../domain/record/keys.ts';
import { type EventRow, rowOf } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { fittingCount } from '../fitting-count.ts';
import { isoTime } from '../iso-time.ts';
import { mostWaiting } from './waiting-room.ts';

type Needs = Pick<Deps, 'clock' | 'waitingRoom'> & AskedBy;

/** A request for part of a feed. */
export interface FeedInput {
  /** The number of the last event that the reader has; 0 to begin. */
  readonly after: number;
  /** Seconds to wait for new events, 0 to 20. An API Gateway call may take 30. */
  readonly wait: number;
  readonly limit: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

export type EventView = Omit<EventRow, 'at' | 'number'> & {
  readonly number: number;
  readonly at: string;
  /** What was withheld from the caller. The hash covers the whole event. */
  readonly withheld?: 'logs';
};

/** The same, just written: it gets its number a moment later. */
export type UnnumberedEvent = Omit<EventView, 'number'> & { readonly number?: number };

export interface EventFeed {
  readonly events: readonly EventView[];
  /** Send it as `after` to continue. */
  readonly next_after: number;
  /**
   * The batch is sealed and there is nothing more; only a `resolve` may still add events. The stage's feed never ends.
   */
  readonly ended: boolean;
}

/** The first looks come quickly, to follow a lively batch closely. A quiet one costs one look a second. */
const FIRST_WAIT = 50;
const LONGEST_WAIT = 1000;

/** The most pages skipped at once because the caller may see nothing on them. The next request continues after them. */
const MOST_PASSED_OVER = 20;

/** Milliseconds. A lively batch has an event within this time, so only longer waits are counted. */
const UNCOUNTED = 500;

/** Seconds. Long enough that many callers who are turned away cost little. */
const COME_BACK_AFTER = 5;

/**
 * Looks at a feed until there is something the caller may see, it has ended, or the wait is over. Throws
 * TooManyRequests if too many requests of one subject wait.
 */
export const followFeed = async (
  deps: Needs,
  input: FeedInput,
  look: (after: number) => Promise<EventFeed>,
): Promise<EventFeed> => {
  const from = deps.clock.now();
  const until = from + input.wait * 1000;
  const place = new Place(deps, until);
  let { after } = input;
  let passedOver = 0;
  try {
    for (let pause = FIRST_WAIT; ; pause = Math.min(LONGEST_WAIT, pause * 2)) {
      const feed = await look(after);
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

/** A waiting request's place in the room. */
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
    const message = `${mostWaiting} requests of yours are already waiting for events. Try again later, or with a shorter wait.`;
    throw new FlotillaError('TooManyRequests', message, { retry_after: COME_BACK_AFTER });
  }

  /** The answer matters more than a place that frees itself a little later. */
  async leave(): Promise<void> {
    await this.#leave?.().catch(() => {});
  }
}

export type NumberedRow = EventRow & { readonly number: number };

/** The next events of a feed, as many as fit into one answer. */
export const readPage = async (
  { table }: Pick<Deps, 'table'>,
  feed: string,
  { after, limit }: Pick<FeedInput, 'after' | 'limit'>,
) => {
  const page = await table.query({
    pk: keys.feed(feed, 0).pk,
    from: keys.feed(feed, after + 1).sk,
    to: keys.feed(feed, lastFeedNumber).sk,
    limit,
  });
  const rows = page.items.map((item) => rowOf<NumberedRow>(item)!);
  const fitting = rows.slice(0, fittingCount(rows));
  return {
    rows: fitting,
    next_after: fitting.at(-1)?.number ?? after,
    /** Nothing came after them when they were read. */
    isLast: page.next === undefined && fitting.length === rows.length,
  };
};

/** An event as the API shows it to the caller. */
export const viewEvent = <Row extends EventRow>(actor: Actor, row: Row): ViewOf<Row> => {
  const { pk: _, sk: __, ...event } = toldTo(actor, row) as Row & Partial<Key>;
  return { ...event, at: isoTime(row.at) } as unknown as ViewOf<Row>;
};

type ViewOf<Row extends EventRow> = Row extends NumberedRow ? EventView : UnnumberedEvent;

const toldTo = <Row extends EventRow>(actor: Actor, row: Row): Row & Pick<EventView, 'withheld'> => {
  if (row.detail === undefined || hasScope(actor, 'logs')) return row;
  const detail = detailWithoutLogs(row.detail);
  return detail === row.detail ? row : { ...row, detail, withheld: 'logs' };
};

/** A batch's event for a caller who may see only a part, without what it says about the whole. */
export const ofPart = <Row extends EventRow>({ detail: _, ...rest }: Row): Row =>
  ({ ...rest, message: 'You may see only a part of this batch.' }) as Row;
