import { describe, expect, test } from 'vitest';
import type { HoldScope } from '../../lib/domain/holds/hold.ts';
import type { RunRequest } from '../../lib/domain/ports.ts';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { listHolds } from '../../lib/usecases/holds/list-holds.ts';
import { expectAllWell, itemOf, pause, resume, startsOf } from './hold-world.ts';
import { expectAllInOrder, reportOf } from './report.ts';
import { World } from './world.ts';

/** Holds of the whole system: what has not started waits, what is in flight goes on, and nothing starts twice. */

const day = 86_400;

const passLong = async (world: World, seconds: number): Promise<void> => {
  for (let left = seconds; left > 0; left -= day) await world.pass(Math.min(left, day));
};

const isStarted = (world: World) => () => startsOf(world) > 0;

describe('a hold', () => {
  test.each<readonly [string, (batchId: string) => HoldScope]>([
    ['everything', () => ({})],
    ['its environment', () => ({ environment: 'staging' })],
    ['its pillar', () => ({ pillar: 'shared' })],
    ['its service', () => ({ service: 'shared/a' })],
    ['its cluster', () => ({ cluster: 'cluster-eu-1' })],
    ['its batch', (batch) => ({ batch })],
    ['all of these', (batch) => ({ environment: 'staging', pillar: 'shared', service: 'a', batch })],
  ])('on %s keeps what has not started until it is lifted', async (_, scopeOf) => {
    const world = await World.make();
    const batchId = await world.submit([
      { name: 'z', timeout: 60 },
      { name: 'a', needs: ['z'] },
    ]);
    await world.until(isStarted(world));
    const hold = await pause(world, scopeOf(batchId));
    await world.pass(3_600);
    // The one in flight has gone on to its end.
    expect([startsOf(world), (await itemOf(world, batchId))?.status]).toEqual([1, 'SUCCESS']);
    await resume(world, hold);
    await expectAllWell(world, batchId);
  });

  test('on something else keeps nothing', async () => {
    const world = await World.make();
    await pause(world, { service: 'shared/other' });
    await pause(world, { pillar: 'risk' });
    const batchId = await world.submit([{ name: 'a' }]);
    await expectAllWell(world, batchId);
  });

  test('ends by itself', async () => {
    const world = await World.make();
    await pause(world, {}, { for: '2h' });
    const from = world.clock.now();
    const batchId = await world.submit([{ name: 'a' }]);
    await world.until(isStarted(world));
    const waited = world.clock.now() - from;
    expect(waited).toBeGreaterThanOrEqual(2 * 3_600_000);
    expect(waited).toBeLessThan(2 * 3_600_000 + 120_000);
    await expectAllWell(world, batchId);
    expect(await listHolds(world.deps)).toEqual([]);
  });

  test('lets a batch be cancelled: nothing of it was started', async () => {
    const world = await World.make();
    await pause(world);
    const batchId = await world.submit([{ name: 'a' }, { name: 'b', needs: ['a'] }]);
    await world.pass(60);
    await cancelBatch(world.deps, { batchId, actor: 'ada' });
    await world.settled(batchId);
    const told = await reportOf(world, batchId);
    expect(Object.values(told).map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 2 }, () => 'CANCELLED / BatchCancelled'),
    );
    expect(startsOf(world)).toBe(0);
  });

  test('that outlasts the wait for turns ends the batch, with a warning three days before', async () => {
    const world = await World.make({ sweepEvery: 3_600_000 });
    await pause(world);
    const batchId = await world.submit([{ name: 'a' }]);
    await passLong(world, 27 * day - 7_200);
    expect((await world.header(batchId)).reason).toBe('Planned');
    await world.pass(3 * 3_600);
    const { held_warned_at: warnedAt, reason } = await world.header(batchId);
    expect([reason, warnedAt === undefined]).toEqual(['HeldForLong', false]);
    await passLong(world, 2.9 * day);
    expect((await world.header(batchId)).held_warned_at).toBe(warnedAt);
    await world.pass(0.2 * day);
    const { status, reason: end } = await world.header(batchId);
    expect(`${status} / ${end}`).toBe('CANCELLED / HeldTooLong');
    expect(startsOf(world)).toBe(0);
  });

  test('is one of two hundred: when the last one is lifted, it goes on', async () => {
    const world = await World.make();
    const holds = [];
    for (let nth = 0; nth < 200; nth += 1) holds.push(await pause(world, nth % 2 ? { environment: 'staging' } : {}));
    const batchId = await world.submit([{ name: 'a' }]);
    await world.pass(60);
    expect(await listHolds(world.deps)).toHaveLength(200);
    for (const hold of holds.slice(1)) await resume(world, hold);
    await world.pass(60);
    expect(startsOf(world)).toBe(0);
    await resume(world, holds[0]!);
    await expectAllWell(world, batchId);
  });
});

