import { describe, expect, it } from 'vitest';
import { annotations, ownerLabel, ownerOf } from '../../lib/domain/manifests/marks.ts';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import { all, autoscaler, configMap, deployment, hook } from './kubernetes-texts.ts';
import { KubernetesWorld, type RequestChange, target, workload } from './kubernetes-world.ts';

/** The executor `kubernetes`, against the simulated API server without controllers. */

const web = deployment('web');

const imageOf = (world: KubernetesWorld, name = 'web'): unknown =>
  // biome-ignore lint/suspicious/noExplicitAny: an object as it stands there
  (world.find('Deployment', name) as any)?.spec.template.spec.containers[0].image;

const replicasOf = (world: KubernetesWorld): unknown =>
  (world.find('Deployment', 'web')?.spec as { readonly replicas?: unknown } | undefined)?.replicas;

const begun = async (change: RequestChange, world = new KubernetesWorld()) => {
  const request = world.request(change);
  const started = await world.executor().start(request, 0);
  return { world, request, started };
};

describe('a deployment by its manifests', () => {
  it('applies all objects with the version and our marks, and a good start is over at the first look', async () => {
    const { world, request, started } = await begun({ text: all(web, configMap('settings')), version: '2.1' });
    expect(started).toEqual({ kind: 'started', ref: request.key });
    expect(await world.state(request)).toEqual({ phase: 'terminal', outcome: 'succeeded', raw: 'Applied' });
    expect(imageOf(world)).toBe('registry.example/web:2.1');
    expect(world.find('ConfigMap', 'settings')?.metadata).toMatchObject({
      labels: {
        'flotilla.dev/target': ownerLabel(ownerOf({ target, workload })),
        'app.kubernetes.io/managed-by': 'flotilla',
      },
      annotations: {
        [annotations.target]: target,
        [annotations.workload]: 'shop/deployment/web',
        [annotations.batch]: 'B1',
        [annotations.attempt]: 'B1-0-1',
        [annotations.fence]: String(request.at),
      },
    });
  });

  it('keeps the settings of its manifests where only its image is deployed after them', async () => {
    const text = deployment('web', { spec: 'replicas: 3', env: '{name: A, value: "1"}' });
    const { world } = await begun({ text });
    world.now += 1;
    const next = await begun({ batch: 'B2', version: '2' }, world);
    expect([next.started.kind, imageOf(world), replicasOf(world)]).toEqual(['started', 'registry.example/web:2', 3]);
    expect(await world.state(next.request)).toMatchObject({ outcome: 'succeeded' });
    // biome-ignore lint/suspicious/noExplicitAny: an object as it stands there
    const [container] = (world.find('Deployment', 'web') as any).spec.template.spec.containers;
    expect(container).toMatchObject({ env: [{ name: 'A', value: '1' }], readinessProbe: { periodSeconds: 1 } });
    // And their ownership: the next manifests remove what they do not set.
    world.now += 1;
    await begun({ batch: 'B3', version: '3', text: deployment('web') }, world);
    // biome-ignore lint/suspicious/noExplicitAny: an object as it stands there
    expect((world.find('Deployment', 'web') as any).spec.template.spec.containers[0].env).toBeUndefined();
  });

  it('reports rules that the running workload breaks and its manifests do not', async () => {
    const { world, request } = await begun({ text: all(web, configMap('settings')) });
    world.others('webhook', {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
      spec: { template: { spec: { hostNetwork: true, containers: [{ name: 'app' }] } } },
    } as never);
    const told = [{ phase: 'terminal', warnings: ['Deployment shop/web breaks rules as deployed: pod-security'] }];
    expect([await world.state(request)]).toMatchObject(told);
  });

  it('reports the rules that it breaks itself, and none that only the previous release has broken', async () => {
    const { world } = await begun({ text: web.replace('containers:', 'hostNetwork: true\n      containers:') });
    world.now += 1;
    const request = world.request({ batch: 'B2', version: '2', text: web });
    // The look that applies it is the one that reports them.
    expect(await world.state(request)).toEqual({ phase: 'terminal', outcome: 'succeeded', raw: 'Applied' });
    world.others('webhook', {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
      spec: { template: { spec: { hostNetwork: true, containers: [{ name: 'app' }] } } },
    } as never);
    world.now += 1;
    const next = world.request({ batch: 'B3', version: '3', text: web });
    expect((await world.state(next))?.warnings).toEqual([expect.stringContaining('pod-security')]);
  });

  it('writes each object once, no matter how many looks there are', async () => {
    const { world, request } = await begun({ text: all(web, configMap('settings')) });
    const written = world.writes.length;
    await world.state(request);
    await world.executor().start(request, 0);
    expect(world.writes.length).toBe(written);
  });

  it('creates dependencies first', async () => {
    const { world } = await begun({ text: all(web, configMap('settings')) });
    const first = world.writes.map((path) => path.split('?')[0]);
    expect([...new Set(first)]).toEqual([
      'PATCH /api/v1/namespaces/shop/configmaps/settings',
      'PATCH /apis/apps/v1/namespaces/shop/deployments/web',
    ]);
  });

  it('removes what the previous release had and this one has not', async () => {
    const { world } = await begun({ text: deployment('web', { env: '{name: A, value: "1"}, {name: B, value: "1"}' }) });
    world.now += 1;
    await begun({ batch: 'B2', text: deployment('web', { env: '{name: B, value: "2"}' }) }, world);
    // biome-ignore lint/suspicious/noExplicitAny: an object as it stands there
    expect((world.find('Deployment', 'web') as any).spec.template.spec.containers[0].env).toEqual([
      { name: 'B', value: '2' },
    ]);
  });
});

