import { expect, test } from 'vitest';
import type { Executor, News } from '../../../lib/domain/ports.ts';
import { executorWatcher, keys } from '../../../lib/domain/record/keys.ts';
import { type ItemRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import type { RunWatchRow, WatcherRow } from '../../../lib/domain/record/watch-rows.ts';
import { pauseStart, resumeStart } from '../../../lib/usecases/deployment/pause-start.ts';
import { watchExecutor } from '../../../lib/usecases/deployment/watch-executor.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { lookOneByOne, unaskedExecutor } from '../../unasked-executor.ts';
import { changeBatch } from '../batch/api-world.ts';
import { aboutToStart } from './about-to-start.ts';

/** Runs of three deployments of one account, all without news yet. One look at them, and its calls. */
const looked = async (rows: readonly Partial<RunWatchRow>[], says: Partial<Executor> = {}, isCancelled = false) => {
  const { world, batchId: batch_id, deployment, item } = await aboutToStart();
  const { account } = deployment.executor;
  const watcher = executorWatcher(account);
  const at = world.clock.now();
  for (const [index, row] of rows.entries()) {
    const known: RunWatchRow = {
      ...{ batch_id, index, wait: 'deploy-1', deployment, version: '3.0.2', key: `k${index}`, phase: 'started' },
      ...{ at, deadline: at + 900_000, ...row },
    };
    const runs = [{ executor: account, key: known.key, attempt: 1 }];
    await world.table.transact([
      { put: itemOf(keys.watch(watcher, batch_id, index, 'deploy-1'), known) },
      { put: itemOf(keys.item(batch_id, index), { ...item, index, step: 'deploy', runs }) },
    ]);
  }
  const generation: WatcherRow = { watcher, generation: 1, until: 0 };
  await world.table.transact([{ put: itemOf(keys.watcher(watcher), generation) }]);
  if (isCancelled)
    await changeBatch(world, batch_id, { status: 'PROCESSING', reason: 'x', message: 'x', cancel_requested_at: 1 });
  const asked: string[] = [];
  const executor: Executor = {
    ...unaskedExecutor,
    lateStartMilliseconds: 600_000,
    look: async (watched) => {
      asked.push(`look ${watched.map(({ ref, request: { key } }) => `${ref} ${key}`).join(', ')}`);
      return new Map();
    },
    cancel: async (_, ref, latest) => {
      asked.push(`cancel ${ref}`);
      // The end of the call, and 20 s.
      expect(latest).toBe(at + 20_001);
      return { kind: 'accepted', answer: '200' };
    },
    ...says,
  };
  const named: string[] = [];
  const deps = {
    ...world.deps,
    pace: { ...cloudPace, watchFor: 1 },
    executor: async (name: string) => {
      named.push(name);
      return executor;
    },
  };
  const end = await watchExecutor(deps, { watcher, generation: 1, started_at: at }).catch((error: unknown) => error);
  const reasons = await Promise.all(rows.map((_, index) => world.table.get(keys.item(batch_id, index))));
  return { end, asked, named, account, reasons: reasons.map((row) => rowOf<ItemRow>(row)!.reason) };
};

const b: News = { kind: 'found', ref: 'b', state: { phase: 'terminal', outcome: 'succeeded', raw: 'Success' } };
const more = { more: true };

test('looks at all runs of an account together, and leaves out one that is only about to start', async () => {
  const { end, asked, named, account } = await looked([{ ref: 'a' }, { phase: 'intended' }, { ref: 'c' }]);
  expect([end, asked, named]).toEqual([more, ['look a k0, c k2'], [account]]);
});

test('asks nothing where all are only about to start', async () => {
  expect((await looked([{ phase: 'intended' }])).asked).toEqual([]);
});

test('gives each deployment the news of its own run', async () => {
  const look = async () => new Map([['k1', b]]);
  const { reasons } = await looked([{ ref: 'a' }, { ref: 'b' }], { look });
  expect(reasons).toEqual(['TurnGranted', 'RunSucceeded']);
});

test('stops runs of a cancelled batch, and no others', async () => {
  const stopped = await looked([{ ref: 'a' }, { ref: 'b' }], {}, true);
  expect(stopped.asked).toEqual(['look a k0, b k1', 'cancel a', 'cancel b']);
});

test('leaves some of very many stops to the next look', async () => {
  const rows = Array.from({ length: 45 }, (_, index) => ({ ref: `run-${index}` }));
  const { asked } = await looked(rows, {}, true);
  expect(asked.filter((one) => one.startsWith('cancel'))).toHaveLength(40);
});

test('asks an executor that is down at the next look, and reports a broken one after all looks', async () => {
  const unread: News = { kind: 'unread', trouble: { asked: 'runs', answered: 'no route' } };
  expect((await looked([{ ref: 'a' }], { look: lookOneByOne(() => unread) })).end).toEqual(more);
  const bug = new Error('a bug');
  expect((await looked([{ ref: 'a' }], { look: () => Promise.reject(bug) })).end).toBe(bug);
  const look = async () => new Map([['k1', b]]);
  const cancel = () => Promise.reject(bug);
  const { end, reasons } = await looked([{ ref: 'a', deadline: 0 }, { ref: 'b' }], { look, cancel });
  expect([end, reasons]).toEqual([bug, ['TurnGranted', 'RunSucceeded']]);
});

test('records a pause if nobody has asked again meanwhile, and ends it if nobody has given up', async () => {
  const { world, batchId: batch_id, deployment } = await aboutToStart();
  const place = { batch_id, index: 0, wait: 'deploy-1', watcher: 'executor:x' } as const;
  const watch = keys.watch(place.watcher, batch_id, 0, 'deploy-1');
  const put = (row: Partial<RunWatchRow>) => world.table.transact([{ put: itemOf(watch, row) }]);
  const read = async () => {
    const { phase, asked, turned_away } = rowOf<RunWatchRow>(await world.table.get(watch)) ?? ({} as RunWatchRow);
    return { phase, asked, turned_away };
  };
  const turned_away = { reason: 'ExecutorThrottled', message: '429', until: 5 };
  await put({ phase: 'intended', asked: 1 });
  await pauseStart(world.deps, place, { asked: 0, turned_away });
  expect(await read()).toEqual({ phase: 'intended', asked: 1, turned_away: undefined });
  await pauseStart(world.deps, place, { asked: 1, turned_away: { ...turned_away, message: 'x'.repeat(2_001) } });
  expect(await read()).toEqual({
    phase: 'paused',
    asked: 1,
    turned_away: { ...turned_away, message: `${'x'.repeat(2_000)}…` },
  });
  await pauseStart(world.deps, place, { asked: 1, turned_away });
  expect((await read()).turned_away?.message).toHaveLength(2_001);
  expect(await resumeStart(world.deps, { place, deployment }, 2)).toBe(true);
  expect(await read()).toMatchObject({ phase: 'intended', asked: 2 });
  await world.table.transact([{ delete: watch }]);
  expect(await resumeStart(world.deps, { place, deployment }, 3)).toBe(false);
  expect(await read()).toEqual({});
});