/** Before a function of the child starts, a hold is set, and the dispatcher has a moment to apply it. */
const holdBefore = (
  world: World,
  name: 'capture-baseline' | 'start-deployment',
): { hold: { id: string } | undefined } => {
  const set: { hold: { id: string } | undefined } = { hold: undefined };
  world.meter.fault = undefined;
  const fault: typeof world.invokeFault = (call) => {
    if (call.name !== name || set.hold !== undefined) return undefined;
    set.hold = { id: '' };
    void pause(world).then((hold) => {
      set.hold = hold;
    });
    // Step Functions hears that the function could not be called, and calls it again some seconds later.
    return { error: Object.assign(new Error('busy'), { name: 'Lambda.TooManyRequestsException' }), when: 'before' };
  };
  world.invokeFault = fault;
  return set;
};

describe('a hold that comes between turn and start', () => {
  test.each(['capture-baseline', 'start-deployment'] as const)(
    'before %s gives the turn back, within five seconds',
    async (name) => {
      const world = await World.make({ random: () => 0.99 });
      const set = holdBefore(world, name);
      const batchId = await world.submit([{ name: 'a' }]);
      await world.pass(120);
      expect(startsOf(world)).toBe(0);
      expect(await itemOf(world, batchId)).toMatchObject({ status: 'PENDING', reason: 'Held', step: 'turn', runs: [] });
      await resume(world, set.hold!);
      await expectAllWell(world, batchId);
    },
  );

  /** How many calls a function makes while it gives its turn back. */
  const calls = { 'capture-baseline': 6, 'start-deployment': 10 } as const;
  const kills = (['capture-baseline', 'start-deployment'] as const).flatMap((name) =>
    Array.from({ length: calls[name] }, (_, nth) =>
      (['before', 'after'] as const).map((when) => [name, nth, when] as const),
    ),
  );

  test.each(kills.flat())('and %s dies at its call %i, %s it: it ends, and starts once', async (name, nth, when) => {
    const world = await World.make({ random: () => 0.99 });
    const set = holdBefore(world, name);
    let seen = 0;
    world.meter.fault = () => {
      if (set.hold === undefined || world.log.current !== name) return undefined;
      seen += 1;
      if (seen !== nth + 1) return undefined;
      world.log.kill(name, 'error');
      return { error: new Error('killed'), when };
    };
    const batchId = await world.submit([{ name: 'a' }]);
    await world.pass(300);
    expect([seen > nth, startsOf(world)]).toEqual([true, 0]);
    const [hold] = await listHolds(world.deps);
    if (hold !== undefined) await resume(world, hold);
    await world.settled(batchId);
    expect(startsOf(world)).toBeLessThanOrEqual(1);
    await expectAllInOrder(world, batchId);
  });
});

describe('what does not answer', () => {
  const many = Array.from({ length: 20 }, (_, nth) => ({ name: `s${nth}` }));

  test('an executor that is down for five minutes with twenty waiting: none fails, and one goes first to try it', async () => {
    const world = await World.make();
    const told: string[] = [];
    world.meter.fault = ({ name, args }) => {
      if (name === 'executor.start') told.push((args[0] as RunRequest).key);
      if (name === 'table.transact') told.push(...(JSON.stringify(args).match(/Circuit(?:Tried|Closed)/) ?? []));
      return undefined;
    };
    world.executor.isAway = true;
    const batchId = await world.submit(many);
    await world.pass(300);
    expect(startsOf(world)).toBe(0);
    const [circuit, ...more] = await listHolds(world.deps);
    expect(more).toEqual([]);
    expect(circuit).toMatchObject({ kind: 'circuit', scope: { executor: 'harness:simulated' } });
    await world.until(async () => (await listHolds(world.deps))[0]?.circuit?.trying === true);
    const items = await Promise.all(many.map((_, index) => itemOf(world, batchId, index)));
    expect(items.filter((item) => item?.status === 'PROCESSING').length).toBeLessThanOrEqual(1);
    world.executor.isAway = false;
    await expectAllWell(world, batchId);
    expect(await listHolds(world.deps)).toEqual([]);
    const sinceTried = told.slice(told.lastIndexOf('CircuitTried') + 1);
    expect(new Set(sinceTried.slice(0, sinceTried.indexOf('CircuitClosed'))).size).toBe(1);
  });

  test('a cluster that is down for five minutes with twenty waiting: none fails', async () => {
    const world = await World.make();
    const now = world.clock.now();
    world.cluster.away = { from: now, until: now + 300_000 };
    const batchId = await world.submit(many);
    await world.pass(290);
    expect(startsOf(world)).toBe(0);
    expect(await listHolds(world.deps)).toMatchObject([{ kind: 'circuit', scope: { cluster: 'cluster-eu-1' } }]);
    await expectAllWell(world, batchId);
    expect(await listHolds(world.deps)).toEqual([]);
  });
});
