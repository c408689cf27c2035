import { setImmediate as turn } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { create } from '../../../functions/watch-cluster.ts';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Cluster, Mirror, MirrorOptions, WorkloadView } from '../../../lib/domain/ports.ts';
import { clusterWatcher, keys } from '../../../lib/domain/record/keys.ts';
import { type ItemRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import type { RolloutWatchRow } from '../../../lib/domain/record/watch-rows.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { nameOf, Observer, ObserverMemory } from '../../../lib/usecases/rollout/observer.ts';
import { watchCluster } from '../../../lib/usecases/rollout/watch-cluster.ts';
import { Bell } from '../../../lib/usecases/wait/bell.ts';
import { unready, viewOf, waitingFor } from '../../domain/rollout/objects.ts';
import { WorldClock } from '../../workflow/world-clock.ts';
import { aboutToStart } from '../deployment/about-to-start.ts';

const image = 'reg/app:3.0.2';
const good = viewOf({ image });
const none = { readyReplicas: 0, availableReplicas: 0 };
const starting = viewOf({ image, replicas: 1, status: none });
const missing = viewOf({ image, replicas: 1, status: none, podStatus: unready(waitingFor('InvalidImageName')) });
/** An autoscaler may fix it, so it has to last for minutes. */
const unschedulable = {
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node fits' }],
};
const away = new FlotillaError('ClusterUnavailable', 'the cluster is down');

type Seen = WorkloadView | 'to be read' | Error;

/** One rollout, watched by streams that say what the test lets them say. */
const stage = async (timeout = 100_000) => {
  const { world, batchId: batch_id, deployment: planned, item } = await aboutToStart();
  const clock = new WorldClock();
  const deployment = { ...planned, health_check: { enabled: false } };
  const watcher = clusterWatcher(deployment.cluster);
  const key = keys.watch(watcher, batch_id, 0, 'verify-1');
  const watched: RolloutWatchRow = {
    ...{ batch_id, index: 0, wait: 'verify-1', deployment, baseline: { exists: false }, at: clock.now() },
    ...{ deadline: clock.now() + timeout, expected: { version: '3.0.2', artifactType: 'docker' } },
  };
  const runs = [{ executor: 'x', key: 'k', attempt: 1 }];
  const known: ItemRow = { ...item, step: 'verify', deadline: watched.deadline, runs };
  await world.table.transact([
    { put: itemOf(key, watched) },
    { put: itemOf(keys.item(batch_id, 0), known) },
    { put: itemOf(keys.watcher(watcher), { watcher, generation: 1, until: 1 }) },
  ]);
  const seen: { now: Seen; read: Seen } = { now: starting, read: starting };
  const calls: string[] = [];
  let options: MirrorOptions | undefined;
  const mirror: Mirror = {
    follow: (rollouts) => void calls.push(`follow ${rollouts.size}`),
    view: async () => {
      calls.push('view');
      if (seen.now instanceof Error) throw seen.now;
      return seen.now === 'to be read' ? undefined : seen.now;
    },
    rest: () => void calls.push('rest'),
  };
  const cluster: Cluster = {
    address: 'https://cluster#ca',
    identify: () => Promise.reject(new Error('it is known')),
    logs: async () => [],
    probe: () => Promise.reject(new Error('nobody was to ask')),
    read: async (workloads) => {
      calls.push('read');
      if (seen.read instanceof Error) throw seen.read;
      return workloads.map(() => seen.read as WorkloadView);
    },
    follow: (given) => {
      options = given;
      return mirror;
    },
  };
  const bell = new Bell();
  const deps = { ...world.deps, clock, bell, pace: cloudPace, cluster: async () => cluster };
  const memory = new ObserverMemory();
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 20; turns += 1) await turn();
  };
  /** Lets this much time pass while something goes on. */
  const during = async (act: Promise<unknown>, milliseconds: number): Promise<void> => {
    const end = clock.now() + milliseconds;
    clock.setTimer(end, () => {});
    act.catch(() => {});
    await settle();
    while (clock.now() < end) {
      clock.runNext();
      await settle();
    }
  };
  const change = (): void => options?.changed(`${batch_id}/0/verify-1`);
  const status = async () => rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))!;
  const watchRow = async () => rowOf<RolloutWatchRow>(await world.table.get(key));
  const task = { watcher, generation: 1, started_at: clock.now() };
  return { deps, memory, task, clock, seen, calls, during, change, status, watchRow, watched, bell, settle };
};

test('judges a change at once, and changes that come together once', async () => {
  const { deps, memory, task, seen, calls, during, change, status } = await stage();
  const watching = watchCluster(deps, task, memory);
  await during(watching, 100);
  calls.splice(0);
  seen.now = good;
  for (let nth = 0; nth < 5; nth += 1) change();
  await during(watching, 19);
  expect([calls, (await status()).status]).toEqual([[], 'PROCESSING']);
  await during(watching, 1);
  expect([calls, (await status()).status]).toEqual([['view'], 'SUCCESS']);
});

test('asks for what has to last more often than it reads the list', async () => {
  const { deps, memory, task, seen, clock, during, change, calls } = await stage();
  const watching = watchCluster(deps, task, memory);
  await during(watching, 100);
  calls.splice(0);
  await during(watching, 850);
  expect(calls).toEqual([]);
  seen.now = viewOf({ image, replicas: 1, status: none, podStatus: unschedulable });
  change();
  const begun = clock.now();
  await during(watching, 2_000);
  const views = calls.filter((one) => one === 'view').length;
  expect([clock.now() - begun, views >= 7, views <= 12]).toEqual([2_000, true, true]);
});

