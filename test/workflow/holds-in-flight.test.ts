import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../lib/domain/errors.ts';
import { makeInvoke } from '../../lib/local/runtime/invoke.ts';
import { listHolds } from '../../lib/usecases/holds/list-holds.ts';
import { expectAllWell, itemOf, pause, resume, startsOf, watchedRuns } from './hold-world.ts';
import { expectAllInOrder } from './report.ts';
import { endOf, roll, startedTwice } from './rollback-world.ts';
import { World } from './world.ts';

/**
 * Holds, and what is in flight when they come: rollbacks, starts that were turned away, queued starts, runs and
 * rollouts.
 */

describe('a rollback', () => {
  const deployed = async (): Promise<{ world: World; batch: string }> => {
    const world = await World.make();
    const batch = await world.submit([{ name: 'db' }, { name: 'api', needs: ['db'] }]);
    await world.settled(batch);
    return { world, batch };
  };

  test('goes on in a hold', async () => {
    const { world, batch } = await deployed();
    await pause(world);
    const rollback = await roll(world, batch);
    await world.settled(rollback);
    expect([await endOf(world, rollback), await endOf(world, batch)]).toEqual([
      'SUCCESS AllSucceeded',
      'ROLLBACK RolledBack',
    ]);
  });

  test('waits in one that is for rollbacks too', async () => {
    const { world, batch } = await deployed();
    const hold = await pause(world, {}, { rollbacks: true });
    const before = startsOf(world);
    const rollback = await roll(world, batch);
    await world.pass(7_200);
    expect([startsOf(world), (await world.header(rollback)).status]).toEqual([before, 'PROCESSING']);
    await resume(world, hold);
    await world.settled(rollback);
    expect(await endOf(world, rollback)).toBe('SUCCESS AllSucceeded');
    expect(startedTwice(world)).toEqual([]);
  });
});

/** A start that was turned away, in the pause before the next request. */
const inPause = async (world: World): Promise<string> => {
  world.executor.scripts.set('a#1', { throttled: 3 });
  const batchId = await world.submit([{ name: 'a' }]);
  await world.until(() => world.executor.asked.size === 1);
  await world.pass(1);
  expect(await watchedRuns(world)).toMatchObject([{ phase: 'paused' }]);
  return batchId;
};

describe('a hold that comes while a start that was turned away pauses', () => {
  test('has its turn given back: the intent is withdrawn', async () => {
    const world = await World.make();
    const batchId = await inPause(world);
    const hold = await pause(world);
    await world.pass(120);
    expect(await itemOf(world, batchId)).toMatchObject({ status: 'PENDING', reason: 'Held', step: 'turn', runs: [] });
    expect([await watchedRuns(world), startsOf(world)]).toEqual([[], 0]);
    await resume(world, hold);
    await expectAllWell(world, batchId);
  });

  const kills = Array.from({ length: 9 }, (_, nth) =>
    (['before', 'after'] as const).map((when) => [nth, when] as const),
  );

  test.each(kills.flat())(
    'and the function dies at its call %i, %s it: it ends, and starts once',
    async (nth, when) => {
      const world = await World.make();
      const batchId = await inPause(world);
      const hold = await pause(world);
      let seen = 0;
      world.meter.fault = () => {
        if (world.log.current !== 'start-deployment') return undefined;
        seen += 1;
        if (seen !== nth + 1) return undefined;
        world.log.kill('start-deployment', 'error');
        return { error: new Error('killed'), when };
      };
      await world.pass(120);
      expect([seen > nth, startsOf(world)]).toEqual([true, 0]);
      await resume(world, hold);
      await world.settled(batchId);
      expect(startsOf(world)).toBeLessThanOrEqual(1);
      await expectAllInOrder(world, batchId);
    },
  );
});

/** The first call of the function goes on. Step Functions has heard nothing of it, and makes a second one. */
const callTwice = (world: World): void => {
  const invoke = makeInvoke(world.deps);
  world.invokeFault = ({ name, payload, nth }) => {
    if (name !== 'start-deployment' || nth !== 1) return undefined;
    world.log.during(name, () => invoke(name, payload)).catch(() => {});
    return { error: Object.assign(new Error('no answer'), { name: 'Lambda.ServiceException' }), when: 'before' };
  };
};

/** It dies when it has given the turn back, and before it has told the second one. */
const dieWhenReturned = (world: World) => {
  const died = { times: 0 };
  world.meter.fault = ({ name, args }) => {
    if (world.log.current !== 'start-deployment' || name !== 'table.transact') return undefined;
    if (!JSON.stringify(args).includes('"type":"returned"')) return undefined;
    died.times += world.log.kill('start-deployment', 'nothing');
    return { error: new Error('killed'), when: 'after' };
  };
  return died;
};

