import { kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { KubernetesObjects } from '../../lib/adapters/cluster-objects.ts';
import { ClusterRequests } from '../../lib/adapters/cluster-request.ts';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { Applied, ClusterObjects, KubernetesObject } from '../../lib/domain/ports.ts';
import { listAt, objectAt, stringAt, valueAt } from '../../lib/domain/rollout/kubernetes-object.ts';

/** What a cluster must do with objects. It runs on the simulated cluster and on a real API server. */

export interface ObjectsStage {
  readonly objects: ClusterObjects;
  readonly namespace: string;
  /** Somebody else applies. */
  apply(manager: string, object: KubernetesObject): Promise<number>;
  /** Somebody else patches (a merge patch), by another field manager. */
  patch(manager: string, path: string, body: object): Promise<number>;
}

export const stageOf = async (
  source: Parameters<typeof kubeConfigFrom>[0],
  namespace: string,
): Promise<ObjectsStage> => {
  const requests = new ClusterRequests('contract', await kubeConfigFrom(source));
  const patched = async (path: string, body: object, type: string): Promise<number> =>
    (await requests.change({ method: 'PATCH', path, body, type })).status;
  return {
    objects: new KubernetesObjects(requests),
    namespace,
    apply: (manager, object) =>
      patched(`${pathOf(object, namespace)}?fieldManager=${manager}`, object, 'application/apply-patch+yaml'),
    patch: (manager, path, body) =>
      patched(
        `/apis/apps/v1/namespaces/${namespace}/${path}?fieldManager=${manager}`,
        body,
        'application/merge-patch+json',
      ),
  };
};

const plurals: Readonly<Record<string, string>> = {
  Deployment: 'apis/apps/v1/namespaces/:ns/deployments',
  ConfigMap: 'api/v1/namespaces/:ns/configmaps',
};

const pathOf = (object: KubernetesObject, namespace: string): string =>
  `/${plurals[String(object.kind)]?.replace(':ns', namespace)}/${stringAt(object, 'metadata', 'name')}`;

interface ObjectsCase {
  readonly name: string;
  /** As JSON compares it. */
  readonly expected: unknown;
  readonly run: (stage: ObjectsStage) => Promise<unknown>;
}

const deployment = (
  namespace: string,
  name: string,
  {
    spec = {},
    container = {},
    metadata = {},
  }:
    | Readonly<Record<'spec' | 'container' | 'metadata', JsonObject>>
    | Partial<Readonly<Record<'spec' | 'container' | 'metadata', JsonObject>>> = {},
): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, ...metadata },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'app', image: 'registry.example/app:1', ...container }] },
    },
    ...spec,
  },
});

const configMap = (namespace: string, name: string, data: JsonObject, metadata: JsonObject = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...metadata },
  data,
});

const addressOf = (object: KubernetesObject) => ({
  api_version: String(object.apiVersion),
  kind: String(object.kind),
  namespace: stringAt(object, 'metadata', 'namespace'),
  name: stringAt(object, 'metadata', 'name') ?? '',
});

const objectOf = (applied: Applied): KubernetesObject => {
  if (applied.kind !== 'applied') throw new Error(JSON.stringify(applied));
  return applied.object;
};

const managersOf = (object: KubernetesObject | undefined): readonly string[] =>
  listAt(object, 'metadata', 'managedFields')
    .map(({ manager, operation }) => `${manager} ${operation}`)
    // The real controllers write the status at their own pace.
    .filter((one) => !/^(control-plane|kube-controller-manager|controllers)/.test(one))
    .sort();

const containerOf = (object: KubernetesObject | undefined): JsonObject | undefined =>
  listAt(object, 'spec', 'template', 'spec', 'containers')[0];

/** Onto the one that was read. */
const onto = (read: KubernetesObject | undefined, object: KubernetesObject): KubernetesObject => {
  const { resourceVersion = '', uid = '' } = objectAt(read, 'metadata');
  return { ...object, metadata: { ...objectAt(object, 'metadata'), resourceVersion, uid } };
};

