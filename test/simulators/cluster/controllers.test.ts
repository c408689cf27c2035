import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { fateOf, fates } from '../../../lib/simulators/cluster/fate.ts';
import type { Workload } from '../../../lib/simulators/cluster/kube-object.ts';
import { resourceOf } from '../../../lib/simulators/cluster/resources.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../../lib/simulators/cluster/simulated-cluster.ts';
import { patch, setImage } from './follow-rollout.ts';
import { expectReasons, progressOf, withoutRepeats } from './progress-reasons.ts';

/** What the controllers do, as recorded on a real control plane (`npm run test:recordings`). */

const path = '/apis/apps/v1/namespaces/shared/deployments/app';
let simulated: SimulatedCluster;

afterEach(() => simulated.close());

const start = async (replicas: number) => {
  simulated = await startSimulatedCluster({
    tickMilliseconds: 10,
    podStartMilliseconds: 30,
    seed: [{ name: 'app', namespace: 'shared', image: 'reg.local/app:1', replicas }],
  });
};

const current = (): Workload => simulated.store.get(resourceOf('Deployment'), 'shared', 'app') as Workload;

const isDone = (): boolean => {
  const { metadata, spec, status = {} } = current();
  const isComplete = status.updatedReplicas === spec.replicas && status.replicas === spec.replicas;
  return status.observedGeneration === metadata.generation && isComplete && status.availableReplicas === spec.replicas;
};

const rolledOut = () => expect.poll(isDone).toBe(true);

describe('a rolling update', () => {
  it.each([
    { replicas: 1, strategy: undefined },
    { replicas: 4, strategy: { maxSurge: 0, maxUnavailable: 1 } },
    { replicas: 7, strategy: undefined },
    { replicas: 10, strategy: { maxSurge: '30%', maxUnavailable: '0%' } },
  ])(
    'of $replicas with $strategy never exceeds its surge and never serves with too few',
    async ({ replicas, strategy }) => {
      await start(replicas);
      if (strategy !== undefined) await patch(simulated.url, path, { spec: { strategy: { rollingUpdate: strategy } } });
      const surge = strategy === undefined ? Math.ceil(replicas / 4) : strategy.maxSurge === '30%' ? 3 : 0;
      const missing = strategy === undefined ? Math.floor(replicas / 4) : strategy.maxUnavailable === 1 ? 1 : 0;
      let most = 0;
      let least = replicas;
      simulated.store.listen(({ object }) => {
        if (object.kind !== 'Pod') return;
        const pods = simulated.store
          .list(resourceOf('Pod'), 'shared')
          .filter((pod) => pod.metadata.deletionTimestamp === undefined);
        most = Math.max(most, pods.length);
        least = Math.min(
          least,
          pods.filter((pod) => JSON.stringify(pod.status).includes('{"type":"Ready","status":"True"')).length,
        );
      });
      await setImage(simulated.url, path, 'reg.local/app:2');
      await rolledOut();
      expect(most).toBe(replicas + surge);
      expect(least).toBe(replicas - missing);
    },
  );

  it('shows the reasons of the real controller in its order, for an update and for a bad image', async () => {
    await start(2);
    await expectReasons(simulated, [
      {
        tag: '2',
        reasons: ['NewReplicaSetAvailable', 'NewReplicaSetCreated', 'ReplicaSetUpdated', 'NewReplicaSetAvailable'],
      },
      { tag: '3-missing', reasons: ['NewReplicaSetAvailable', 'NewReplicaSetCreated', 'ReplicaSetUpdated'] },
    ]);
  });

  it('first has a new generation, and observes it later', async () => {
    await start(1);
    const seen: string[] = [];
    simulated.store.listen(({ object }) => {
      if (object.kind !== 'Deployment') return;
      const { metadata, status } = object as Workload;
      seen.push(`${metadata.generation}, observed ${status?.observedGeneration}`);
    });
    await setImage(simulated.url, path, 'reg.local/app:2');
    await rolledOut();
    expect(withoutRepeats(seen)).toEqual(['2, observed 1', '2, observed 2']);
  });

  it('numbers revisions as recorded: an undo takes the next number and leaves a gap', async () => {
    await start(1);
    for (const tag of ['2', '3', '2']) {
      await setImage(simulated.url, path, `reg.local/app:${tag}`);
      await rolledOut();
    }
    const sets = simulated.store.list(resourceOf('ReplicaSet'), 'shared');
    const annotation = (name: string) =>
      sets.map(({ metadata }) => metadata.annotations?.[`deployment.kubernetes.io/${name}`]);
    expect(annotation('revision').sort()).toEqual(['1', '3', '4']);
    expect(annotation('revision-history').filter(Boolean)).toEqual(['2']);
    expect(current().metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('4');
  });

  it('creates nothing while it is paused, and goes on when it is resumed', async () => {
    await start(1);
    await patch(simulated.url, path, { spec: { paused: true } });
    await setImage(simulated.url, path, 'reg.local/app:2');
    await expect.poll(() => current().status?.observedGeneration).toBe(current().metadata.generation);
    expect(progressOf(current())).toBe('DeploymentPaused');
    expect(current().status?.updatedReplicas).toBeUndefined();
    await patch(simulated.url, path, { spec: { paused: false } });
    await rolledOut();
  });

  it('with Recreate never has old and new pods at once', async () => {
    await start(2);
    await patch(simulated.url, path, { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } });
    let both = 0;
    simulated.store.listen(() => {
      const images = simulated.store.list(resourceOf('Pod'), 'shared').map((pod) => JSON.stringify(pod.spec));
      if (images.some((one) => one.includes('app:1')) && images.some((one) => one.includes('app:2'))) both += 1;
    });
    await setImage(simulated.url, path, 'reg.local/app:2');
    await rolledOut();
    expect(both).toBe(0);
  });
});

