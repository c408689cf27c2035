import { describe, expect, it } from 'vitest';
import type { StartResult } from '../../lib/domain/ports.ts';
import { all, autoscaler, deployment } from './kubernetes-texts.ts';
import { KubernetesWorld, type RequestChange } from './kubernetes-world.ts';

/** Who owns a field, and what happens to it where others change it too. */

// biome-ignore lint/suspicious/noExplicitAny: an object as it stands there
const found = (world: KubernetesWorld, kind = 'Deployment', name = 'web'): any => world.find(kind, name);

const begun = async (world: KubernetesWorld, change: RequestChange): Promise<StartResult> => {
  world.now += 1;
  return world.executor().start(world.request(change), 0);
};

describe('more conflicts than the list shows', () => {
  const names = Array.from({ length: 120 }, (_, at) => `key-${at}`);
  const dataOf = (value: string) => Object.fromEntries(names.map((name) => [name, value]));
  const map = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data });

  it.each([
    ['operator', 'helm'],
    ['helm', 'operator'],
  ])('are all checked before %s and %s are overruled', async (...order) => {
    const world = new KubernetesWorld();
    const theirs = { helm: dataOf('theirs'), operator: { z: 'theirs' } };
    for (const manager of order) world.others(manager, map(theirs[manager as keyof typeof theirs]));
    const text = all(deployment('web'), `${JSON.stringify(map({ ...dataOf('ours'), z: 'ours' }))}\n`);
    expect(await begun(world, { text, settings: { take_over: ['helm'] } })).toMatchObject({ reason: 'FieldConflict' });
    expect(found(world, 'ConfigMap', 'settings').data).toEqual({ ...dataOf('theirs'), z: 'theirs' });
    const taken = await begun(world, { attempt: 2, text, settings: { take_over: ['helm', 'operator'] } });
    expect([taken.kind, found(world, 'ConfigMap', 'settings').data.z]).toEqual(['started', 'ours']);
  });
});

describe('replicas that a release leaves to an autoscaler', () => {
  const scaled = deployment('web', { spec: 'replicas: 5' });

  it.each([
    { what: 'which comes with it', next: [all(deployment('web'), autoscaler('web'))] },
    { what: 'which has come, and has not scaled yet', next: [all(scaled, autoscaler('web')), deployment('web')] },
  ])('stay as they are: one $what', async ({ next }) => {
    const world = new KubernetesWorld();
    await begun(world, { text: scaled });
    for (const [at, text] of next.entries()) {
      expect(await begun(world, { batch: `B${at + 2}`, text })).toMatchObject({ kind: 'started' });
      expect(found(world).spec.replicas).toBe(5);
    }
  });

  it('are its own once it has scaled', async () => {
    const world = new KubernetesWorld();
    await begun(world, { text: scaled });
    await begun(world, { batch: 'B2', text: all(deployment('web'), autoscaler('web')) });
    scaledBy(world, 'hpa', 8);
    await begun(world, { batch: 'B3', version: '3', text: all(deployment('web'), autoscaler('web')) });
    expect(found(world).spec.replicas).toBe(8);
  });
});

const scaledBy = (world: KubernetesWorld, manager: string, replicas: number): void =>
  world.others(manager, { ...web, spec: { replicas } } as never);

const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };

/** Does it once, before one of the requests for the workload. Says whether it did it. */
const onceAt = (world: KubernetesWorld, at: number, act: () => void): (() => boolean) => {
  let count = 0;
  world.fate = ({ path }) => {
    if (path.includes('/deployments/web') && count++ === at) act();
    return undefined;
  };
  return () => count > at;
};

