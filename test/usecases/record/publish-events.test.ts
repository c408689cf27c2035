import { expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import type { BusEvent } from '../../../lib/domain/ports.ts';
import { brokenLink, type ChainedEvent, chainEvent } from '../../../lib/domain/record/chain.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import { publishEvents, type WrittenEvent } from '../../../lib/usecases/record/publish-events.ts';
import { FakeClock } from '../batch/api-world.ts';
import { MemoryAnchors, testSigner } from './memory-anchors.ts';

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

const setUp = async (count: number, message: string) => {
  const table = new SqliteTable(':memory:');
  const sent: BusEvent[] = [];
  const told: number[] = [];
  const deps = {
    table,
    bus: {
      put: async (events: readonly BusEvent[]): Promise<readonly BusEvent[]> => {
        sent.push(...events);
        return [];
      },
    },
    clock: new FakeClock(),
    random: { next: () => 0.5 },
    anchors: new MemoryAnchors(),
    signer: testSigner,
    onNumbered: (events: readonly { readonly number: number }[]) => told.push(...events.map(({ number }) => number)),
  };
  const events = Array.from({ length: count }, (_, index) => eventOf(index, message));
  for (const event of events) await table.transact([{ put: itemOf(event, event) }]);
  return { deps, table, events, sent, told };
};

const feedOf = async (table: SqliteTable): Promise<readonly ChainedEvent[]> => {
  const { items } = await table.query({ pk: 'FEED#B', from: '0', to: '999999999', limit: 1000 });
  return items.map(({ pk: _pk, sk: _sk, ...event }) => event as unknown as ChainedEvent);
};

test('numbers all events with long logs that come together, in order', async () => {
  // Together more than the 4 MB of one transaction: the logs of a batch whose services all crash at once.
  const { deps, table, events, sent } = await setUp(60, 'ж'.repeat(50_000));
  await publishEvents(deps, events);
  expect(sent.map(({ detail }) => [detail.index, detail.number])).toEqual(events.map((_, at) => [at, at + 1]));
  expect((await feedOf(table)).map(({ index }) => index)).toEqual(events.map(({ index }) => index));
});

test('chains each event to the one before, across calls, and any change breaks the chain there', async () => {
  const { deps, table, events, sent } = await setUp(5, 'failed');
  await publishEvents(deps, events.slice(0, 2));
  await publishEvents(deps, events.slice(2));
  const feed = await feedOf(table);
  expect(feed.map(({ previous }) => previous)).toEqual([undefined, ...feed.slice(0, 4).map(({ hash }) => hash)]);
  expect(sent.map(({ detail }) => [detail.previous, detail.hash])).toEqual(
    feed.map(({ previous, hash }) => [previous, hash]),
  );
  expect(brokenLink(feed)).toBeUndefined();
  expect(brokenLink(feed.with(2, { ...feed[2]!, actor: 'somebody else' }))).toBe(3);
  // An event that was chained again is fine itself, but the next one does not follow from it.
  expect(brokenLink(feed.with(2, chainEvent(events[2]!, { number: 3, previous: feed[1]!.hash })))).toBe(4);
  expect(brokenLink(feed.toSpliced(1, 1))).toBe(2);
});

test('sends a repeated event again as it was, beside new ones, and reports it once', async () => {
  const { deps, events, sent, told } = await setUp(3, 'failed');
  await publishEvents(deps, events.slice(0, 2));
  await publishEvents(deps, events);
  expect(sent.slice(2, 4)).toEqual(sent.slice(0, 2));
  expect(sent.map(({ id }) => id)).toEqual(['B/1', 'B/2', 'B/1', 'B/2', 'B/3']);
  expect(told).toEqual([1, 2, 3]);
});

test('retries what the bus did not take, less and less often, and in the end returns it to the stream', async () => {
  const puts = async (...taken: readonly number[]) => {
    const { deps, events } = await setUp(3, 'failed');
    const sizes: number[] = [];
    const waits: number[] = [];
    const left = [...taken];
    const bus = {
      put: async (some: readonly BusEvent[]) => {
        sizes.push(some.length);
        return some.slice(left.shift() ?? 0);
      },
    };
    const clock = { now: () => 0, sleep: async (milliseconds: number) => void waits.push(milliseconds) };
    const end = await publishEvents({ ...deps, bus, clock }, events).then(
      () => 'done',
      (error: Error) => error.message,
    );
    return { sizes, waits, end };
  };
  expect(await puts(3)).toEqual({ sizes: [3], waits: [], end: 'done' });
  expect(await puts(1, 2)).toEqual({ sizes: [3, 2], waits: [100], end: 'done' });
  expect(await puts(1, 1, 1)).toEqual({ sizes: [3, 2, 1], waits: [100, 200], end: 'done' });
  expect(await puts(1, 1, 0)).toEqual({
    sizes: [3, 2, 1],
    waits: [100, 200],
    end: '1 events were not accepted by the bus',
  });
});

test('puts as many events in a transaction as it may, of one batch', async () => {
  const { deps, table, events } = await setUp(99, 'failed');
  const other = { ...events[0]!, ...keys.event('C', 0, 1), batch_id: 'C' };
  await table.transact([{ put: itemOf(other, other) }]);
  const sizes: number[] = [];
  const transact = table.transact.bind(table);
  table.transact = async (writes) => {
    sizes.push(writes.length);
    await transact(writes);
  };
  await publishEvents(deps, [other, ...events, events[0]!]);
  expect(sizes).toEqual([3, 99, 99, 3]);
});

test('puts as many characters in a transaction as it may', async () => {
  const { deps, table, events } = await setUp(3, 'x');
  const size = JSON.stringify(events[0]).length;
  const long = (message: number) => events.map((event) => ({ ...event, message: 'x'.repeat(message) }));
  const sizes = async (some: readonly WrittenEvent[]) => {
    const made: number[] = [];
    const counting = {
      ...deps,
      table: {
        get: async () => undefined,
        query: table.query.bind(table),
        synced: async () => {},
        transact: async (writes: readonly unknown[]) => void made.push(writes.length),
      },
    };
    await publishEvents(counting, some);
    return made;
  };
  expect(await sizes(long(500_000 - size + 1).slice(0, 2))).toEqual([5]);
  expect(await sizes(long(500_000 - size + 2).slice(0, 2))).toEqual([3, 3]);
  expect(await sizes(long(400_000))).toEqual([5, 3]);
});

/** A change of a batch. */
const changeOf = (batch_id: string, seq: number): WrittenEvent => {
  const { index: _, key: __, ...event } = eventOf(0, `${batch_id} ${seq}`);
  return { ...event, ...keys.event(batch_id, 'batch', seq), type: 'batch', batch_id, seq };
};

const stageOf = async (table: SqliteTable): Promise<readonly ChainedEvent[]> => {
  const { items } = await table.query({ pk: 'FEED#stage', from: '0', to: '999999999', limit: 1000 });
  return items.map(({ pk: _pk, sk: _sk, ...event }) => event as unknown as ChainedEvent);
};

test('puts a change of a batch in the feed of the stage too, once, in one chain with the changes of holds', async () => {
  const { deps, table, events, sent } = await setUp(2, 'failed');
  const hold: WrittenEvent = {
    ...eventOf(0, 'held'),
    ...keys.event('stage', 'hold', 1),
    batch_id: 'stage',
    type: 'hold',
    hold: 'H',
  };
  const changes = [changeOf('B', 1), changeOf('B', 2), changeOf('C', 1)];
  for (const event of [hold, ...changes]) await table.transact([{ put: itemOf(event, event) }]);
  await publishEvents(deps, [changes[0]!, ...events]);
  await publishEvents(deps, [hold, ...changes, ...events]);
  await publishEvents(deps, changes);
  const stage = await stageOf(table);
  expect(stage.map(({ batch_id, seq, number, in_batch }) => [number, batch_id, seq, in_batch?.number])).toEqual([
    [1, 'B', 1, 1],
    [2, 'stage', 1, undefined],
    [3, 'B', 2, 4],
    [4, 'C', 1, 1],
  ]);
  expect(brokenLink(stage)).toBeUndefined();
  const feed = await feedOf(table);
  expect(brokenLink(feed)).toBeUndefined();
  expect(stage[2]!.in_batch).toEqual({ number: 4, hash: feed[3]!.hash });
  // It goes to the bus by its place in the feed of its batch, and by no other.
  expect([...new Set(sent.map(({ id }) => id))].sort()).toEqual(['B/1', 'B/2', 'B/3', 'B/4', 'C/1', 'stage/2']);
});

test('agrees on the order of two batches that two publishers number at once', async () => {
  const { deps, table } = await setUp(0, '');
  const changes = ['B', 'C', 'D', 'E'].map((batch) => changeOf(batch, 1));
  for (const event of changes) await table.transact([{ put: itemOf(event, event) }]);
  await Promise.all(changes.map((event) => publishEvents(deps, [event])));
  const stage = await stageOf(table);
  expect(stage.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  expect(stage.map(({ batch_id }) => batch_id).toSorted()).toEqual(['B', 'C', 'D', 'E']);
  expect(brokenLink(stage)).toBeUndefined();
});

test("keeps a transaction of batch changes within DynamoDB's limits", async () => {
  const { deps, table } = await setUp(0, '');
  const changes = Array.from({ length: 70 }, (_, at) => changeOf('B', at + 1));
  for (const event of changes) await table.transact([{ put: itemOf(event, event) }]);
  const sizes: number[] = [];
  const transact = table.transact.bind(table);
  table.transact = async (writes) => {
    sizes.push(writes.length);
    await transact(writes);
  };
  await publishEvents(deps, changes);
  expect(sizes).toEqual([98, 98, 20]);
  expect(await stageOf(table)).toHaveLength(70);
});