describe('fates', () => {
  it.each(Object.keys(fates))('a tag with -%s', (name) => {
    expect(fateOf(`reg.local/team-${name}/app:1.2-${name}`)).toBe(name);
    expect(fateOf(`reg.local/team-${name}/app:1.2`)).toBe('good');
    expect(fateOf(`app:1-${name}ish`)).toBe('good');
  });
});

const nextTurn = <T>(value: T): Promise<T> => new Promise((resolve) => setImmediate(() => resolve(value)));

it('does no work while a thousand workloads are idle', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const seed = Array.from({ length: 1_000 }, (_, index) => ({
    name: `app-${index}`,
    image: 'reg.local/app:1',
    replicas: 1,
  }));
  const started = startSimulatedCluster({ tickMilliseconds: 10, podStartMilliseconds: 30, seed });
  for (let isUp = false; !isUp; isUp = await Promise.race([started.then(() => true), nextTurn(false)]))
    vi.advanceTimersByTime(10);
  simulated = await started;
  // Once they check whether the deadline of the rollout has passed.
  vi.advanceTimersByTime(3_600_000);
  const gets = vi.spyOn(simulated.store, 'get');
  const lists = vi.spyOn(simulated.store, 'list');
  vi.advanceTimersByTime(3_600_000);
  expect([gets, lists].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  await setImage(simulated.url, '/apis/apps/v1/namespaces/default/deployments/app-7', 'reg.local/app:2');
  vi.advanceTimersByTime(10);
  expect(gets.mock.calls.length).toBeGreaterThan(1);
});

it('never waits less than a tick, however much time passes while it looks at the clock', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => timers.mockRestore());
  let at = Date.parse('2026-01-01T00:00:00Z');
  const now = (): number => {
    at += 12;
    return at;
  };
  simulated = await startSimulatedCluster({ tickMilliseconds: 5, podStartMilliseconds: 5, now });
  timers.mockClear();
  simulated.store.create({ kind: 'Pod', metadata: { name: 'app', namespace: 'shared' }, spec: { containers: [] } });
  expect(timers.mock.calls.map(([, milliseconds]) => milliseconds)).toEqual([5]);
});