export const objectsCases: readonly ObjectsCase[] = [
  {
    name: 'lists its kinds, with the scope of their objects',
    expected: [
      { plural: 'deployments', namespaced: true },
      { plural: 'namespaces', namespaced: false },
      { plural: 'horizontalpodautoscalers', namespaced: true },
    ],
    run: async ({ objects }) =>
      [
        await objects.known('apps/v1', 'Deployment'),
        await objects.known('v1', 'Namespace'),
        await objects.known('autoscaling/v2', 'HorizontalPodAutoscaler'),
        await objects.known('v1', 'Scale'),
        await objects.known('nobody.example.com/v1', 'Widget'),
        await objects.known('no/api/v1', 'Widget'),
      ].filter((one, at) => at < 3 || one !== undefined),
  },
  {
    name: 'reads a missing object as nothing',
    expected: [true, true],
    run: async ({ objects, namespace }) => [
      (await objects.get({ api_version: 'v1', kind: 'ConfigMap', namespace, name: 'none' })) === undefined,
      (await objects.get({ api_version: 'example.com/v1', kind: 'Widget', namespace, name: 'none' })) === undefined,
    ],
  },
  {
    name: 'a dry run returns the object with its defaults, and stores nothing',
    expected: [1, 600, true],
    run: async ({ objects, namespace }) => {
      const object = deployment(namespace, 'dry');
      const made = objectOf(await objects.apply(object, { dryRun: true }));
      const { replicas, progressDeadlineSeconds } = objectAt(made, 'spec');
      return [replicas, progressDeadlineSeconds, (await objects.get(addressOf(object))) === undefined];
    },
  },
  {
    name: 'a new object belongs only to us, and its defaults to nobody',
    expected: [['flotilla Apply'], 1, true],
    run: async ({ objects, namespace }) => {
      const made = objectOf(await objects.apply(deployment(namespace, 'made'), { absent: true }));
      const own = listAt(made, 'metadata', 'managedFields').find(({ manager }) => manager === 'flotilla');
      return [
        managersOf(made),
        valueAt(made, 'spec', 'replicas'),
        valueAt(own, 'fieldsV1', 'f:spec', 'f:replicas') === undefined,
      ];
    },
  },
  {
    name: 'does not touch an object that somebody else has created meanwhile',
    expected: ['moved', 'theirs'],
    run: async ({ objects, namespace, apply }) => {
      await apply('other', configMap(namespace, 'race', { a: 'theirs' }));
      const ours = configMap(namespace, 'race', { a: 'ours' });
      const { kind } = await objects.apply(ours, { absent: true });
      return [kind, valueAt(await objects.get(addressOf(ours)), 'data', 'a')];
    },
  },
  {
    name: 'of two concurrent creations one succeeds, and the other gets a conflict',
    expected: [['applied', 'moved'], ['flotilla Apply'], true],
    run: async ({ objects, namespace }) => {
      const both = ['1', '2'].map((a) => configMap(namespace, 'both', { a }));
      const ends = await Promise.all(both.map((one) => objects.apply(one, { absent: true })));
      const found = await objects.get(addressOf(both[0]!));
      const winner = ends.findIndex(({ kind }) => kind === 'applied');
      return [
        ends.map(({ kind }) => kind).sort(),
        managersOf(found),
        valueAt(found, 'data', 'a') === String(winner + 1),
      ];
    },
  },
  {
    name: 'the same again changes nothing',
    expected: [true, 1],
    run: async ({ objects, namespace }) => {
      const object = configMap(namespace, 'same', { a: '1' });
      const [one, other] = [objectOf(await objects.apply(object)), objectOf(await objects.apply(object))];
      return [
        stringAt(one, 'metadata', 'resourceVersion') === stringAt(other, 'metadata', 'resourceVersion'),
        Object.keys(objectAt(other, 'data')).length,
      ];
    },
  },
  {
    name: "removes fields that it no longer sets, and keeps other managers' fields",
    expected: [{ b: '2', c: 'theirs' }, { one: '1' }],
    run: async ({ objects, namespace, apply }) => {
      const labels = (named: JsonObject): JsonObject => ({ labels: named });
      await objects.apply(configMap(namespace, 'less', { a: '1', b: '1' }, labels({ one: '1', two: '2' })));
      await apply('other', configMap(namespace, 'less', { c: 'theirs' }));
      const next = configMap(namespace, 'less', { b: '2' }, labels({ one: '1' }));
      const { data, metadata } = objectOf(await objects.apply(next));
      return [data, (metadata as JsonObject).labels];
    },
  },
  {
    name: "matches list items by name: removes an item that it no longer sets, and keeps others' items",
    expected: [
      ['THEIRS', 'TWO'],
      ['app', 'side'],
    ],
    run: async ({ objects, namespace, apply }) => {
      const env = (...names: string[]) => ({ env: names.map((name) => ({ name, value: '1' })) });
      await objects.apply(deployment(namespace, 'lists', { container: env('ONE', 'TWO') }));
      const theirs = deployment(namespace, 'lists', { container: env('THEIRS') });
      await apply('other', theirs);
      const side = { name: 'side', image: 'registry.example/side:1' };
      const pod = { spec: { containers: [side] } };
      await apply('sidecar', { ...theirs, spec: { template: pod } });
      const made = objectOf(await objects.apply(deployment(namespace, 'lists', { container: env('TWO') })));
      const names = (list: readonly JsonObject[]): unknown[] => list.map(({ name }) => name).sort();
      return [names(listAt(containerOf(made), 'env')), names(listAt(made, 'spec', 'template', 'spec', 'containers'))];
    },
  },
  {
    name: "another manager's field with another value is a conflict that names both, and nothing changes",
    expected: [
      'conflict',
      [{ manager: 'hpa', field: '.spec.replicas' }],
      [{ manager: 'hpa', field: '.spec.replicas' }],
      5,
    ],
    run: async ({ objects, namespace, patch }) => {
      const object = deployment(namespace, 'conflict', { spec: { replicas: 2 } });
      await objects.apply(object);
      await patch('hpa', 'deployments/conflict', { spec: { replicas: 5 } });
      const dry = await objects.apply(object, { dryRun: true });
      const real = await objects.apply(object);
      const found = await objects.get(addressOf(object));
      return [
        real.kind,
        real.kind === 'conflict' ? real.conflicts : real,
        dry.kind === 'conflict' ? dry.conflicts : dry,
        valueAt(found, 'spec', 'replicas'),
      ];
    },
  },
  {
    name: 'reports several conflicts, each with its manager and its field in a list',
    expected: [
      { manager: 'one', field: '.spec.template.spec.containers[name="app"].image' },
      { manager: 'two', field: '.spec.replicas' },
    ],
    run: async ({ objects, namespace, apply, patch }) => {
      await apply('one', deployment(namespace, 'several'));
      await patch('two', 'deployments/several', { spec: { replicas: 3 } });
      const container = { image: 'registry.example/app:2' };
      const told = await objects.apply(deployment(namespace, 'several', { spec: { replicas: 2 }, container }));
      if (told.kind !== 'conflict') return told;
      return [...told.conflicts].sort((one, other) => one.manager.localeCompare(other.manager));
    },
  },
  {
    name: 'force takes over the field',
    expected: [2, ['flotilla Apply']],
    run: async ({ objects, namespace, apply }) => {
      const object = configMap(namespace, 'forced', { a: '2' });
      await apply('other', configMap(namespace, 'forced', { a: '1' }));
      const made = objectOf(await objects.apply(object, { force: true }));
      return [Number(valueAt(made, 'data', 'a')), managersOf(made)];
    },
  },
  {
    name: "another manager's equal value is no conflict, and both own the field",
    expected: [['flotilla Apply', 'other Apply']],
    run: async ({ objects, namespace, apply }) => {
      await apply('other', configMap(namespace, 'shared', { a: '1' }));
      return [managersOf(objectOf(await objects.apply(configMap(namespace, 'shared', { a: '1' }))))];
    },
  },
  {
    name: 'applies only to the object that it read',
    expected: ['applied', 'moved', 'moved', 'moved', '2'],
    run: async ({ objects, namespace }) => {
      const object = (a: string) => configMap(namespace, 'moved', { a });
      const first = objectOf(await objects.apply(object('1')));
      const second = await objects.apply(onto(first, object('2')));
      const late = await objects.apply(onto(first, object('3')));
      const dry = await objects.apply(onto(first, object('3')), { dryRun: true });
      const gone = { ...first, metadata: { ...objectAt(first, 'metadata'), name: 'never-there' } };
      const absent = await objects.apply(onto(gone, configMap(namespace, 'never-there', { a: '1' })));
      const found = await objects.get(addressOf(first));
      return [second.kind, late.kind, dry.kind, absent.kind, valueAt(found, 'data', 'a')];
    },
  },
  {
    name: 'refuses an unknown field with its path',
    expected: ['refused', true, true],
    run: async ({ objects, namespace }) => {
      const object = deployment(namespace, 'unknown', { container: { imagePullPolice: 'Always' } });
      const told = await objects.apply(object, { dryRun: true });
      const message = told.kind === 'refused' ? told.message : '';
      return [told.kind, message.includes('imagePullPolice'), message.includes('field not declared in schema')];
    },
  },
  {
    name: 'refuses to change an immutable field',
    expected: ['refused', 422, true],
    run: async ({ objects, namespace }) => {
      await objects.apply(deployment(namespace, 'fixed'));
      const selector = { matchLabels: { app: 'fixed', tier: 'web' } };
      const template = {
        metadata: { labels: { app: 'fixed', tier: 'web' } },
        spec: { containers: [{ name: 'app', image: 'registry.example/app:1' }] },
      };
      const told = await objects.apply(deployment(namespace, 'fixed', { spec: { selector, template } }));
      return told.kind === 'refused' ? [told.kind, told.status, /immutable/.test(told.message)] : told;
    },
  },
  {
    name: 'refuses an unknown kind',
    expected: ['refused', 404, 'UnknownKind'],
    run: async ({ objects, namespace }) => {
      const told = await objects.apply({
        apiVersion: 'nobody.example.com/v1',
        kind: 'Widget',
        metadata: { name: 'widget', namespace },
      });
      return told.kind === 'refused' ? [told.kind, told.status, told.reason] : told;
    },
  },
  {
    name: 'deletes only the given object',
    expected: ['moved', true, 'deleted', false, 'gone'],
    run: async ({ objects, namespace }) => {
      const made = objectOf(await objects.apply(configMap(namespace, 'delete', { a: '1' })));
      const uid = stringAt(made, 'metadata', 'uid') ?? '';
      const address = addressOf(made);
      const isThere = async (): Promise<boolean> => (await objects.get(address)) !== undefined;
      return [
        (await objects.remove(address, '11111111-2222-3333-4444-555555555555')).kind,
        await isThere(),
        (await objects.remove(address, uid)).kind,
        await isThere(),
        (await objects.remove(address, uid)).kind,
      ];
    },
  },
  {
    name: 'lists objects with all labels, with their kind',
    expected: [['ConfigMap listed-1'], [], 0],
    run: async ({ objects, namespace }) => {
      const labels = { 'example.com/of': 'list', 'example.com/tier': 'one' };
      await objects.apply(configMap(namespace, 'listed-1', { a: '1' }, { labels }));
      await objects.apply(configMap(namespace, 'listed-2', { a: '1' }, { labels: { 'example.com/of': 'list' } }));
      const list = { api_version: 'v1', kind: 'ConfigMap', namespace, labels };
      const found = await objects.list(list);
      const others = await objects.list({ ...list, labels: { 'example.com/of': 'nobody' } });
      const unknown = await objects.list({ ...list, api_version: 'example.com/v1', kind: 'Widget' });
      return [found.map((one) => `${one.kind} ${stringAt(one, 'metadata', 'name')}`), others, unknown.length];
    },
  },
];