describe('what others change between a read and the apply', () => {
  const scaled = deployment('web', { spec: 'replicas: 3' });
  /** With this many requests for the workload. */
  const releases = [
    { what: 'an image alone', before: [scaled], text: undefined, requests: 4 },
    {
      what: 'manifests with an autoscaler',
      before: [scaled, all(scaled, autoscaler('web'))],
      text: all(scaled, autoscaler('web')),
      requests: 3,
    },
  ];
  const cases = releases.flatMap((one) =>
    [{}, { take_over: 'all' as const }].flatMap((settings) =>
      Array.from({ length: one.requests }, (_, at) => ({ ...one, settings, at })),
    ),
  );

  it.each(cases)('is not undone by $what, with $settings, at request $at', async ({ before, text, settings, at }) => {
    const world = new KubernetesWorld();
    for (const [index, one] of before.entries()) await begun(world, { batch: `B${index}`, text: one });
    const isScaled = onceAt(world, at, () => scaledBy(world, 'kubectl-scale', 8));
    const started = await begun(world, { batch: 'B9', version: '2', settings, ...(text !== undefined && { text }) });
    expect(started).toMatchObject({ kind: 'started' });
    const { replicas, template } = found(world).spec;
    expect([isScaled(), replicas, template.spec.containers[0].image]).toEqual([true, 8, 'registry.example/web:2']);
  });

  it('may be a removal, and an image alone does not create any part of it again', async () => {
    const world = new KubernetesWorld();
    await begun(world, { text: scaled });
    onceAt(world, 3, () => world.store.remove(found(world)));
    expect(await begun(world, { batch: 'B2', version: '2' })).toMatchObject({ kind: 'started' });
    expect(found(world)).toBeUndefined();
    const failure = { reason: 'WorkloadMissing' };
    expect(await world.state(world.request({ batch: 'B2', version: '2' }))).toMatchObject({ failure });
  });
});

describe('lists of the previous version', () => {
  const service = (name: string, targetPort: number) => ({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
    spec: { selector: { app: 'web' }, ports: [{ name, port: 80, targetPort }] },
  });
  const pod = (name: string) => ({
    volumeMounts: [{ name, mountPath: '/data' }],
    ports: [{ name, containerPort: 8080 }],
  });
  const claim = (name: string) => ({ name, persistentVolumeClaim: { claimName: name } });
  const whole = (name: string) => ({
    ...web,
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [{ name: 'app', image: 'registry.example/web:1', ...pod(name) }],
          volumes: [claim('old'), claim('new')],
        },
      },
    },
  });
  const accountOf = (...names: readonly string[]) => ({
    ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web' } },
    imagePullSecrets: names.map((name) => ({ name })),
  });
  const boundTo = (...names: readonly string[]) => ({
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'web' } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'web' },
    subjects: names.map((name) => ({ kind: 'ServiceAccount', name, namespace: 'shop' })),
  });

  it.each([
    {
      what: 'ports of a Service, identified by their numbers',
      old: service('http', 8080),
      next: service('web', 9090),
      seen: (one: ReturnType<typeof service>) => one.spec.ports,
    },
    {
      what: 'mounts and ports of a container, which have names but are not identified by them',
      old: whole('old'),
      next: whole('new'),
      seen: ({ spec }: ReturnType<typeof whole>) =>
        spec.template.spec.containers.map((one) => [one.ports, one.volumeMounts]),
    },
    {
      what: 'subjects of a RoleBinding, which are one value',
      old: boundTo('a', 'b'),
      next: boundTo('a'),
      seen: (one: ReturnType<typeof boundTo>) => one.subjects,
    },
    {
      what: 'imagePullSecrets of a ServiceAccount, which are one value there',
      old: accountOf('a', 'b'),
      next: accountOf('a', 'c'),
      seen: (one: ReturnType<typeof accountOf>) => one.imagePullSecrets,
    },
  ])('are restored: $what', async ({ old, next, seen }) => {
    const world = new KubernetesWorld();
    world.others('kubectl', old);
    const look = () => (seen as (one: unknown) => unknown)(found(world, old.kind));
    const before = structuredClone(look());
    const text = `${JSON.stringify(next)}\n`;
    const manifests = old.kind === 'Deployment' ? text : all(deployment('web'), text);
    expect(await begun(world, { version: '2', text: manifests, settings: { take_over: 'all' } })).toMatchObject({
      kind: 'started',
    });
    expect(look()).not.toEqual(before);
    const settings = { take_over: 'all' as const, before: { batch_id: 'B1', index: 0 } };
    expect(await begun(world, { attempt: 'restore', version: '1', settings })).toMatchObject({ kind: 'started' });
    expect(look()).toEqual(before);
  });
});
