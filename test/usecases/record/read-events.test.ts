import { describe, expect, test } from 'vitest';
import type { Table } from '../../../lib/domain/ports.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { readEvents } from '../../../lib/usecases/record/read-events.ts';
import { mostWaiting } from '../../../lib/usecases/record/waiting-room.ts';
import { changeBatch, makeWorld, publish, submitted } from '../batch/api-world.ts';

const from = (batchId: string, after: number, wait = 0) => ({ batchId, after, wait, limit: 100 });
const working = { status: 'PROCESSING', reason: 'Planned', message: 'Planned.' } as const;
const ended = { status: 'SUCCESS', reason: 'AllSucceeded', message: 'Good.', totals: { SUCCESS: 3 } } as const;

describe('readEvents', () => {
  test('gives the events after a number, with readable times', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    await publish(world, batchId);
    const feed = await readEvents(world.deps, from(batchId, 0));
    expect(feed).toMatchObject({ next_after: 1, ended: false });
    expect(feed.events).toMatchObject([
      {
        number: 1,
        type: 'batch',
        from: null,
        to: 'PENDING',
        reason: 'Submitted',
        actor: 'ada',
        at: '2026-09-30T06:00:00.000Z',
      },
    ]);
    expect(feed.events[0]).not.toHaveProperty('pk');
    expect(await readEvents(world.deps, from(batchId, 1))).toEqual({ events: [], next_after: 1, ended: false });
  });

  test('does not count the head of the feed as an event', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    await world.table.transact([{ put: { ...keys.feedHead(batchId), number: 0 } }]);
    expect((await readEvents(world.deps, from(batchId, 0))).events).toEqual([]);
  });

  test('has not ended for a reader whose page was read before the last event came', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    await publish(world, batchId);
    await changeBatch(world, batchId, { ...ended, ended_at: world.clock.now() });
    const late: Table = {
      get: (key) => world.table.get(key),
      transact: (writes) => world.table.transact(writes),
      synced: () => world.table.synced(),
      query: async (query) => {
        const page = await world.table.query(query);
        await publish(world, batchId);
        return page;
      },
    };
    const first = await readEvents({ ...world.deps, table: late }, from(batchId, 0));
    expect(first).toMatchObject({ events: [{ number: 1 }], next_after: 1, ended: false });
    const next = await readEvents(world.deps, from(batchId, 1));
    expect(next).toMatchObject({ events: [{ number: 2, to: 'SUCCESS' }], ended: true });
  });

  test('waits until something comes, and no longer', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    await publish(world, batchId);
    const begun = world.clock.now();
    world.clock.in(5_000, async () => {
      await changeBatch(world, batchId, working);
      await publish(world, batchId);
    });
    const feed = await readEvents(world.deps, from(batchId, 1, 20));
    expect(feed.events).toMatchObject([{ number: 2, to: 'PROCESSING' }]);
    expect(world.clock.now() - begun).toBeLessThan(6_500);
  });

  test('waits as long as it may, without success', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    const begun = world.clock.now();
    expect(await readEvents(world.deps, from(batchId, 0, 20))).toMatchObject({ events: [], ended: false });
    expect(world.clock.now() - begun).toBe(20_000);
  });

  test('does not wait for a client that has left', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    const left = new AbortController();
    const begun = world.clock.now();
    world.clock.in(1000, async () => left.abort());
    await readEvents(world.deps, { ...from(batchId, 0, 20), signal: left.signal });
    expect(world.clock.now() - begun).toBeLessThan(3000);
  });

  test('does not wait once the batch is sealed and all events are out', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    await changeBatch(world, batchId, { ...ended, ended_at: world.clock.now() });
    await publish(world, batchId);
    const begun = world.clock.now();
    expect(await readEvents(world.deps, from(batchId, 0, 20))).toMatchObject({ next_after: 2, ended: true });
    expect(await readEvents(world.deps, from(batchId, 2, 20))).toEqual({ events: [], next_after: 2, ended: true });
    expect(world.clock.now()).toBe(begun);
  });

  test('waits for the last event of a sealed batch that the publisher has not sent yet', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    await publish(world, batchId);
    await changeBatch(world, batchId, { ...ended, ended_at: world.clock.now() });
    world.clock.in(500, () => publish(world, batchId));
    const feed = await readEvents(world.deps, from(batchId, 1, 20));
    expect(feed).toMatchObject({ ended: true, events: [{ number: 2, to: 'SUCCESS' }] });
  });

  test('does not take a full page for the end', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    await changeBatch(world, batchId, { ...ended, ended_at: world.clock.now() });
    await publish(world, batchId);
    const feed = await readEvents(world.deps, { ...from(batchId, 0), limit: 1 });
    expect(feed).toMatchObject({ next_after: 1, ended: false });
  });

  test('cuts a page that would be too large for an answer, and does not take it for the end', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    const message = 'x'.repeat(300_000);
    for (let change = 0; change < 11; change += 1) await changeBatch(world, batchId, { ...working, message });
    await changeBatch(world, batchId, { ...ended, ended_at: world.clock.now() });
    await publish(world, batchId);
    const first = await readEvents(world.deps, from(batchId, 0));
    expect(JSON.stringify(first).length).toBeLessThan(4_000_000);
    expect(first.ended).toBe(false);
    const second = await readEvents(world.deps, from(batchId, first.next_after));
    expect([...first.events, ...second.events].map(({ number }) => number)).toEqual(
      Array.from({ length: 13 }, (_, at) => at + 1),
    );
    expect(second.ended).toBe(true);
  });

  describe('of one subject', () => {
    const full = async () => {
      const world = makeWorld();
      const batchId = await submitted(world);
      await publish(world, batchId);
      const { subject } = world.deps.rights.actor;
      const places = [];
      while (places.length < mostWaiting) places.push(await world.waitingRoom.enter(subject, world.clock.now()));
      return { world, batchId, leave: places[0]! };
    };

    test('lets this many wait at once; the next one must come back, and holds nothing for long', async () => {
      const { world, batchId } = await full();
      const begun = world.clock.now();
      await expect(readEvents(world.deps, from(batchId, 1, 20))).rejects.toMatchObject({
        name: 'TooManyRequests',
        details: { retry_after: 5 },
      });
      expect(world.clock.now() - begun).toBeLessThan(1_000);
    });

    test('does not count callers that find something, or soon do', async () => {
      const { world, batchId } = await full();
      expect((await readEvents(world.deps, from(batchId, 0, 20))).events).toHaveLength(1);
      world.clock.in(200, async () => {
        await changeBatch(world, batchId, working);
        await publish(world, batchId);
      });
      expect((await readEvents(world.deps, from(batchId, 1, 20))).events).toHaveLength(1);
    });

    test.each<[string, (world: ReturnType<typeof makeWorld>, batchId: string, signal: AbortController) => void]>([
      ['the time is over', () => {}],
      ['its reader has left', (world, _, reader) => world.clock.in(5_000, async () => reader.abort())],
      ['the table fails', (world) => world.clock.in(5_000, async () => world.table.close())],
    ])('frees a place when %s', async (_, happens) => {
      const { world, batchId, leave } = await full();
      await leave();
      const reader = new AbortController();
      happens(world, batchId, reader);
      await readEvents(world.deps, { ...from(batchId, 1, 20), signal: reader.signal }).catch(() => {});
      expect(await world.waitingRoom.enter(world.deps.rights.actor.subject, 0)).toBeDefined();
    });
  });

  test('reports an unknown batch as not found', async () => {
    await expect(readEvents(makeWorld().deps, from('none', 0))).rejects.toMatchObject({ name: 'BatchNotFound' });
  });
});
