import { describe, expect, test } from 'vitest';
import type { AppliedObjects } from '../../lib/domain/drift/applied.ts';
import type { FieldDrift } from '../../lib/domain/drift/object-drift.ts';
import { ownerLabel, ownerOf } from '../../lib/domain/manifests/marks.ts';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import type { TargetRow } from '../../lib/domain/targets/target-row.ts';
import { driftOf, lookAtObjects } from '../../lib/usecases/drift/look-at-objects.ts';
import type { SurveyedTarget } from '../../lib/usecases/drift/surveyed-targets.ts';
import { all, autoscaler, configMap, deployment } from './kubernetes-texts.ts';
import { KubernetesWorld, type RequestChange, target, workload } from './kubernetes-world.ts';

/** What the executor has applied, what others did to it since, and what a survey says of that. */

const text = all(deployment('web', { spec: 'replicas: 2', env: '{name: A, value: "1"}' }), configMap('settings'));

const deployed = async (change: RequestChange = {}) => {
  const world = new KubernetesWorld();
  const request = world.request({ text, ...change });
  await world.executor().start(request, 0);
  return { world, request };
};

const appliedIn = async (world: KubernetesWorld): Promise<AppliedObjects> =>
  JSON.parse((await world.documents.get(documentPaths.applied(ownerLabel(ownerOf({ target, workload })))))!);

const survey = async (
  world: KubernetesWorld,
  deployment: SurveyedTarget['deployment'],
): Promise<readonly FieldDrift[]> => {
  const now = { target, batch_id: 'B1', index: 0, state: 'verified', since: 1 } as TargetRow;
  const surveyed = { now, deployment, applied: await appliedIn(world) };
  return driftOf(surveyed, await lookAtObjects(world.objects, [surveyed]));
};

