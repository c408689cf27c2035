import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Write } from '../../lib/domain/ports.ts';
import { killChild } from './children.ts';
import { deployFails, type Path, skipped, walk, walkAll, well } from './path.ts';
import { expectAllInOrder, reportOf } from './report.ts';
import { type InvokeFault, World } from './world.ts';

/** Somebody, or something, ends what was running. */

const failed = 'FAILED / DeploymentsFailed';
const done = 'SUCCESS / AllSucceeded';
const good = { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' };

const kill =
  (index: number, seconds: number) =>
  async (world: World, batchId: string): Promise<void> => {
    await world.pass(seconds);
    await killChild(world, batchId, index);
  };

const children: readonly Path[] = [
  {
    title: 'before its turn, which then comes',
    batch: [{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c', needs: ['b'] }],
    meanwhile: kill(1, 5),
    expect: {
      a: good,
      b: { outcome: 'FAILED / ExecutionStopped', visited: 'AwaitTurn', runs: '1.0.0' },
      c: { outcome: 'SKIPPED / DependencyFailed', visited: skipped },
    },
    ends: failed,
  },
  {
    title: 'before its turn, which is then refused',
    batch: [
      { name: 'a', rollback: 'none' },
      { name: 'b', needs: ['a'] },
      { name: 'c', needs: ['b'] },
    ],
    scripts: { a: { ends: 'failed' } },
    meanwhile: kill(1, 5),
    expect: {
      a: { outcome: 'FAILED / PipelineFailed', visited: deployFails, starts: '1' },
      b: { outcome: 'SKIPPED / DependencyFailed', visited: 'AwaitTurn' },
      c: { outcome: 'SKIPPED / DependencySkipped', visited: skipped },
    },
    ends: failed,
  },
  {
    title: 'while it deploys',
    batch: [{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c' }],
    scripts: { a: { takes: 200 } },
    meanwhile: kill(0, 40),
    expect: {
      a: { outcome: 'UNKNOWN / ExecutionStopped', visited: 'AwaitTurn Capture Deploy', starts: '1', runs: '2.0.0' },
      b: { outcome: 'SKIPPED / DependencyUnknown', visited: skipped },
      c: good,
    },
    ends: 'UNKNOWN / DeploymentsUnknown',
  },
  {
    title: 'while it is verified',
    batch: [{ name: 'a' }],
    scripts: { a: { leaves: 'stuck' } },
    meanwhile: kill(0, 40),
    expect: { a: { outcome: 'UNKNOWN / ExecutionStopped', visited: 'AwaitTurn Capture Deploy Verify', starts: '1' } },
    ends: 'UNKNOWN / DeploymentsUnknown',
  },
  {
    title: 'while it is verified, and the verdict is there before anybody notices',
    batch: [{ name: 'a' }, { name: 'z' }],
    scripts: { a: { leaves: 'stuck' }, z: { takes: 200 } },
    before: ({ cluster, clock }) => {
      cluster.set('a', '1.0.0', 'good');
      clock.setTimer(clock.now() + 50_000, () => cluster.set('a', '2.0.0', 'good'));
    },
    meanwhile: kill(0, 40),
    expect: { a: { ...good, visited: 'AwaitTurn Capture Deploy Verify' }, z: good },
    ends: done,
  },
  {
    title: 'while it is restored',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' }, 'a#restore': { takes: 200 } },
    meanwhile: kill(0, 40),
    expect: {
      a: {
        outcome: 'UNKNOWN / RestoreUnknown',
        visited: 'AwaitTurn Capture Deploy LookBack Restore',
        starts: '1, restore',
      },
    },
    ends: 'UNKNOWN / DeploymentsUnknown',
  },
];

const stopBatch =
  (seconds: number) =>
  async (world: World, batchId: string): Promise<void> => {
    if (seconds > 0) await world.pass(seconds);
    await world.engine.stopExecution({ executionArn: world.batchArn(batchId) });
  };

const parents: readonly Path[] = [
  {
    title: 'before it was planned',
    batch: [{ name: 'a' }],
    before: (world) => {
      world.invokeFault = ({ name }) =>
        name === 'plan-batch' ? { error: new Error('gone'), when: 'before' } : undefined;
    },
    meanwhile: stopBatch(0),
    expect: {},
    ends: 'FAILED / PlanFailed',
  },
  {
    title: 'in the middle',
    batch: [{ name: 'a' }, { name: 'b' }, { name: 'c', needs: ['b'] }, { name: 'd', needs: ['c'] }],
    scripts: { b: { takes: 200 } },
    meanwhile: stopBatch(70),
    expect: {
      a: good,
      b: { outcome: 'UNKNOWN / ExecutionStopped', visited: 'AwaitTurn Capture Deploy', starts: '1' },
      c: { outcome: 'FAILED / ExecutionStopped', visited: 'AwaitTurn' },
      d: { outcome: 'FAILED / ExecutionStopped', visited: 'AwaitTurn' },
    },
    ends: failed,
  },
];

const watchers: readonly Path[] = [
  {
    title: 'the poller is killed: the sweeper starts the next one',
    batch: [{ name: 'a' }],
    scripts: { a: { takes: 100 } },
    meanwhile: async (world) => {
      await world.pass(15);
      await world.engine.stopExecution({ executionArn: world.watchArn('executor-harness-simulated-1') });
    },
    expect: { a: good },
    ends: done,
    after: async (world) =>
      expect(
        (await world.engine.describeExecution({ executionArn: world.watchArn('executor-harness-simulated-2') })).status,
      ).toBe('SUCCEEDED'),
  },
  {
    title: 'the observer is killed: the sweeper starts the next one',
    batch: [{ name: 'a' }],
    scripts: { a: { leaves: 'stuck' } },
    before: ({ cluster, clock }) => {
      cluster.set('a', '1.0.0', 'good');
      clock.setTimer(clock.now() + 90_000, () => cluster.set('a', '2.0.0', 'good'));
    },
    meanwhile: async (world) => {
      await world.pass(40);
      await world.engine.stopExecution({ executionArn: world.watchArn('cluster-cluster-eu-1-1') });
    },
    expect: { a: good },
    ends: done,
  },
  {
    title: 'watchers hand over when they are old',
    batch: [{ name: 'a', timeout: 900 }],
    options: { pace: { watcherAge: 120_000 } },
    scripts: { a: { takes: 500, leaves: 'stuck' } },
    before: ({ cluster, clock }) => {
      cluster.set('a', '1.0.0', 'good');
      clock.setTimer(clock.now() + 800_000, () => cluster.set('a', '2.0.0', 'good'));
    },
    expect: { a: good },
    ends: done,
    after: async (world) => {
      for (const name of ['executor-harness-simulated', 'cluster-cluster-eu-1']) {
        const { status } = await world.engine.describeExecution({ executionArn: world.watchArn(`${name}-2`) });
        expect(status, name).toBe('SUCCEEDED');
      }
    },
  },
  {
    title: 'a watcher that does not work is not started again and again in parallel',
    batch: [{ name: 'a' }],
    meanwhile: async (world) => {
      world.invokeFault = ({ name }) =>
        name === 'watch-executor' ? { error: new Error('broken'), when: 'before' } : undefined;
      await world.pass(240);
      world.invokeFault = undefined;
    },
    expect: { a: good },
    ends: done,
    after: async (world) => {
      const second = world.watchArn('executor-harness-simulated-2');
      await expect(world.engine.describeExecution({ executionArn: second })).rejects.toThrow(/Does Not Exist/);
    },
  },
];

describe('a child is killed', () => walkAll(children));
describe('the batch is stopped', () => walkAll(parents));
describe('a watcher ends', () => walkAll(watchers));

describe('the publisher dies in the middle', () => {
  const isFeed = (args: readonly unknown[]): boolean =>
    ((args[0] as readonly Write[]) ?? []).some((write) => 'put' in write && write.put.pk.startsWith('FEED#'));

  test.each(['before', 'after'] as const)('%s its transaction: no gaps and no duplicates', async (when) => {
    let feeds = 0;
    const world = await walk({
      title: '',
      batch: [{ name: 'a' }, { name: 'b' }],
      before: ({ meter }) => {
        meter.fault = ({ name, args }) => {
          if (name !== 'table.transact' || !isFeed(args)) return undefined;
          feeds += 1;
          return feeds % 2 === 0 ? { error: new Error('dies'), when } : undefined;
        };
      },
      expect: { a: good, b: good },
      ends: done,
    });
    expect(world.faults.length).toBeGreaterThan(1);
  });

  test('before the bus has the events: they come again under the same numbers', async () => {
    const world = await walk({
      title: '',
      batch: [{ name: 'a' }],
      before: ({ meter }) => {
        meter.fault = ({ name, nth }) =>
          name === 'bus.put' && nth % 2 === 0 ? { error: new Error('dies'), when: 'after' } : undefined;
      },
      expect: { a: good },
      ends: done,
    });
    const ids = world.published.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(new Set(ids).size);
    for (const id of new Set(ids)) {
      const details = world.published.filter((event) => event.id === id).map(({ detail }) => JSON.stringify(detail));
      expect(new Set(details).size, id).toBe(1);
    }
  });
});

describe('the Map fails as a whole', () => {
  /** No failure of a child is tolerated, so the Map fails with the killed one. */
  const tolerateNone = (text: string): string =>
    text.replace('"ToleratedFailurePercentage": 100,', '"ToleratedFailurePercentage": 0,');

  /** The third child cannot start, so something is left for a second round. */
  const thirdIsThrottled: InvokeFault = ({ name, payload }) =>
    name === 'await-turn' && (payload as { index: number }).index === 2
      ? { error: Object.assign(new Error('busy'), { name: 'Lambda.TooManyRequestsException' }), when: 'before' }
      : undefined;

  test('a second round continues what has begun, runs what never began, and starts nothing twice', async () => {
    const world = await World.make({ alter: tolerateNone });
    world.executor.scripts.set('a', { takes: 100 });
    world.invokeFault = thirdIsThrottled;
    const batchId = await world.submit([{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c', needs: ['b'] }]);
    await world.pass(20);
    await killChild(world, batchId, 1);
    world.invokeFault = undefined;
    await world.settled(batchId);
    const told = await reportOf(world, batchId);
    expect(told.a?.visited).toBe(`AwaitTurn Capture Deploy | ${well}`);
    expect(told.b?.visited).toBe(`AwaitTurn | ${well}`);
    expect(told.c?.visited).toBe(`AwaitTurn | ${well}`);
    for (const one of Object.values(told)) expect(`${one.outcome} ${one.starts}`).toBe('SUCCESS / Verified 1');
    await expectAllInOrder(world, batchId);
  });

  test('a second round does not wait for ever if the verdict on the first one comes before it hears of its turn', async () => {
    const world = await World.make({ alter: tolerateNone });
    world.executor.scripts.set('a', { takes: 3, settles: 12 });
    world.invokeFault = thirdIsThrottled;
    const batchId = await world.submit([{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c', needs: ['b'] }]);
    await world.pass(12);
    world.invokeFault = undefined;
    const end = world.clock.now() + 2_000;
    world.meter.fault = ({ name }) =>
      name === 'workflow.succeed' && world.clock.now() < end
        ? { error: new FlotillaError('WorkflowUnavailable', 'ordered by the test'), when: 'before' }
        : undefined;
    await killChild(world, batchId, 1);
    await world.settled(batchId);
    const told = Object.values(await reportOf(world, batchId));
    expect(told.map(({ outcome, starts }) => `${outcome} ${starts}`)).toEqual(told.map(() => 'SUCCESS / Verified 1'));
    await expectAllInOrder(world, batchId);
  });

  test('what no Catch can catch leaves the rest to the sweeper', async () => {
    const world = await World.make();
    // Together the two results are more than a Map may return.
    world.reply = ({ name }) => (name === 'record-outcome' ? 'x'.repeat(200_000) : undefined);
    for (const name of ['a', 'b']) world.executor.scripts.set(name, { ends: 'failed' });
    const batchId = await world.submit([
      { name: 'a', rollback: 'none' },
      { name: 'b', rollback: 'none' },
      { name: 'c', needs: ['b'] },
    ]);
    await world.pass(20);
    await killChild(world, batchId, 2);
    await world.settled(batchId);
    const { status } = await world.engine.describeExecution({ executionArn: world.batchArn(batchId) });
    expect(status).toBe('FAILED');
    const told = await reportOf(world, batchId);
    expect(Object.values(told).map(({ outcome }) => outcome)).toEqual([
      'FAILED / PipelineFailed',
      'FAILED / PipelineFailed',
      'SKIPPED / DependencyFailed',
    ]);
    await expectAllInOrder(world, batchId);
  });
});