describe('a new image alone', () => {
  it('changes the image and nothing else', async () => {
    const world = new KubernetesWorld();
    const spec = { replicas: 3, selector: { matchLabels: { app: 'web' } } };
    const template = {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'app', image: 'r/web:1' }] },
    };
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { ...spec, template },
    };
    world.others('kubectl', object);
    const { request } = await begun({ version: '2.0', settings: { take_over: ['kubectl'] } }, world);
    expect(await world.state(request)).toMatchObject({ outcome: 'succeeded' });
    expect([imageOf(world), replicasOf(world)]).toEqual(['r/web:2.0', 3]);
  });

  it('says that no container takes the version', async () => {
    const { world, started } = await begun({ version: '2.0' });
    expect(started).toMatchObject({ kind: 'rejected', retryable: false, reason: 'WorkloadMissing' });
    expect(world.writes).toEqual([]);
  });
});

interface Refused {
  readonly what: string;
  readonly reason: string;
  readonly says: RegExp;
  readonly change: RequestChange;
  readonly before?: (world: KubernetesWorld) => void | Promise<void>;
}

const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { value: 'theirs' } };
const clusterRole = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\nrules: []\n';
const mesh = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: meshes.example.com}
spec: {group: example.com, scope: Cluster, names: {kind: Mesh, plural: meshes}, versions: [{name: v1, served: true, storage: true}]}
---
apiVersion: example.com/v1
kind: Mesh
metadata: {name: a}
`;
const both = all(web, configMap('settings', 'ours'));

const refusals: readonly Refused[] = [
  {
    what: 'a field of somebody else',
    reason: 'FieldConflict',
    says: /ConfigMap shop\/settings.*: \.data\.value is helm's; take_over/,
    change: { text: both },
    before: (world) => world.others('helm', theirs),
  },
  {
    what: 'a field of somebody who is not in take_over',
    reason: 'FieldConflict',
    says: /\.data\.value is helm's/,
    change: { text: both, settings: { take_over: ['kubectl'] } },
    before: (world) => world.others('helm', theirs),
  },
  {
    what: 'an object of another target',
    reason: 'ObjectOfAnother',
    says: /ConfigMap shop\/settings is deployed as prod\/kube\/shop\/api, so prod\/kube\/shop\/web/,
    change: { text: both },
    before: async (world) => {
      const other = { target: 'prod/kube/shop/api' };
      await begun({ batch: 'B0', text: all(web, configMap('settings')), deployment: other }, world);
      world.now += 1;
    },
  },
  {
    what: 'an attempt that comes after a later one',
    reason: 'OvertakenByLater',
    says: /was changed by a later attempt, B2-0-1/,
    change: { text: both, at: 5 },
    before: async (world) => {
      await begun({ batch: 'B2', text: web }, world);
    },
  },
  {
    what: 'fields that the kind does not have, of all objects at once',
    reason: 'ObjectsRefused',
    says: /2 objects: .*\.spec\.replicaz: field not declared.*\.spec\.template\.spec\.containers\[name="app"\]\.imagePullPolice/,
    change: {
      text: all(
        deployment('api', { spec: 'replicaz: 1' }),
        web.replace("image: 'registry", "imagePullPolice: Always, image: 'registry"),
      ),
    },
  },
  {
    what: 'a kind that the cluster does not know',
    reason: 'ObjectsRefused',
    says: /Widget shop\/w.*: the cluster does not know the kind Widget of example\.com\/v1/,
    change: { text: all(web, 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n') },
  },
  {
    what: 'a missing right to write',
    reason: 'RightsMissing',
    says: /we have no right to patch configmaps in shop.*flotilla cluster-role --executor kubernetes/,
    change: { text: both },
    before: (world) => world.rights.take('patch configmaps'),
  },
  {
    what: 'a missing right to read',
    reason: 'RightsMissing',
    says: /Missing right: get configmaps in shop/,
    change: { text: both },
    before: (world) => world.rights.take('get configmaps'),
  },
  {
    what: 'manifests without the service',
    reason: 'ManifestsInvalid',
    says: /deployment shop\/web is not among the objects: ConfigMap/,
    change: { text: configMap('settings') },
  },
  {
    what: "a kind without a namespace that the environment does not name, with the server's message",
    reason: 'ManifestsInvalid',
    says: /ClusterRole a kind: a ClusterRole has no namespace, and prod does not allow it/,
    change: { text: all(web, clusterRole) },
  },
  {
    what: 'one that is defined beside it',
    reason: 'ManifestsInvalid',
    says: /Mesh a kind: a Mesh has no namespace, and prod does not allow it/,
    change: { text: all(web, mesh), settings: { cluster_scoped: ['CustomResourceDefinition'] } },
  },
  {
    what: 'manifests that are no longer kept',
    reason: 'ManifestsMissing',
    says: /manifests\/f+\.yaml/,
    change: { settings: { manifests: { sha256: 'f'.repeat(64) } } },
  },
  {
    what: 'manifests that were never fetched',
    reason: 'ManifestsInvalid',
    says: /not fetched when the batch was planned/,
    change: { settings: { manifests: { from: { s3: 's3://bucket/key' } } } },
  },
];

it('a kind without a namespace that the environment names is applied, and the preview says the same', async () => {
  const world = new KubernetesWorld();
  const text = all(web, clusterRole);
  expect(await world.executor().preview(world.request({ text }))).toMatchObject({
    objects: [],
    problem: { reason: 'ManifestsInvalid', message: expect.stringContaining('a ClusterRole has no namespace') },
  });
  await begun({ text, settings: { cluster_scoped: ['ClusterRole'] } }, world);
  expect(world.find('ClusterRole', 'a')).toBeDefined();
});

describe('nothing is changed by', () => {
  it.each(refusals)('$what', async ({ reason, says, change, before }) => {
    const world = new KubernetesWorld();
    await before?.(world);
    const written = world.writes.length;
    const { started, request } = await begun(change, world);
    expect(started).toMatchObject({ kind: 'rejected', retryable: false, reason, message: expect.stringMatching(says) });
    expect(world.writes.length).toBe(written);
    const failure = { reason, message: expect.stringMatching(says), retryable: false, touched: false };
    expect(await world.state(request)).toMatchObject({ phase: 'terminal', outcome: 'failed', failure });
  });
});

it('manifests whose text does not match their name are not applied, and no preview shows them', async () => {
  const world = new KubernetesWorld();
  const request = world.request({ text: web });
  for (const path of world.documents.texts.keys()) await world.documents.put(path, `${web}# else\n`);
  const message = expect.stringMatching(/manifests\/[0-9a-f]{64}\.yaml does not match its SHA-256/);
  expect(await world.executor().start(request, 0)).toMatchObject({ reason: 'ManifestsMissing', message });
  expect(await world.executor().preview(request)).toMatchObject({ problem: { reason: 'ManifestsMissing', message } });
  expect(world.writes).toEqual([]);
});