describe('what the executor applied', () => {
  test('is kept with our fields, and has not drifted', async () => {
    const { world, request } = await deployed();
    expect(await appliedIn(world)).toMatchObject({
      batch_id: 'B1',
      index: 0,
      objects: [{ kind: 'ConfigMap' }, { kind: 'Deployment' }],
    });
    expect(await survey(world, request.deployment)).toEqual([]);
  });

  test('of an image alone is that image', async () => {
    const world = new KubernetesWorld();
    world.others('kubectl', {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
      ...{
        spec: {
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'app', image: 'registry.example/web:0' }] },
          },
        },
      },
    } as never);
    const request = world.request({ version: '2', settings: { take_over: 'all' } });
    await world.executor().start(request, 0);
    expect(await survey(world, request.deployment)).toEqual([]);
    world.others('ci', {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
      ...{ spec: { template: { spec: { containers: [{ name: 'app', image: 'registry.example/web:9' }] } } } },
    } as never);
    expect(await survey(world, request.deployment)).toEqual([
      {
        object: 'deployment shop/web',
        path: 'spec.template.spec.containers[name=app].image',
        ...{ from: 'registry.example/web:2', to: 'registry.example/web:9', manager: 'ci' },
      },
    ]);
  });

  test.each<[what: string, change: (world: KubernetesWorld) => void, expected: readonly Partial<FieldDrift>[]]>([
    [
      'somebody has taken over fields',
      (world) =>
        world.others('kubectl-edit', {
          ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
          spec: {
            replicas: 5,
            template: { spec: { containers: [{ name: 'app', env: [{ name: 'A', value: '2' }] }] } },
          },
        } as never),
      [
        { path: 'spec.replicas', from: '2', to: '5', manager: 'kubectl-edit' },
        {
          path: 'spec.template.spec.containers[name=app].env[name=A].value',
          from: '1',
          to: '2',
          manager: 'kubectl-edit',
        },
      ],
    ],
    [
      'somebody has added fields of their own',
      (world) =>
        world.others('mesh', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'settings', labels: { mesh: 'on' } },
        } as never),
      [],
    ],
    [
      'an object is gone',
      (world) => world.store.remove(world.find('ConfigMap', 'settings')!),
      [{ object: 'configmap shop/settings' }],
    ],
  ])('drifts where %s', async (_, change, expected) => {
    const { world, request } = await deployed();
    change(world);
    const found = await survey(world, request.deployment);
    expect(found.toSorted((a, b) => (a.path ?? '').localeCompare(b.path ?? '', 'en'))).toMatchObject(expected);
    expect(found).toHaveLength(expected.length);
  });

  test('is kept by a later look, if the one that applied it could not keep it', async () => {
    const world = new KubernetesWorld();
    const put = world.documents.put.bind(world.documents);
    let isAway = true;
    world.documents.put = async (path, written) => {
      if (isAway && path.startsWith('manifests/applied/')) throw new Error('503');
      return put(path, written);
    };
    const request = world.request({ text });
    await expect(world.executor().start(request, 0)).rejects.toThrow('503');
    isAway = false;
    expect(await world.state(request)).toMatchObject({ outcome: 'succeeded' });
    expect(await appliedIn(world)).toMatchObject({ attempt: request.key, objects: [{}, {}] });
    expect(await survey(world, request.deployment)).toEqual([]);
  });

  test.each<[what: string, change: RequestChange, edited: number, expected: readonly Partial<FieldDrift>[]]>([
    [
      'an image alone',
      { batch: 'B2', version: '2' },
      5,
      [{ path: 'spec.replicas', from: '2', to: '5' }, { object: 'configmap shop/settings' }],
    ],
    [
      'a scale',
      { batch: 'B2', deployment: { action: 'scale', replicas: 4 } },
      2,
      [{ path: 'spec.replicas', from: '4', to: '2' }, { object: 'configmap shop/settings' }],
    ],
    [
      'a scale to the number that is deployed',
      { batch: 'B2', deployment: { action: 'scale', replicas: 2 } },
      5,
      [{ path: 'spec.replicas', from: '2', to: '5' }, { object: 'configmap shop/settings' }],
    ],
  ])('is all compared after %s', async (_, change, edited, expected) => {
    const { world, request } = await deployed();
    world.now += 1;
    const next = world.request(change);
    await world.executor().start(next, 0);
    expect(await world.state(next)).toMatchObject({ outcome: 'succeeded' });
    expect(await appliedIn(world)).toMatchObject({ batch_id: 'B2', index: 0 });
    expect(await survey(world, request.deployment)).toEqual([]);
    const spec = { replicas: edited };
    world.others('kubectl', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec } as never);
    world.store.remove(world.find('ConfigMap', 'settings')!);
    const found = await survey(world, request.deployment);
    expect(found).toHaveLength(expected.length);
    expect(found).toEqual(expect.arrayContaining(expected.map((one) => expect.objectContaining(one))));
  });

  test('is forgotten with a delete', async () => {
    const { world } = await deployed();
    world.now += 1;
    const gone = world.request({ batch: 'B2', deployment: { action: 'delete' } });
    await world.executor().start(gone, 0);
    expect(await world.state(gone)).toMatchObject({ outcome: 'succeeded' });
    expect(await appliedIn(world)).toMatchObject({ batch_id: 'B2', objects: [] });
  });

  test('shows drift of a secret without its old and new value', async () => {
    const world = new KubernetesWorld();
    const request = world.request({ text: deployment('web', { env: '{name: DB_PASSWORD, value: "k7-then"}' }) });
    await world.executor().start(request, 0);
    world.others('kubectl-edit', {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
      spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'DB_PASSWORD', value: 'k7-now' }] }] } } },
    } as never);
    expect(
      JSON.stringify([...world.documents.texts].filter(([path]) => path.startsWith('manifests/applied/'))),
    ).not.toContain('k7-');
    expect(await survey(world, request.deployment)).toEqual([
      {
        object: 'deployment shop/web',
        path: 'spec.template.spec.containers[name=app].env[name=DB_PASSWORD].value',
        ...{ from: '***', to: '***', manager: 'kubectl-edit' },
      },
    ]);
  });

  test('is kept without the data of a Secret, no matter who wrote it', async () => {
    const world = new KubernetesWorld();
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: made}\ntype: Opaque\n';
    world.others('kubectl-client-side-apply', {
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', data: { token: 'azctbm93' } },
      metadata: {
        name: 'made',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"token":"azctbm93"}}' },
      },
    } as never);
    const request = world.request({ text: all(deployment('web'), secret) });
    await world.executor().start(request, 0);
    const kept = await appliedIn(world);
    expect(kept.objects.map(({ kind }) => kind)).toContain('Secret');
    expect(JSON.stringify(kept)).not.toContain('azctbm93');
    expect(await survey(world, request.deployment)).toEqual([]);
  });

  test.each([
    ['beside it', true],
    ['of others', false],
  ])('has replicas that an autoscaler may set: %s', async (_, isOurs) => {
    const world = new KubernetesWorld();
    await world.executor().start(world.request({ text }), 0);
    world.now += 1;
    const request = world.request({ batch: 'B2', text: isOurs ? all(text, autoscaler('web')) : text });
    await world.executor().start(request, 0);
    const scaler = {
      ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web' } },
      spec: { maxReplicas: 9, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    };
    if (!isOurs) world.others('kubectl', scaler as never);
    world.others('some-scaler', {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 6 } },
    } as never);
    expect(await survey(world, request.deployment)).toEqual([]);
  });

  test('of a restore belongs to the deployment that failed', async () => {
    const world = new KubernetesWorld();
    const request = world.request({ text, batch: 'B2', attempt: 'restore', deployment: { index: 7 } });
    await world.executor().start(request, 0);
    expect(await appliedIn(world)).toMatchObject({ batch_id: 'B2', index: 0 });
  });
});
