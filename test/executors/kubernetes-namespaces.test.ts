import { describe, expect, it } from 'vitest';
import type { Workload } from '../../lib/domain/plan/plan.ts';
import { all, configMap, deployment } from './kubernetes-texts.ts';
import { KubernetesWorld, type RequestChange } from './kubernetes-world.ts';

/** Two infrastructures lead to two namespaces of one cluster. A service has one target and one release in each. */

const elsewhere: Workload = { kind: 'deployment', name: 'web', namespace: 'edge' };
const text = all(deployment('web'), configMap('settings'));

const carriedOut = async (world: KubernetesWorld, change: RequestChange) => {
  world.now += 1_000;
  const request = world.request(change);
  const started = await world.executor().start(request, 0);
  return started.kind === 'rejected' ? started : world.state(request);
};

const inBoth = async (): Promise<KubernetesWorld> => {
  const world = new KubernetesWorld();
  await carriedOut(world, { batch: 'B1', text });
  await carriedOut(world, { batch: 'B2', text, deployment: { workload: elsewhere } });
  expect(there(world)).toEqual(['shop Deployment', 'shop ConfigMap', 'edge Deployment', 'edge ConfigMap']);
  return world;
};

const there = (world: KubernetesWorld): readonly string[] =>
  ['shop', 'edge'].flatMap((namespace) => [
    ...(world.find('Deployment', 'web', namespace) === undefined ? [] : [`${namespace} Deployment`]),
    ...(world.find('ConfigMap', 'settings', namespace) === undefined ? [] : [`${namespace} ConfigMap`]),
  ]);

describe('a service in two namespaces of one cluster', () => {
  it('is pruned in one of them alone', async () => {
    const world = await inBoth();
    const settings = { prune: true } as const;
    const pruned = { batch: 'B3', text: deployment('web'), settings, deployment: { workload: elsewhere } };
    expect(await carriedOut(world, pruned)).toMatchObject({ outcome: 'succeeded' });
    expect(there(world)).toEqual(['shop Deployment', 'shop ConfigMap', 'edge Deployment']);
    // The other one's objects are no leftover either.
    expect(await carriedOut(world, { batch: 'B4', text })).toEqual({
      phase: 'terminal',
      outcome: 'succeeded',
      raw: 'Applied',
    });
  });

  it('is deleted in one of them alone', async () => {
    const world = await inBoth();
    const gone = { batch: 'B3', deployment: { action: 'delete', workload: elsewhere } } as const;
    expect(await carriedOut(world, gone)).toMatchObject({ outcome: 'succeeded' });
    expect(there(world)).toEqual(['shop Deployment', 'shop ConfigMap']);
  });

  it('does not change what belongs to the other', async () => {
    const world = await inBoth();
    const other = all(deployment('web'), configMap('settings', '2', ', namespace: shop'));
    expect(await carriedOut(world, { batch: 'B3', text: other, deployment: { workload: elsewhere } })).toMatchObject({
      reason: 'ObjectOfAnother',
      message:
        'ConfigMap shop/settings is deployed as prod/kube/shop/web (shop/deployment/web), so prod/kube/shop/web (edge/deployment/web) does not change it. Rename one of the two.',
    });
  });
});
