import { expect, test } from 'vitest';
import type { Table } from '../../lib/domain/ports.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { type ItemRow, rowOf } from '../../lib/domain/record/rows.ts';
import type { RunWatchRow } from '../../lib/domain/record/watch-rows.ts';
import { followRun } from '../../lib/usecases/deployment/follow-run.ts';
import { runPlace } from '../../lib/usecases/deployment/launch-run.ts';
import { pauseStart, resumeStart } from '../../lib/usecases/deployment/pause-start.ts';
import { recordOutcome } from '../../lib/usecases/deployment/record-outcome.ts';
import { killChild } from './children.ts';
import { deployFails, type Path, walk, wellAtSecond } from './path.ts';
import { World } from './world.ts';

/**
 * A start that is turned away, and a function that dies before the next request: nothing started, and everybody knows.
 */

const kill =
  (name: string, heard: 'error' | 'nothing') =>
  async (world: World): Promise<void> => {
    await world.until(() => world.executor.asked.size === (name === 'start-restore' ? 2 : 1));
    await world.pass(1);
    expect(world.log.kill(name, heard)).toBe(1);
  };

const turnedAway = { throttled: 1_000 };

const deaths: readonly Path[] = [
  {
    title: 'the state hears it: the record says that nothing was started',
    batch: [{ name: 'a' }],
    scripts: { a: turnedAway },
    meanwhile: kill('start-deployment', 'error'),
    expect: {
      a: {
        outcome: 'FAILED / RateLimited',
        visited: deployFails,
        runs: '1.0.0',
        says: /^429\. Then the deployment was interrupted: Runtime\.ExitError/,
      },
    },
    ends: 'FAILED / DeploymentsFailed',
  },
  {
    title: 'the state hears nothing: the poller fails the start, and another attempt follows',
    batch: [{ name: 'a', retries: 1 }],
    scripts: { 'a#1': turnedAway },
    meanwhile: kill('start-deployment', 'nothing'),
    expect: { a: { outcome: 'SUCCESS / Verified', visited: wellAtSecond, starts: '2', runs: '2.0.0' } },
    ends: 'SUCCESS / AllSucceeded',
  },
  {
    title: 'its child is killed too: the sweeper says that nothing was started',
    batch: [{ name: 'a' }],
    scripts: { a: turnedAway },
    options: { pace: { sweepAge: 0 }, sweepEvery: 5_000 },
    meanwhile: async (world, batchId) => {
      await kill('start-deployment', 'nothing')(world);
      await killChild(world, batchId, 0);
    },
    expect: { a: { outcome: 'FAILED / RateLimited', visited: 'AwaitTurn Capture Deploy', runs: '1.0.0' } },
    ends: 'FAILED / DeploymentsFailed',
  },
  {
    title: 'in a restore: the record says that it did not happen',
    batch: [{ name: 'a' }],
    scripts: { a: { ends: 'failed' }, 'a#restore': turnedAway },
    meanwhile: kill('start-restore', 'error'),
    expect: {
      a: {
        outcome: 'FAILED / RestoreFailed',
        visited: 'AwaitTurn Capture Deploy LookBack Restore Record',
        starts: '1',
      },
    },
    ends: 'FAILED / DeploymentsFailed',
  },
];

test.each(deaths.map((path): [string, Path] => [path.title, path]))('%s', async (_, path) => {
  await walk(path);
});

test.each(['half a character: \ud83d', 'x'.repeat(500_000)])(
  'the executor may say anything: %.20s',
  async (message) => {
    const world = await World.make();
    const start = world.executor.start.bind(world.executor);
    let asked = 0;
    world.executor.start = async (request, latest) => {
      asked += 1;
      return asked > 1 ? start(request, latest) : { kind: 'rejected', retryable: true, reason: 'RateLimited', message };
    };
    const batchId = await world.submit([{ name: 'a' }]);
    await world.settled(batchId);
    expect(rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.outcome?.reason).toBe('Verified');
  },
);

