import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { isPodReady, type KubeObject, type Pod } from '../../../lib/simulators/cluster/kube-object.ts';
import { clusterMemory } from '../../../lib/simulators/cluster/remember.ts';
import { resourceOf } from '../../../lib/simulators/cluster/resources.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../../lib/simulators/cluster/simulated-cluster.ts';
import { openMemory } from '../../../lib/simulators/memory.ts';
import { asDocker, baselineOf, clusterAt, followRollout, setImage, workloadOf } from './follow-rollout.ts';

const seed = [{ name: 'app', namespace: 'shared', image: 'reg.local/app:1', replicas: 2 }];

/** One cluster, stopped and started any number of times. */
const makeLives = () => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-cluster-'));
  let current: SimulatedCluster | undefined;
  onTestFinished(async () => {
    await current?.close();
    rmSync(folder, { recursive: true });
  });
  return async (): Promise<SimulatedCluster> => {
    await current?.close();
    const memory = await openMemory(join(folder, 'state.db'), clusterMemory, { tell: () => {} });
    current = await startSimulatedCluster({ tickMilliseconds: 20, podStartMilliseconds: 60, seed, memory });
    return current;
  };
};

const path = '/apis/apps/v1/namespaces/shared/deployments/app';
const workload = workloadOf('deployment', 'app');
const podsOf = ({ store }: SimulatedCluster): readonly Pod[] => store.list(resourceOf('Pod')) as readonly Pod[];
const all = ({ store }: SimulatedCluster): readonly KubeObject[] =>
  ['Deployment', 'ReplicaSet', 'Service', 'Pod'].flatMap((kind) => store.list(resourceOf(kind)));

/** The timeout of the test ends an endless wait. */
const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await sleep(10);
};

test('an idle workload is unchanged, and not seeded again', async () => {
  const live = makeLives();
  const before = await live();
  await setImage(before.url, path, 'reg.local/app:2');
  const isNew = ({ spec }: Pod): boolean => spec.containers[0]!.image.endsWith(':2');
  await until(() => podsOf(before).length === 2 && podsOf(before).every((pod) => isNew(pod) && isPodReady(pod)));
  // Its controllers have nothing left to write down.
  await until(async () => {
    const { version } = before.store;
    await sleep(200);
    return before.store.version === version;
  });
  const [objects, version, port] = [all(before), before.store.version, before.port];
  const after = await live();
  expect(all(after)).toEqual(objects);
  expect(Number(after.store.version)).toBeGreaterThanOrEqual(Number(version));
  expect(after.port).toBe(port);
  // Its controllers have seen everything once they have started something new.
  const other = [{ ...seed[0]!, name: 'other', replicas: 1 }];
  await fetch(`${after.url}/simulator/seed`, { method: 'POST', body: JSON.stringify(other) });
  const ofOther = ({ metadata }: KubeObject): boolean => metadata.name.startsWith('other');
  expect(all(after).filter((object) => !ofOther(object))).toEqual(objects);
  expect(all(after).filter(ofOther)).toHaveLength(4);
});

test('a rollout that was interrupted completes', async () => {
  const live = makeLives();
  const first = await live();
  const baseline = await baselineOf(await clusterAt(first.url), workload);
  await setImage(first.url, path, 'reg.local/app:2');
  const second = await live();
  const followed = { workload, expected: asDocker('2'), baseline, limit: 100_000 };
  expect((await followRollout(await clusterAt(second.url), followed)).verdict).toBe('healthy');
});

test('a pod that keeps failing keeps its count', async () => {
  const live = makeLives();
  const restarts = (cluster: SimulatedCluster): number =>
    Math.max(
      0,
      ...podsOf(cluster)
        .flatMap(({ status }) => status.containerStatuses ?? [])
        .map((one) => one.restartCount),
    );
  const first = await live();
  await setImage(first.url, path, 'reg.local/app:2-crash');
  await until(() => restarts(first) >= 1);
  const known = restarts(first);
  const second = await live();
  const counts = [restarts(second)];
  second.store.listen(() => counts.push(restarts(second)));
  await until(() => restarts(second) > known);
  expect(Math.min(...counts)).toBe(known);
});