describe('fields of others', () => {
  it.each([{ take_over: 'all' as const }, { take_over: ['helm', 'kubectl'] }])(
    'are taken over where the environment says $take_over',
    async ({ take_over }) => {
      const world = new KubernetesWorld();
      world.others('helm', theirs);
      const { started } = await begun({ text: both, settings: { take_over } }, world);
      expect(started.kind).toBe('started');
      expect(world.find('ConfigMap', 'settings')?.data).toEqual({ value: 'ours' });
    },
  );
});

describe('replicas', () => {
  const scaled = deployment('web', { spec: 'replicas: 2' });

  it('are ours where nobody scales', async () => {
    const { world } = await begun({ text: scaled });
    expect(replicasOf(world)).toBe(2);
  });

  it("are the autoscaler's where one in the cluster scales the workload", async () => {
    const { world } = await begun({ text: scaled });
    world.others('kubectl', {
      ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web' } },
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } },
    } as never);
    world.others('hpa', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 7 },
    } as never);
    world.now += 1;
    const { started } = await begun({ batch: 'B2', text: scaled, version: '2.0' }, world);
    expect(started.kind).toBe('started');
    expect([replicasOf(world), imageOf(world)]).toEqual([7, 'registry.example/web:2.0']);
  });

  it('stay as they are when an autoscaler comes that has not scaled yet', async () => {
    const { world } = await begun({ text: deployment('web', { spec: 'replicas: 5' }) });
    world.now += 1;
    await begun({ batch: 'B2', text: all(scaled, autoscaler('web')) }, world);
    expect(replicasOf(world)).toBe(5);
  });

  it('of a new workload are left to the autoscaler that comes with it', async () => {
    const { world } = await begun({ text: all(scaled, autoscaler('web')) });
    expect(replicasOf(world)).toBe(1);
  });
});

