import { expect, test } from 'vitest';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { resourceOf } from '../../lib/simulators/cluster/resources.ts';
import { KubernetesWorld } from '../executors/kubernetes-world.ts';
import { canary, StepsWorld } from '../executors/steps-world.ts';
import { someOf } from '../thorough.ts';
import { type DeathAt, deathsIn } from './deaths.ts';
import { reportOf } from './report.ts';
import { World } from './world.ts';

const bad = '9.0.0';

const deployment = (name: string) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shared' } },
  spec: {
    ...{ replicas: 2, selector: { matchLabels: { app: name } } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'app', image: `registry.test/${name}:1.0.0` }] },
    },
  },
});

// biome-ignore lint/suspicious/noExplicitAny: an object as it stands there
const imageOf = (object: any): string => object.spec.template.spec.containers[0].image;

/** What the executor applies runs in the scripted cluster, which is watched. */
const clusterOf = <Kube extends KubernetesWorld>(world: World, kube: Kube): Kube => {
  Object.defineProperty(kube, 'now', { get: () => world.clock.now() });
  for (const name of ['a', 'b']) kube.store.create(deployment(name) as never);
  const running = new Map<string, string>();
  kube.store.listen(({ object }) => {
    if (object.kind !== 'Deployment') return;
    const version = imageOf(object).split(':').pop() as string;
    const { name } = object.metadata;
    if (running.get(name) !== version) world.cluster.set(name, version, version.startsWith(bad) ? 'pull' : 'good');
    running.set(name, version);
  });
  return kube;
};

/**
 * Two deployments with the executor `kubernetes`. One of them goes back. Its function is killed at its nth call that
 * changes something.
 */
const runWithDeathAt = async ({ nth, when }: DeathAt): Promise<number> => {
  let kube: KubernetesWorld | undefined;
  const world = await World.open({
    sweepEvery: 60_000,
    executor: (own) => {
      const made = clusterOf(own, new KubernetesWorld());
      kube = made;
      return () => made.executor();
    },
  });
  let calls = 0;
  const dies = (): boolean => {
    if (world.log.current !== 'deploy-to-cluster') return false;
    calls += 1;
    if (calls !== nth) return false;
    world.log.kill('deploy-to-cluster', 'fault');
    return true;
  };
  world.meter.fault = (call) =>
    /^table\.transact$|^workflow\./.test(call.name) && dies() ? { error: new Error('killed'), when } : undefined;
  kube!.fate = ({ isWrite }) => (isWrite && dies() ? (when === 'before' ? 'away' : 'lost') : undefined);
  const batch = await world.submit([
    { name: 'a', executor: 'kubernetes' },
    { name: 'b', executor: 'kubernetes', version: bad },
  ]);
  await world.settled(batch);
  const told = Object.entries(await reportOf(world, batch));
  expect({ nth, when, told: told.map(([service, { outcome }]) => `${service}: ${outcome}`) }).toEqual({
    ...{ nth, when },
    told: ['a: SUCCESS / Verified', 'b: FAILED / RestoredPreviousRelease'],
  });
  const images = ['a', 'b'].map((name) => imageOf(kube!.find('Deployment', name, 'shared')));
  expect(images).toEqual(['registry.test/a:2.0.0', 'registry.test/b:1.0.0']);
  world.close();
  return calls;
};

test('the deploying process is killed at each call that changes something: nothing is lost, nothing is left open', async () => {
  const calls = await runWithDeathAt({ nth: 0, when: 'after' });
  expect(calls).toBeGreaterThan(8);
  for (const death of someOf(deathsIn(calls), 12)) await runWithDeathAt(death);
});

const { strategy } = canary({ steps: [50], step_seconds: 10, proven_seconds: 0 });
const { catalogue } = simulatedConfiguration();
const stepping = {
  ...catalogue,
  services: {
    shared: Object.fromEntries(
      ['a', 'b'].map((name) => [name, { kind: 'deployment' as const, name, kubernetes: { strategy: strategy! } }]),
    ),
  },
};

/** The same with a canary. One of the two fails. */
const runStepsWithDeathAt = async ({ nth, when }: DeathAt): Promise<number> => {
  let kube: StepsWorld | undefined;
  const world = await World.open({
    ...{ sweepEvery: 60_000, catalogue: stepping },
    executor: (own) => {
      const made = clusterOf(own, new StepsWorld());
      kube = made;
      return () => made.executor();
    },
  });
  let calls = 0;
  kube!.fate = ({ isWrite }) => {
    kube!.tick();
    if (!isWrite) return undefined;
    calls += 1;
    if (calls !== nth) return undefined;
    if (world.log.current !== undefined) world.log.kill(world.log.current, 'fault');
    return when === 'before' ? 'away' : 'lost';
  };
  const batch = await world.submit([
    { name: 'a', executor: 'kubernetes' },
    { name: 'b', executor: 'kubernetes', version: `${bad}-crash` },
  ]);
  await world.settled(batch);
  const told = Object.entries(await reportOf(world, batch));
  expect({ nth, when, told: told.map(([service, { outcome }]) => `${service}: ${outcome}`) }).toEqual({
    ...{ nth, when },
    told: ['a: SUCCESS / Verified', 'b: FAILED / RestoredPreviousRelease'],
  });
  const left = kube!.store.list(resourceOf('Deployment')).map((one) => `${one.metadata.name} ${imageOf(one)}`);
  expect(left.sort()).toEqual(['a registry.test/a:2.0.0', 'b registry.test/b:1.0.0']);
  world.close();
  return calls;
};

test('the process that steps a canary is killed at each write: one is promoted, one goes back', async () => {
  const calls = await runStepsWithDeathAt({ nth: 0, when: 'after' });
  expect(calls).toBeGreaterThan(8);
  for (const death of someOf(deathsIn(calls), 10)) await runStepsWithDeathAt(death);
});