/** A start that pauses for a moment of the test. */
const pausing = async () => {
  const world = await World.make({ sweepEvery: Number.POSITIVE_INFINITY });
  world.executor.scripts.set('a#1', { throttled: 1 });
  const batchId = await world.submit([{ name: 'a', retries: 1 }]);
  await world.until(() => world.executor.asked.size === 1);
  await world.pass(1);
  const deployment = { executor: { account: 'harness:simulated' }, timeout: 900 } as Parameters<typeof runPlace>[2];
  const place = runPlace({ batch_id: batchId, index: 0 }, 'deploy-1', deployment);
  const begun = { place, deployment };
  const watched = async () =>
    rowOf<RunWatchRow>(await world.table.get(keys.watch(place.watcher, batchId, 0, 'deploy-1')));
  /** The poller, when the pause seems to be over long ago. */
  const giveUp = ({ turned_away, ...row }: RunWatchRow, deps = world.deps) =>
    followRun(deps, {
      row: { ...row, turned_away: { ...turned_away!, until: 0 } },
      executor: world.executor,
      news: undefined,
      unreadFor: 0,
      cancelled: false,
      beside: (act) => act(),
      latest: 0,
    });
  let isResumed = false;
  /** The table for a process that has read the pause, and is overtaken before it writes. */
  const overtaken: Table = {
    get: (key) => world.table.get(key),
    query: (query) => world.table.query(query),
    transact: async (writes) => {
      if (!isResumed) isResumed = await resumeStart(world.deps, begun, 1);
      return world.table.transact(writes);
    },
    synced: () => world.table.synced(),
  };
  return {
    world,
    batchId,
    place,
    begun,
    watched,
    giveUp,
    deps: { ...world.deps, table: overtaken },
    isResumed: () => isResumed,
  };
};

test('a slow process that wakes after the poller has failed the start does not make it', async () => {
  const { world, batchId, watched, giveUp } = await pausing();
  await giveUp((await watched())!);
  await world.settled(batchId);
  expect([...world.executor.starts.keys()]).toEqual([expect.stringMatching(/-0-2$/)]);
  expect(rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.outcome?.reason).toBe('Verified');
});

test('a poller that has read the pause does not fail a start that is requested again', async () => {
  const { world, batchId, begun, watched, giveUp } = await pausing();
  const row = (await watched())!;
  expect(row.phase).toBe('paused');
  expect(await resumeStart(world.deps, begun, 1)).toBe(true);
  await Promise.all([giveUp(row), world.settled(batchId)]);
  expect([...world.executor.starts.keys()]).toEqual([expect.stringMatching(/-0-1$/)]);
});

test('nor does one that is overtaken before it writes', async () => {
  const { world, batchId, watched, giveUp, deps, isResumed } = await pausing();
  await Promise.all([giveUp((await watched())!, deps), world.settled(batchId)]);
  expect(isResumed()).toBe(true);
  expect([...world.executor.starts.keys()]).toEqual([expect.stringMatching(/-0-1$/)]);
});

test('nor does a process that has read the pause record it as never made', async () => {
  const { world, batchId, deps, isResumed } = await pausing();
  const record = recordOutcome(deps, { batch_id: batchId, index: 0, error: { Error: 'ChildEnded' } });
  await Promise.all([record, world.pass(10)]);
  expect(isResumed()).toBe(true);
  expect(rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.outcome?.status).toBe('UNKNOWN');
});

test('a record that a start was never made keeps the paused process from making it', async () => {
  const { world, batchId } = await pausing();
  await recordOutcome(world.deps, { batch_id: batchId, index: 0, error: { Error: 'ChildEnded' } });
  await world.settled(batchId);
  expect(rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.outcome?.reason).toBe('RateLimited');
  expect(world.executor.starts.size).toBe(0);
});

test('once it is requested again, nobody records it as never made, and late news of the pause changes nothing', async () => {
  const { world, batchId, place, begun, watched } = await pausing();
  expect(await resumeStart(world.deps, begun, 1)).toBe(true);
  await pauseStart(world.deps, place, { asked: 0, turned_away: { reason: 'RateLimited', message: '429', until: 0 } });
  expect((await watched())?.phase).toBe('intended');
  await recordOutcome(world.deps, { batch_id: batchId, index: 0, error: { Error: 'ChildEnded' } });
  expect(rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.outcome?.status).toBe('UNKNOWN');
});