describe('what the release no longer has', () => {
  const release = async (settings: RequestChange['settings'] = {}) => {
    const { world } = await begun({
      text: all(
        web,
        configMap('old'),
        configMap('kept'),
        deployment('worker'),
        'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce]}\n',
      ),
    });
    world.now += 1;
    world.others('kubectl', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'foreign' } });
    const request = world.request({ batch: 'B2', text: all(web, configMap('kept')), settings });
    await world.executor().start(request, 0);
    const state = await world.state(request);
    const left = ['old', 'kept', 'foreign'].filter((name) => world.find('ConfigMap', name) !== undefined);
    return { state, left: [...left, ...(world.find('Deployment', 'worker') ? ['worker'] : [])], world };
  };

  it('is told, and left', async () => {
    const { state, left } = await release();
    expect(left).toEqual(['old', 'kept', 'foreign', 'worker']);
    expect(state?.warnings?.join()).toContain('Deployment shop/worker');
    expect(state?.warnings?.join()).toMatch(/^No longer in the manifests.*PersistentVolumeClaim shop\/data/);
  });

  it('is deleted on request, except what holds data', async () => {
    const { state, left, world } = await release({ prune: true });
    expect(left).toEqual(['kept', 'foreign']);
    expect(world.find('PersistentVolumeClaim', 'data')).toBeDefined();
    expect(state).toMatchObject({
      outcome: 'succeeded',
      warnings: [expect.stringContaining('PersistentVolumeClaim shop/data')],
    });
  });

  it('is not searched for without the right, and the message says so', async () => {
    const { world } = await begun({ text: web });
    world.rights.take('list deployments.apps');
    const request = world.request();
    expect(await world.state({ ...request, deployment: world.request({ text: web }).deployment })).toMatchObject({
      outcome: 'succeeded',
      warnings: [expect.stringMatching(/could not be searched for.*cannot list/)],
    });
  });
});