describe('a function that was called twice and dies when it has given the turn back', () => {
  const given = async () => {
    const world = await World.make();
    callTwice(world);
    const batchId = await inPause(world);
    const hold = await pause(world);
    return { world, batchId, hold, died: dieWhenReturned(world) };
  };

  test('has the dispatcher tell the waiting state', async () => {
    const { world, batchId, hold, died } = await given();
    await world.pass(120);
    expect(died.times).toBe(1);
    const from = world.clock.now();
    await resume(world, hold);
    await world.until(() => startsOf(world) > 0);
    expect(world.clock.now() - from).toBeLessThan(30_000);
    await expectAllWell(world, batchId);
  });

  test('and has the sweeper do so, where Step Functions was down at that time', async () => {
    const { world, batchId, hold, died } = await given();
    const { fault } = world.meter;
    let away = 0;
    world.meter.fault = (call) => {
      if (call.name !== 'workflow.fail' || world.log.current !== 'dispatch-turns') return fault?.(call);
      away += 1;
      return { error: new FlotillaError('WorkflowUnavailable', 'away'), when: 'before' };
    };
    await world.pass(120);
    expect([died.times, away > 0]).toEqual([1, true]);
    const from = world.clock.now();
    await resume(world, hold);
    await world.until(() => startsOf(world) > 0);
    expect(world.clock.now() - from).toBeLessThan(180_000);
    await expectAllWell(world, batchId);
  });
});

describe('a start that waits in the queue', () => {
  const hours = 3_600;

  test('stays there in a hold, and its six hours stop meanwhile', async () => {
    const world = await World.make();
    world.executor.scripts.set('a', { noRoom: 9 * hours, takes: 50 });
    const batchId = await world.submit([{ name: 'a' }]);
    await world.pass(4 * hours);
    const hold = await pause(world);
    await world.pass(4 * hours);
    expect(await watchedRuns(world)).toMatchObject([{ phase: 'queued', on_hold_since: expect.any(Number) }]);
    await resume(world, hold);
    await world.pass(600);
    expect((await watchedRuns(world))[0]).not.toHaveProperty('on_hold_since');
    await expectAllWell(world, batchId);
  });

  test('is not sent in a hold, even if there is room', async () => {
    const world = await World.make();
    world.executor.scripts.set('a', { noRoom: hours });
    const batchId = await world.submit([{ name: 'a' }]);
    await world.until(async () => (await watchedRuns(world))[0]?.phase === 'queued');
    const hold = await pause(world);
    await world.pass(2 * hours);
    expect(startsOf(world)).toBe(0);
    await resume(world, hold);
    await expectAllWell(world, batchId);
  });
});

const toldOfHolds = ({ published }: World) =>
  published.flatMap(({ detail }) => (detail.type === 'hold' ? [detail.reason] : []));

describe('what does not answer while runs are followed', () => {
  test('an executor: it gets no new request, and its return is known without a start', async () => {
    const world = await World.make();
    world.executor.scripts.set('a', { takes: 1_200 });
    const first = await world.submit([{ name: 'a', timeout: 3_600 }]);
    await world.until(() => startsOf(world) === 1);
    world.executor.isAway = true;
    await world.until(async () => (await listHolds(world.deps)).length > 0);
    expect(await listHolds(world.deps)).toMatchObject([
      { kind: 'circuit', scope: { executor: 'harness:simulated' }, circuit: { opened: 1 } },
    ]);
    const second = await world.submit([{ name: 'b' }]);
    await world.pass(30);
    expect([...world.executor.asked.keys()]).toEqual([`${first}-0-1`]);
    world.executor.isAway = false;
    await world.until(async () => (await listHolds(world.deps)).length === 0);
    await expectAllWell(world, second);
    // No start was let through to try it.
    expect(toldOfHolds(world)).toEqual(['CircuitOpened', 'CircuitClosed']);
    await expectAllWell(world, first);
  });

  test('a cluster: the same, by the look at a rollout', async () => {
    const world = await World.make();
    world.executor.scripts.set('a', { takes: 60, settles: 600 });
    const first = await world.submit([{ name: 'a', timeout: 3_600 }]);
    await world.until(async () => (await itemOf(world, first))?.step === 'verify');
    const now = world.clock.now();
    world.cluster.away = { from: now, until: now + 240_000 };
    await world.until(async () => (await listHolds(world.deps)).length > 0);
    expect(await listHolds(world.deps)).toMatchObject([{ kind: 'circuit', scope: { cluster: 'cluster-eu-1' } }]);
    const second = await world.submit([{ name: 'b' }]);
    await world.until(async () => (await listHolds(world.deps)).length === 0);
    expect(world.clock.now()).toBeGreaterThanOrEqual(now + 240_000);
    await expectAllWell(world, second);
    await expectAllWell(world, first);
  });
});
