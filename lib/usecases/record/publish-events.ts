import type { BusEvent, Key } from '../../domain/ports.ts';
import { busEventOf } from '../../domain/record/bus-event.ts';
import { type ChainedEvent, chainEvent } from '../../domain/record/chain.ts';
import { keys } from '../../domain/record/keys.ts';
import { type EventRow, itemOf, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { anchorEnd, type FeedHead } from './anchor-end.ts';
import { stageWrites } from './stage-writes.ts';
import { isUnanchored, noteUnanchored, type UnanchoredEnd } from './unanchored-ends.ts';

type Needs = Pick<Deps, 'table' | 'bus' | 'clock' | 'random' | 'anchors' | 'signer'> & {
  /** Called once for each event, when it has its number. */
  readonly onNumbered?: (events: readonly ChainedEvent[]) => void;
  /** Called with the reason when an end could not be anchored. */
  readonly onUnanchored?: (batchId: string, error: unknown) => void;
};

/** An event row as it comes from the table's stream. */
export type WrittenEvent = Key & EventRow;

/** The rows that call the publisher. */
export type PublishedRow = WrittenEvent | UnanchoredEnd;

/** Rows of a transaction besides the heads of two feeds. */
const rowsPerTransaction = 98;
/**
 * A transaction takes 4 MB, and a character up to three bytes. An event with logs of five pods has some 30,000
 * characters.
 */
const charactersPerTransaction = 1_000_000;
/** How often to try the bus before asking the stream to deliver again. */
const tries = 3;

/**
 * Gives each event the next number in its batch's feed, chains it to the previous one and puts it on the bus. A
 * repeated event keeps its number and goes on the bus again: at least once. In the same transaction, a batch's own
 * event also gets a place in the stage's feed. When a batch has ended, the end of its feed is anchored outside the
 * table. If that fails, feed and bus don't wait: the end is noted, and its row comes here too.
 */
export const publishEvents = async (deps: Needs, rows: readonly PublishedRow[]): Promise<void> => {
  const batches = Map.groupBy(withoutRepeats(rows), ({ batch_id }) => batch_id);
  for (const [batchId, ofBatch] of batches) {
    const events = ofBatch.filter((row): row is WrittenEvent => !isUnanchored(row));
    let hasEnded = events.length < ofBatch.length;
    for (const together of transactionsOf(events)) {
      const { numbered, ended } = await number(deps, batchId, together);
      await putOnBus(deps, numbered.map(busEventOf));
      hasEnded ||= ended;
    }
    if (hasEnded) await anchorOrNote(deps, batchId, events.length === 0);
  }
};

/** A noted end stays noted until the sweeper finds its anchor. */
const anchorOrNote = async (deps: Needs, batchId: string, isNoted: boolean): Promise<void> => {
  try {
    await anchorEnd(deps, batchId);
  } catch (error) {
    deps.onUnanchored?.(batchId, error);
    if (!isNoted) await noteUnanchored(deps, batchId);
  }
};

const transactionsOf = (events: readonly WrittenEvent[]): readonly (readonly WrittenEvent[])[] => {
  const transactions: WrittenEvent[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  let rows = 0;
  for (const event of events) {
    const size = JSON.stringify(event).length;
    const own = rowsOf(event);
    if (rows + own > rowsPerTransaction || characters + size > charactersPerTransaction) {
      transactions.push([event]);
      [characters, rows] = [size, own];
    } else {
      transactions.at(-1)!.push(event);
      [characters, rows] = [characters + size, rows + own];
    }
  }
  return transactions;
};

/** Rows per event: its number, its place in the feed, and for a batch's event its place in the stage's feed. */
const rowsOf = ({ type }: EventRow): number => (type === 'batch' ? 3 : 2);

/** A stream may repeat an item, and a transaction may not name one twice. */
const withoutRepeats = <Row extends Key>(rows: readonly Row[]): readonly Row[] => [
  ...new Map(rows.map((row) => [`${row.pk}/${row.sk}`, row])).values(),
];

interface Numbered {
  readonly ended: boolean;
  readonly numbered: readonly ChainedEvent[];
}

const number = (deps: Needs, batchId: string, events: readonly WrittenEvent[]): Promise<Numbered> =>
  retryConflict(deps, async () => {
    const head = rowOf<FeedHead>(await deps.table.get(keys.feedHead(batchId)));
    const known = await Promise.all(events.map((event) => placeOf(deps, event)));
    let last = head;
    const numbered = events.map((event, at): ChainedEvent => {
      const old = known[at];
      if (old !== undefined) return old;
      const chained = chainEvent(plain(event), { number: (last?.last ?? 0) + 1, previous: last?.hash });
      last = {
        last: chained.number,
        hash: chained.hash,
        ...(last?.ended === true || isEnd(event) ? { ended: true } : {}),
      };
      return chained;
    });
    const fresh = numbered.filter((_, at) => known[at] === undefined);
    if (last === undefined || fresh.length === 0) return { numbered, ended: last?.ended === true };
    await deps.table.transact([
      {
        put: itemOf(keys.feedHead(batchId), last),
        when: head === undefined ? { exists: false } : { equals: { last: head.last } },
      },
      ...fresh.flatMap((event) => [
        { put: itemOf(keys.feed(batchId, event.number), event), when: { exists: false } },
        { update: keys.event(batchId, event.index ?? sourceOf(event), event.seq), set: { number: event.number } },
      ]),
      ...(await stageWrites(deps, fresh)),
    ]);
    deps.onNumbered?.(fresh);
    return { numbered, ended: last.ended === true };
  });

/** What the event is about, if not a deployment. */
const sourceOf = ({ type }: EventRow) => (type === 'hold' || type === 'drift' ? type : 'batch');

/** From here on the feed is anchored whenever it grows. */
const isEnd = ({ type, actor }: EventRow): boolean => type === 'batch' && actor === 'finish';

/** The event as it is already in the feed. */
const placeOf = async ({ table }: Needs, { pk, sk, batch_id }: WrittenEvent): Promise<ChainedEvent | undefined> => {
  const number = rowOf<EventRow>(await table.get({ pk, sk }))?.number;
  if (number === undefined) return undefined;
  const { pk: _pk, sk: _sk, ...event } = (await table.get(keys.feed(batch_id, number)))!;
  return event as unknown as ChainedEvent;
};

const plain = ({ pk: _pk, sk: _sk, ...event }: WrittenEvent): EventRow => event;

const putOnBus = async ({ bus, clock, random }: Needs, events: readonly BusEvent[]): Promise<void> => {
  let left = events;
  for (let attempt = 0; left.length > 0; attempt++) {
    left = await bus.put(left);
    if (left.length === 0) return;
    if (attempt + 1 === tries) throw new Error(`${left.length} events were not accepted by the bus`);
    await clock.sleep(random.next() * 200 * 2 ** attempt);
  }
};