describe('hooks', () => {
  const text = all(hook('migrate', 'before'), web, hook('smoke', 'after'));
  const jobs = (world: KubernetesWorld): readonly string[] =>
    world.store
      .list({
        group: 'batch',
        version: 'v1',
        plural: 'jobs',
        kind: 'Job',
        short: [],
        namespaced: true,
        hasGeneration: true,
      })
      .map(({ metadata }) => metadata.name)
      .sort();
  const end = (world: KubernetesWorld, prefix: string, type: 'Complete' | 'Failed'): void =>
    world.change('Job', jobs(world).find((name) => name.startsWith(prefix)) ?? '', (draft) => {
      const condition = { type, status: 'True', reason: 'BackoffLimitExceeded', message: 'it ended' };
      (draft as unknown as { status: unknown }).status = { failed: 1, conditions: [condition] };
    });

  it("run before and after the objects, each once, and earlier attempts' hooks go", async () => {
    const { world, request } = await begun({ text });
    expect(jobs(world)).toEqual([expect.stringMatching(/^migrate-[0-9a-f]{8}$/)]);
    expect(await world.state(request)).toMatchObject({
      phase: 'running',
      raw: expect.stringContaining('waits for the hook'),
    });
    expect(imageOf(world)).toBeUndefined();
    end(world, 'migrate', 'Complete');
    expect(await world.state(request)).toMatchObject({ phase: 'running', raw: expect.stringContaining('smoke') });
    expect(imageOf(world)).toBe('registry.example/web:1.0');
    end(world, 'smoke', 'Complete');
    expect(await world.state(request)).toMatchObject({ outcome: 'succeeded' });
    world.now += 1;
    const next = world.request({ batch: 'B2', text });
    await world.state(next);
    end(world, jobs(world).find((name) => name.startsWith('migrate-') && !isEnded(world, name)) ?? '', 'Complete');
    await world.state(next);
    end(world, jobs(world).find((name) => name.startsWith('smoke-') && !isEnded(world, name)) ?? '', 'Complete');
    expect(await world.state(next)).toMatchObject({ outcome: 'succeeded' });
    expect(jobs(world)).toHaveLength(2);
  });

  const isEnded = (world: KubernetesWorld, name: string): boolean => world.find('Job', name)?.status !== undefined;

  it('that fail before leave everything as it was', async () => {
    const { world, request } = await begun({ text });
    end(world, 'migrate', 'Failed');
    const failure = {
      reason: 'HookFailed',
      message: expect.stringContaining('BackoffLimitExceeded, it ended'),
      retryable: true,
      touched: false,
    };
    expect(await world.state(request)).toMatchObject({ outcome: 'failed', failure });
    expect(imageOf(world)).toBeUndefined();
  });

  it('are removed when the attempt is to stop, and nothing is applied', async () => {
    const { world, request } = await begun({ text });
    expect(await world.executor().cancel(request)).toMatchObject({ kind: 'accepted' });
    expect(await world.state(request)).toMatchObject({ outcome: 'aborted' });
    expect([jobs(world), imageOf(world)]).toEqual([[], undefined]);
  });

  it('must be gone before the next step: their pods must not run beside it', async () => {
    const { world, request } = await begun({ text });
    const asked: unknown[] = [];
    // Its pods take their time.
    world.objects.remove = async ({ kind, name }, _, options) => {
      asked.push(options);
      world.change(kind, name, ({ metadata }) =>
        Object.assign(metadata, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      );
      return { kind: 'deleted' };
    };
    await world.executor().cancel(request);
    const [name = ''] = jobs(world);
    const leaving = { phase: 'running', raw: `waits until Job shop/${name} is gone` };
    expect([await world.state(request), await world.state(request)]).toEqual([leaving, leaving]);
    expect(asked).toEqual([{ foreground: true }]);
    world.store.remove(world.find('Job', name)!);
    expect(await world.state(request)).toMatchObject({ outcome: 'aborted' });
  });

  it('of long names that start alike are two, and both run', async () => {
    const long = 'migrate-the-database-of-the-shop-and-of-us-all';
    const two = all(hook(`${long}-1`, 'before'), hook(`${long}-2`, 'before'), web);
    const { world, request } = await begun({ text: two });
    end(world, 'migrate', 'Complete');
    expect(await world.state(request)).toMatchObject({
      phase: 'running',
      raw: expect.stringContaining('runs the hook'),
    });
    expect(jobs(world)).toHaveLength(2);
    for (const name of jobs(world)) expect(name).toMatch(/^[a-z0-9-]{1,43}(?<!-)-[0-9a-f]{8}$/);
  });

  it('do not run where the server refuses an object', async () => {
    const { world, started } = await begun({
      text: all(hook('migrate', 'before'), web, configMap('x', '1', ', nickname: z')),
    });
    expect(started).toMatchObject({ kind: 'rejected', reason: 'ObjectsRefused' });
    expect(jobs(world)).toEqual([]);
  });
});

describe('a cluster that is down', () => {
  it('before any change, is a start that did not happen', async () => {
    const world = new KubernetesWorld();
    world.fate = () => 'away';
    const start = world.executor().start(world.request({ text: web }), 0);
    await expect(start).rejects.toMatchObject({ name: 'ExecutorUnavailable' });
    expect(world.writes).toEqual([]);
  });

  it('after that, leaves open what was done, and the next look goes on', async () => {
    const world = new KubernetesWorld();
    world.fate = ({ isWrite, path }) => (isWrite && path.includes('deployments') ? 'lost' : undefined);
    const { started, request } = await begun({ text: both }, world);
    expect(started).toMatchObject({ kind: 'unknown' });
    expect(await world.look(request)).toMatchObject({ kind: 'unread' });
    world.fate = () => undefined;
    expect(await world.state(request)).toMatchObject({ outcome: 'succeeded' });
  });
});

describe('a webhook that does not answer', () => {
  const message =
    'Internal error occurred: failed calling webhook "policy.example": failed to call webhook: Post "https://policy.ns.svc:443/": dial tcp: connect: connection refused';
  const unasked = {
    status: 500,
    body: JSON.stringify({ kind: 'Status', code: 500, reason: 'InternalError', message }),
  };
  const isAsked = (path: string, part: string): boolean => path.includes(part);

  it('refuses nothing: the same start may succeed later', async () => {
    const world = new KubernetesWorld();
    world.fate = ({ path, method }) => (method === 'PATCH' && isAsked(path, 'configmaps') ? unasked : undefined);
    const { started, request } = await begun({ text: both }, world);
    expect(started).toMatchObject({
      ...{ kind: 'rejected', retryable: true, reason: 'WebhookUnavailable' },
      message: expect.stringMatching(/ConfigMap shop\/settings: .*failed calling webhook "policy\.example"/),
    });
    expect(world.writes).toEqual([]);
    world.fate = () => undefined;
    expect(await world.executor().start(request, 0)).toMatchObject({ kind: 'started' });
  });

  it('is no reason to try again where another object is refused', async () => {
    const world = new KubernetesWorld();
    world.fate = ({ path, method }) => (method === 'PATCH' && isAsked(path, 'configmaps') ? unasked : undefined);
    const { started } = await begun({ text: all(deployment('web', { spec: 'replicaz: 1' }), configMap('a')) }, world);
    expect(started).toMatchObject({ kind: 'rejected', retryable: false, reason: 'ObjectsRefused' });
  });

  it('fails an attempt that has begun, which is tried again', async () => {
    const world = new KubernetesWorld();
    world.fate = ({ path, isWrite }) => (isWrite && isAsked(path, 'deployments') ? unasked : undefined);
    const { started, request } = await begun({ text: both }, world);
    expect(started).toMatchObject({ kind: 'started' });
    const failure = { reason: 'WebhookUnavailable', retryable: true, touched: true };
    expect(await world.state(request)).toMatchObject({ outcome: 'failed', failure });
  });

  it.each(['delete', 'scale'] as const)('fails a %s, which is tried again', async (action) => {
    const world = new KubernetesWorld();
    await begun({ text: web }, world);
    world.now += 1;
    world.fate = ({ method }) => (method === 'PATCH' || method === 'DELETE' ? unasked : undefined);
    const deployment = action === 'scale' ? { action, replicas: 3 } : { action };
    const { request } = await begun({ batch: 'B2', version: '', deployment }, world);
    const failure = { reason: 'WebhookUnavailable', retryable: true };
    expect(await world.state(request)).toMatchObject({ outcome: 'failed', failure });
  });
});

describe('what was there before', () => {
  const original = {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', labels: { team: 'a' } } },
    spec: {
      ...{ replicas: 4, selector: { matchLabels: { app: 'web' } } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'app', image: 'registry.example/web:0.9', env: [{ name: 'A', value: 'old' }] }] },
      },
    },
  };

  it('is restored as far as it was changed, and new objects are removed', async () => {
    const world = new KubernetesWorld();
    world.others('kubectl', original);
    const env = '{name: A, value: new}, {name: B, value: added}';
    const text = deployment('web', { spec: 'replicas: 1', env });
    const { started } = await begun({ text, settings: { take_over: 'all' } }, world);
    expect(started.kind).toBe('started');
    expect(replicasOf(world)).toBe(1);
    world.now += 1;
    const before = { batch_id: 'B1', index: 0 };
    const restore = world.request({ attempt: 'restore', version: '0.9', settings: { before, take_over: 'all' } });
    await world.executor().start(restore, 0);
    expect(await world.state(restore)).toMatchObject({ outcome: 'succeeded' });
    expect(world.find('Deployment', 'web')).toMatchObject({
      metadata: { labels: { team: 'a' } },
      spec: original.spec,
    });
  });

  it('is kept once for a batch, and no Secret is in it', async () => {
    const world = new KubernetesWorld();
    world.others('kubectl', original);
    world.others('kubectl', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      stringData: { a: 'hush' },
    } as never);
    const text = all(
      deployment('web', { env: '{name: A, value: new}' }),
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n',
    );
    await begun({ text, settings: { take_over: 'all' } }, world);
    world.now += 1;
    await begun({ attempt: 2, text, settings: { take_over: 'all' } }, world);
    const kept = world.documents.texts.get(documentPaths.before('B1', 0));
    expect(kept).toContain('registry.example/web:0.9');
    expect(kept).not.toContain('Secret');
  });
});
