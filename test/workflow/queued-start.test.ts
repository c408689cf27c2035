import { expect, test } from 'vitest';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { RunWatchRow } from '../../lib/domain/record/watch-rows.ts';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { watchExecutor } from '../../lib/usecases/deployment/watch-executor.ts';
import { readWatched, readWatcher } from '../../lib/usecases/wait/watchers.ts';
import { firstUndone } from './cancel-paths.ts';
import { killChild } from './children.ts';
import { deployFails, type Path, walk, well } from './path.ts';
import { reportOf } from './report.ts';
import { World } from './world.ts';

/** A start without room waits in the queue, and the poller sends it: once, and only while it may still start. */

const watcher = 'executor:harness:simulated';
/** Seconds. Longer than a function waits. */
const never = 1_000_000;
const good = { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' };

const rowsOf = (world: World) => readWatched<RunWatchRow>(world.deps, watcher);
const queued = (world: World, count = 1) =>
  world.until(async () => (await rowsOf(world)).filter(({ phase }) => phase === 'queued').length === count);

const cancelledAfter = async (world: World, batchId: string): Promise<void> => {
  await queued(world);
  await cancelBatch(world.deps, { batchId, actor: 'ada' });
  const at = world.clock.now();
  await world.sealed(batchId);
  expect(world.clock.now() - at).toBeLessThan(60_000);
};

/** The poller is killed at its first start. */
const dies =
  (when: 'before' | 'after') =>
  (world: World): void => {
    world.meter.fault = ({ name }) => {
      if (name !== 'executor.start' || world.log.current !== 'watch-executor') return undefined;
      world.log.kill('watch-executor', 'error');
      return { error: new Error('killed'), when };
    };
  };

const paths: readonly Path[] = [
  {
    title: 'longer than a function may wait: it starts once, and its time starts then',
    batch: [{ name: 'a', timeout: 60 }],
    scripts: { a: { noRoom: 400, takes: 50 } },
    expect: { a: good },
    ends: 'SUCCESS / AllSucceeded',
  },
  {
    title: 'as long as a function may wait: the function starts it',
    batch: [{ name: 'a', timeout: 60 }],
    scripts: { a: { noRoom: 7, takes: 50 } },
    meanwhile: async (world) => {
      await world.until(() => world.executor.starts.size === 1);
      expect((await rowsOf(world)).map(({ queued_at }) => queued_at)).toEqual([undefined]);
    },
    expect: { a: good },
    ends: 'SUCCESS / AllSucceeded',
  },
  {
    title: 'many: each starts once',
    batch: Array.from({ length: 120 }, (_, index) => ({ name: `s${index}` })),
    scripts: Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`s${index}`, { noRoom: 60 + index }])),
    expect: Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`s${index}`, good])),
    ends: 'SUCCESS / AllSucceeded',
  },
  {
    title: 'because it is throttled for long: that is no other attempt',
    batch: [{ name: 'a' }],
    scripts: { a: { throttled: 20 } },
    expect: { a: good },
    ends: 'SUCCESS / AllSucceeded',
    after: async (world, batchId) => expect([...world.executor.asked]).toEqual([[`${batchId}-0-1`, 21]]),
  },
  {
    title: 'of a cancelled batch: it does not start',
    batch: [{ name: 'a' }],
    scripts: { a: { noRoom: never } },
    meanwhile: cancelledAfter,
    expect: {
      a: { outcome: 'CANCELLED / BatchCancelled', visited: deployFails, runs: '1.0.0', says: /^Not started: / },
    },
    ends: 'CANCELLED / CancelledByRequest',
  },
  {
    title: 'of a second attempt, of a cancelled batch: the changes of the first are undone',
    batch: [{ name: 'a', retries: 1 }],
    scripts: { 'a#1': { ends: 'failed' }, 'a#2': { noRoom: never } },
    meanwhile: async (world, batchId) => {
      await queued(world);
      await cancelBatch(world.deps, { batchId, actor: 'ada' });
    },
    expect: {
      a: firstUndone,
    },
    ends: 'FAILED / DeploymentsFailed',
  },
  {
    title: 'of a restore',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' }, 'a#restore': { noRoom: 4 * 3_600 } },
    expect: {
      a: {
        outcome: 'FAILED / RestoredPreviousRelease',
        visited: 'AwaitTurn Capture Deploy LookBack Restore VerifyRestore Record',
        starts: '1, restore',
        runs: '1.0.0',
      },
    },
    ends: 'FAILED / DeploymentsFailed',
  },
  {
    title: 'and its child is killed: the sweeper says that nothing was started',
    batch: [{ name: 'a' }],
    scripts: { a: { noRoom: never } },
    meanwhile: async (world, batchId) => {
      await queued(world);
      await killChild(world, batchId, 0);
    },
    expect: {
      a: {
        outcome: 'FAILED / NotStarted',
        visited: 'AwaitTurn Capture Deploy',
        runs: '1.0.0',
        says: /^The start was waiting for room in our own request budget for the executor\./,
      },
    },
    ends: 'FAILED / DeploymentsFailed',
  },
  {
    title: 'and the poller dies when it has sent it: the run is looked up, and found',
    batch: [{ name: 'a' }],
    scripts: { a: { noRoom: 100 } },
    before: dies('after'),
    expect: { a: good },
    ends: 'SUCCESS / AllSucceeded',
  },
  {
    title: 'and the poller dies when it is about to send it: nobody can know that, and nobody sends it again',
    batch: [{ name: 'a', retries: 1 }],
    scripts: { a: { noRoom: 100 } },
    before: dies('before'),
    expect: { a: { outcome: 'UNKNOWN / StartUnknown', visited: deployFails, runs: '1.0.0' } },
    ends: 'UNKNOWN / DeploymentsUnknown',
  },
];

