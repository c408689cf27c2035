import { expect, test } from 'vitest';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import type { BusEvent } from '../../lib/domain/ports.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { publishEvents, type WrittenEvent } from '../../lib/usecases/publish-events.ts';
import { FakeClock } from './api-world.ts';

const eventOf = (index: number, message: string): WrittenEvent => ({
  ...keys.event('B', index, 1),
  batch_id: 'B',
  type: 'deployment',
  index,
  key: `shared/s${index}`,
  seq: 1,
  at: 0,
  actor: 'test',
  from: null,
  to: 'FAILED',
  reason: 'CrashLoopBackOff',
  message,
});

test('events with long logs that come together are all numbered, in their order', async () => {
  const table = new SqliteTable(':memory:');
  const sent: BusEvent[] = [];
  const bus = {
    put: async (events: readonly BusEvent[]): Promise<readonly BusEvent[]> => {
      sent.push(...events);
      return [];
    },
  };
  // Together more than the 4 MB of one transaction: the logs of a batch whose services all crash at once.
  const events = Array.from({ length: 60 }, (_, index) => eventOf(index, 'ж'.repeat(50_000)));
  for (const event of events) await table.transact([{ put: itemOf(event, event) }]);
  await publishEvents({ table, bus, clock: new FakeClock(), random: { next: () => 0.5 } }, events);
  expect(sent.map(({ detail }) => [detail.index, detail.number])).toEqual(events.map((_, at) => [at, at + 1]));
  const feed = await table.query({ pk: 'FEED#B', from: keys.feed('B', 1).sk, to: keys.feed('B', 99).sk, limit: 100 });
  expect(feed.items.map(({ index }) => index)).toEqual(events.map(({ index }) => index));
});

/** Gives a table with these events, and what publishes them to a bus that takes what `take` leaves. */
const publishing = async (events: readonly WrittenEvent[], take: (nth: number) => 'all' | 'none' = () => 'all') => {
  const table = new SqliteTable(':memory:');
  for (const event of events) await table.transact([{ put: itemOf(event, event) }]);
  const calls: (readonly (readonly unknown[])[])[] = [];
  const bus = {
    put: async (sent: readonly BusEvent[]): Promise<readonly BusEvent[]> => {
      calls.push(sent.map(({ detail }) => [detail.index, detail.number]));
      return take(calls.length) === 'all' ? [] : sent;
    },
  };
  const deps = { table, bus, clock: new FakeClock(), random: { next: () => 0.5 } };
  return { calls, publish: (some: readonly WrittenEvent[]) => publishEvents(deps, some) };
};

test('an event that comes again keeps its number, and those after it leave no gap', async () => {
  const events = [0, 1, 2].map((index) => eventOf(index, 'x'));
  const { calls, publish } = await publishing(events);
  await publish(events.slice(0, 2));
  await publish([events[2]!, events[0]!]);
  expect(calls).toEqual([
    [
      [0, 1],
      [1, 2],
    ],
    [
      [2, 3],
      [0, 1],
    ],
  ]);
});

test('what the bus does not take is sent again, twice', async () => {
  const { calls, publish } = await publishing([eventOf(0, 'x')], (nth) => (nth < 3 ? 'none' : 'all'));
  await publish([eventOf(0, 'x')]);
  expect(calls).toEqual(Array(3).fill([[0, 1]]));
});

test('what the bus never takes is told, so that the stream brings it again', async () => {
  const { calls, publish } = await publishing([eventOf(0, 'x')], () => 'none');
  await expect(publish([eventOf(0, 'x')])).rejects.toThrow('1 events were not taken by the bus');
  expect(calls).toHaveLength(3);
});