test('keeps the deadline to the millisecond', async () => {
  const { deps, memory, task, clock, during, status, watched } = await stage();
  const watching = watchCluster(deps, task, memory);
  await during(watching, watched.deadline - clock.now());
  expect((await status()).reason).not.toBe('Timeout');
  await during(watching, 1);
  expect((await status()).reason).toBe('Timeout');
});

test('reports a failure as soon as it sees it', async () => {
  const { deps, memory, task, seen, during, change, status } = await stage();
  const watching = watchCluster(deps, task, memory);
  await during(watching, 100);
  seen.now = missing;
  change();
  await during(watching, 20);
  expect((await status()).reason).toBe('InvalidImageName');
});

test('reads the list at once after a bell', async () => {
  const { deps, memory, task, during, calls, bell } = await stage();
  const watching = watchCluster(deps, task, memory);
  await during(watching, 100);
  calls.splice(0);
  bell.ring(task.watcher);
  bell.ring('cluster:other');
  await during(watching, 1);
  expect(calls).toEqual(['follow 1', 'view']);
});

test.each<[what: string, read: Seen, status: string]>([
  ['is read', good, 'SUCCESS'],
  ['cannot be read', away, 'PROCESSING'],
])('what may not be watched, and %s', async (_, read, says) => {
  const { deps, memory, task, seen, during, calls, status } = await stage();
  seen.now = 'to be read';
  seen.read = read;
  await during(watchCluster(deps, task, memory), 10);
  expect([calls, (await status()).status]).toEqual([['follow 1', 'view', 'read'], says]);
});

test('gives no verdict on an unreachable cluster before the deadline, and UNKNOWN after it', async () => {
  const { deps, memory, task, seen, clock, during, status, watched } = await stage();
  seen.now = away;
  const watching = watchCluster(deps, task, memory);
  await during(watching, watched.deadline - clock.now());
  expect((await status()).step).toBe('verify');
  await during(watching, 1);
  expect((await status()).reason).toBe('ClusterUnavailable');
});

test('hands over what it saw at the end of a call: a grace does not start again', async () => {
  const first = await stage(1_000_000);
  const { deps, task, seen, clock, during, watchRow, calls } = first;
  seen.now = viewOf({ image, replicas: 1, status: none, podStatus: unschedulable });
  const began = clock.now();
  await during(watchCluster(deps, task, first.memory), deps.pace.watchFor + 10);
  const row = await watchRow();
  if (row === undefined) throw new Error('it was settled before');
  expect(Object.values(row.progress?.first_seen ?? {})).toEqual([began]);
  expect(calls.at(-1)).toBe('rest');
});

test.each<[what: string, ago: number, seenBefore: number, lasts: boolean]>([
  ['by another process', 1_000, 0, true],
  ['before this process looked itself', 1_000, 500, false],
])('continues with what was seen last, %s', async (_, ago, seenBefore, lasts) => {
  const { deps, watched, memory, seen, clock, during, status } = await stage();
  seen.now = viewOf({ image, replicas: 1, status: none, podStatus: unschedulable });
  const progress = { first_seen: { Unschedulable: clock.now() - 3_600_000 }, saw_expected: true };
  const row = { ...watched, progress, progress_at: clock.now() - ago };
  if (seenBefore > 0) memory.rollouts.set(nameOf(row), { seenAt: clock.now() - seenBefore });
  const observer = new Observer(deps, 'eu', memory);
  await during(observer.look([row]), 10);
  expect((await status()).reason === 'Unschedulable').toBe(lasts);
});

test('keeps a mirror for each of two clusters watched at once, and nobody else stops one', async () => {
  const { deps, task, seen, during, watched, clock } = await stage();
  const told: string[] = [];
  const clusterOf = (name: string): Cluster => ({
    address: `https://${name}#ca`,
    identify: () => Promise.reject(new Error('it is known')),
    logs: async () => [],
    probe: () => Promise.reject(new Error('nobody was to ask')),
    read: async (workloads) => workloads.map(() => seen.read as WorkloadView),
    follow: () => {
      told.push(`${name} is followed`);
      return { follow: () => {}, view: async () => starting, rest: () => void told.push(`${name} rests`) };
    },
  });
  const clusters = new Map(['eu', 'us'].map((name) => [name, clusterOf(name)]));
  const tasks = [...clusters.keys()].map((name) => ({ ...task, watcher: clusterWatcher(name) }));
  for (const { watcher } of tasks) {
    await deps.table.transact([
      { put: itemOf(keys.watch(watcher, watched.batch_id, 0, 'verify-1'), watched) },
      { put: itemOf(keys.watcher(watcher), { watcher, generation: 1, until: 1 }) },
    ]);
  }
  const watch = create({ ...deps, cluster: async (name) => clusters.get(name)! });
  const watching = Promise.all(tasks.map((input) => watch({ ...input }, {} as Context)));
  await during(watching, 10_000);
  expect(told).toEqual(['eu is followed', 'us is followed']);
  await during(watching, cloudPace.watchFor - 10_000 + 1_000);
  expect(told).toEqual(['eu is followed', 'us is followed', 'eu rests', 'us rests']);
  // One after the other in one process, as on AWS. Of those not in use only the last is kept.
  for (const input of tasks) await during(watch({ ...input, started_at: clock.now() }, {} as Context), 1_000);
  expect(told.slice(4)).toEqual(['us is followed']);
});