test.each(paths.map((path): [string, Path] => [path.title, path]))('a start waits %s', async (_, path) => {
  await walk(path);
});

test('two pollers at the same time start each of them once', async () => {
  const world = await World.make();
  const names = Array.from({ length: 30 }, (_, index) => `s${index}`);
  for (const [index, name] of names.entries()) world.executor.scripts.set(name, { noRoom: 90 + (index % 3) });
  const batchId = await world.submit(names.map((name) => ({ name })));
  await queued(world, 30);
  const { generation } = (await readWatcher(world.deps, watcher))!;
  const task = { watcher, generation, started_at: world.clock.now() };
  let hasEnded = false;
  void Promise.all([watchExecutor(world.deps, task), watchExecutor(world.deps, task)]).then(() => {
    hasEnded = true;
  });
  await world.settled(batchId);
  await world.until(() => hasEnded);
  const told = Object.values(await reportOf(world, batchId));
  expect(told.map(({ outcome, starts }) => `${outcome} ${starts}`)).toEqual(names.map(() => 'SUCCESS / Verified 1'));
  expect([...world.executor.starts.values()]).toEqual(names.map(() => 1));
});

test('a claim that the table accepted, and reported as refused, still belongs to the process that made it', async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { noRoom: 60 });
  const batchId = await world.submit([{ name: 'a' }]);
  await queued(world);
  const isClaim = ([writes]: readonly unknown[]): boolean => JSON.stringify(writes).includes('"sender"');
  let claims = 0;
  world.meter.fault = ({ name, args }) => {
    if (name !== 'table.transact' || !isClaim(args)) return undefined;
    claims += 1;
    const error = new FlotillaError('TableBusy', 'ordered by the test');
    return claims === 1 ? { error, when: 'after' } : undefined;
  };
  await world.settled(batchId);
  expect(claims).toBe(1);
  expect(Object.values(await reportOf(world, batchId))[0]?.outcome).toBe('SUCCESS / Verified');
});
