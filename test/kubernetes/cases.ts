import type { Kube, KubeClient } from '../cluster/kube-client.ts';
import { all, autoscaler, configMap, deployment, hook } from '../executors/kubernetes-texts.ts';

/**
 * Batches without Harness, from submission to the cluster's final state. They run on the simulated cluster and on a
 * real API server.
 */

export interface DeployStage {
  readonly namespace: string;
  readonly client: KubeClient;
  /** Deploys one service, and waits for its end; `isOpen`: where fields may be taken over. */
  deploy(item: object, isOpen?: boolean): Promise<Kube>;
  /** Rolls that back, and waits for its end. */
  undo(deployed: Kube): Promise<Kube>;
  /** An answer of the API; with a body it is a POST. */
  asked(path: string, sent?: object): Promise<Kube>;
  /** A deployment request, by method, path, id and body. */
  requested(method: string, path: string, id?: string, sent?: object): Promise<Kube>;
  /** Somebody else applies, by another field manager. */
  apply(manager: string, object: Kube): Promise<void>;
  /** Waits until that runs. */
  runs(name: string): Promise<void>;
}

export interface DeployCase {
  /** Also of its namespace. */
  readonly name: string;
  readonly expected: unknown;
  readonly run: (stage: DeployStage) => Promise<unknown>;
}

export const configuration = (
  namespaces: readonly string[],
  cluster: object,
  services: readonly string[] = [],
  stepping: object = {},
): object => ({
  clusters: { kube: cluster },
  infrastructures: {
    ...Object.fromEntries(namespaces.map((namespace) => [namespace, { cluster: 'kube', namespace }])),
    requests: { cluster: 'kube' },
  },
  requests: { environment: 'requests', infrastructure: 'requests' },
  // A target is a service in an environment, so each case has its own.
  environments: {
    ...Object.fromEntries(
      namespaces.flatMap((namespace) => [
        [namespace, {}],
        [`${namespace}-open`, { kubernetes: { take_over: ['kubectl'], cluster_scoped: ['Namespace'] } }],
      ]),
    ),
    requests: { kubernetes: { cluster_scoped: ['Namespace'], rules: { 'image-version': 'error' } } },
  },
  services: {
    shared: {
      web: { name: 'web', kind: 'deployment' },
      ...Object.fromEntries(services.map((name) => [name, { name, kind: 'deployment' }])),
      rolling: { name: 'web', kind: 'rollout', container: 'web' },
      ...Object.fromEntries(
        Object.entries(stepping).map(([name, strategy]) => [
          name,
          { name, kind: 'deployment', kubernetes: { strategy } },
        ]),
      ),
      tidy: { name: 'tidy', kind: 'deployment', kubernetes: { prune: true } },
    },
  },
});

export const usualItem = {
  ...{ pillar: 'shared', service_name: 'web', docker_artifact_type: 'docker' },
  ...{ docker_image_version: '1', metadata: { retry_count: 0, timeout: 60, rollback_strategy: 'automatic' } },
};

const api = (namespace: string, plural: string, name: string): string => {
  const root = plural === 'configmaps' ? '/api/v1' : '/apis/apps/v1';
  return `${root}/namespaces/${namespace}/${plural}/${name}`;
};

const endOf = ({ status, reason }: Kube): string => `${status} / ${reason}`;

/** Image, environment and replicas; undefined when there is none. */
const shownOf = async ({ client, namespace }: DeployStage, name = 'web'): Promise<unknown> => {
  const found = await client.get(api(namespace, 'deployments', name)).catch(() => undefined);
  if (found === undefined) return 'none';
  const [container] = found.spec.template.spec.containers;
  const env = (container.env ?? []).map((one: Kube) => `${one.name}=${one.value}`).join(',');
  return `${container.image.split(':').pop()} ${env} ${found.spec.replicas}`;
};

const isThere = ({ client, namespace }: DeployStage, name: string): Promise<boolean> =>
  client.get(api(namespace, 'configmaps', name)).then(
    () => true,
    () => false,
  );

const web = (value: string, more = ''): string =>
  deployment('web', { spec: more, env: `{name: A, value: "${value}"}` });

const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 };

const theirs = (namespace: string): Kube => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace } },
  spec: {
    ...{ replicas: 3, selector: { matchLabels: { app: 'web' } } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          { name: 'app', image: 'registry.example/web:0', readinessProbe, env: [{ name: 'A', value: 'theirs' }] },
        ],
      },
    },
  },
});

export const deployCases: readonly DeployCase[] = [
  {
    name: 'applied-and-verified',
    expected: ['SUCCESS / Verified', '1 A=1 1', true, 'applied-and-verified/kube/shared/web'],
    run: async (stage) => {
      const view = await stage.deploy({ manifests: all(web('1'), configMap('settings')) });
      const { metadata } = await stage.client.get(api(stage.namespace, 'configmaps', 'settings'));
      return [
        endOf(view),
        await shownOf(stage),
        await isThere(stage, 'settings'),
        metadata.annotations['flotilla.dev/target'],
      ];
    },
  },
  {
    name: 'back-to-its-manifests',
    expected: ['SUCCESS / Verified', 'FAILED / RestoredPreviousRelease', '1 A=1 1'],
    run: async (stage) => {
      const first = await stage.deploy({ manifests: web('1') });
      const second = await stage.deploy({ docker_image_version: '2-missing', manifests: web('2', 'replicas: 2') });
      return [endOf(first), endOf(second), await shownOf(stage)];
    },
  },
  {
    name: 'back-to-what-stood-there',
    expected: ['FAILED / RestoredPreviousRelease', '0 A=theirs 3'],
    run: async (stage) => {
      await stage.apply('kubectl', theirs(stage.namespace));
      await stage.runs('web');
      const item = { docker_image_version: '2-missing', manifests: web('2', 'replicas: 1') };
      const view = await stage.deploy(item, true);
      return [endOf(view), await shownOf(stage)];
    },
  },
  {
    name: 'same-version-other-manifests',
    expected: ['FAILED / RestoredPreviousRelease', '1 A=1 1'],
    run: async (stage) => {
      await stage.deploy({ manifests: web('1') });
      const broken = web('2').replace(
        'containers:',
        'initContainers: [{name: init, image: "registry.example/i:1-missing"}]\n      containers:',
      );
      const view = await stage.deploy({ manifests: broken });
      return [endOf(view), await shownOf(stage)];
    },
  },
  {
    name: 'image-alone',
    expected: ['SUCCESS / Verified', '5 A=theirs 3'],
    run: async (stage) => {
      await stage.apply('kubectl', theirs(stage.namespace));
      await stage.runs('web');
      const view = await stage.deploy({ docker_image_version: '5' }, true);
      return [endOf(view), await shownOf(stage)];
    },
  },
  {
    name: 'image-after-manifests',
    expected: ['SUCCESS / Verified', 'SUCCESS / Verified', '2 A=1 2', 'FAILED / RestoredPreviousRelease', '2 A=1 2'],
    run: async (stage) => {
      const first = await stage.deploy({ manifests: web('1', 'replicas: 2') });
      const second = await stage.deploy({ docker_image_version: '2' });
      const shown = await shownOf(stage);
      const third = await stage.deploy({ docker_image_version: '3-missing' });
      return [endOf(first), endOf(second), shown, endOf(third), await shownOf(stage)];
    },
  },
  {
    name: 'conflict',
    expected: ['FAILED / FieldConflict', true, '0 A=theirs 3', false],
    run: async (stage) => {
      await stage.apply('helm', theirs(stage.namespace));
      await stage.runs('web');
      const view = await stage.deploy({ manifests: all(web('2'), configMap('settings')) });
      const names = /\.spec\.template\.spec\.containers\[name="app"\]\.image is helm's/.test(view.message);
      return [endOf(view), names, await shownOf(stage), await isThere(stage, 'settings')];
    },
  },
  {
    name: 'unknown-field',
    expected: ['FAILED / ObjectsRefused', true, 'none'],
    run: async (stage) => {
      const view = await stage.deploy({ manifests: web('1', 'replicaz: 2') });
      return [endOf(view), /replicaz: field not declared in schema/.test(view.message), await shownOf(stage)];
    },
  },
  {
    name: 'hooks',
    expected: ['SUCCESS / Verified', '1 A=1 1', 2],
    run: async (stage) => {
      const view = await stage.deploy({ manifests: all(hook('migrate', 'before'), web('1'), hook('smoke', 'after')) });
      const jobs = await stage.client.get(`/apis/batch/v1/namespaces/${stage.namespace}/jobs`);
      return [endOf(view), await shownOf(stage), jobs.items.length];
    },
  },
  {
    name: 'hook-fails-before',
    expected: ['FAILED / HookFailed', 'none'],
    run: async (stage) => {
      const failing = hook('migrate', 'before')
        .replace(':1', ':1-crash')
        .replace('template:', 'backoffLimit: 0\n  template:');
      const view = await stage.deploy({ manifests: all(failing, web('1')) });
      return [endOf(view), await shownOf(stage)];
    },
  },
  {
    name: 'hook-fails-after',
    expected: ['FAILED / RestoredPreviousRelease', '1 A=1 1'],
    run: async (stage) => {
      await stage.deploy({ manifests: web('1') });
      const failing = hook('smoke', 'after')
        .replace(':1', ':1-crash')
        .replace('template:', 'backoffLimit: 0\n  template:');
      const view = await stage.deploy({ docker_image_version: '2', manifests: all(web('2'), failing) });
      return [endOf(view), await shownOf(stage)];
    },
  },
  {
    name: 'another-workload',
    expected: ['SUCCESS / Verified', '1  1', 'FAILED / RestoredPreviousRelease', '1  1', '1 A=1 1'],
    run: async (stage) => {
      const worker = (tag: string): string => deployment('worker', { image: `registry.example/worker:${tag}` });
      const first = await stage.deploy({ manifests: all(web('1'), worker('1')) });
      const before = await shownOf(stage, 'worker');
      const second = await stage.deploy({ docker_image_version: '2', manifests: all(web('2'), worker('2-missing')) });
      return [endOf(first), before, endOf(second), await shownOf(stage, 'worker'), await shownOf(stage)];
    },
  },
  {
    name: 'what-is-left',
    expected: ['SUCCESS / Verified', true, true, 'SUCCESS / Verified', false],
    run: async (stage) => {
      await stage.deploy({ manifests: all(web('1'), configMap('old')) });
      const told = await stage.deploy({ docker_image_version: '2', manifests: web('2') });
      const isLeft = await isThere(stage, 'old');
      const isTold = told.warnings.some((one: string) => one.includes(`ConfigMap ${stage.namespace}/old`));
      return [endOf(told), isTold, isLeft, ...(await pruned(stage))];
    },
  },
  {
    name: 'replicas-of-an-autoscaler',
    expected: ['SUCCESS / Verified', '2 A=2 4'],
    run: async (stage) => {
      const text = (value: string): string => all(web(value, 'replicas: 2'), autoscaler('web'));
      await stage.deploy({ manifests: text('1') });
      // As an autoscaler does: under its own name, without asking.
      const { client, namespace } = stage;
      await client.patch(`${api(namespace, 'deployments', 'web')}?fieldManager=kube-hpa`, { spec: { replicas: 4 } });
      await stage.runs('web');
      const view = await stage.deploy({ docker_image_version: '2', manifests: text('2') });
      return [endOf(view), await shownOf(stage)];
    },
  },
  {
    name: 'with-its-namespace',
    expected: ['SUCCESS / Verified', '1 A=1 1'],
    run: async (stage) => {
      const namespace = `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${stage.namespace}-own}\n`;
      const own = { ...stage, namespace: `${stage.namespace}-own` };
      const item = { infrastructure_id: own.namespace, manifests: all(web('1'), namespace) };
      const view = await stage.deploy(item, true);
      return [endOf(view), await shownOf(own)];
    },
  },
];

/** Nothing is deployed: the workload is deleted, or gets other replicas. */
const acts = (stage: DeployStage, action: object): Promise<Kube> =>
  stage.deploy({ docker_image_version: undefined, docker_artifact_type: undefined, ...action });

export const actionCases: readonly DeployCase[] = [
  {
    name: 'deleted-release',
    expected: ['SUCCESS / Deleted', 'none', false, 'SUCCESS / AlreadyGone', 'SUCCESS / Verified', '2 A=2 1'],
    run: async (stage) => {
      await stage.deploy({ manifests: all(web('1'), configMap('settings')) });
      const gone = await acts(stage, { action: 'delete' });
      const left = [await shownOf(stage), await isThere(stage, 'settings')];
      const again = await acts(stage, { action: 'delete' });
      const anew = await stage.deploy({ docker_image_version: '2', manifests: web('2') });
      return [endOf(gone), ...left, endOf(again), endOf(anew), await shownOf(stage)];
    },
  },
  {
    name: 'deleted-and-back',
    expected: ['SUCCESS / Deleted', 'none', 'SUCCESS / Verified', '1 A=1 2', true, 'SUCCESS / Deleted', 'none'],
    run: async (stage) => {
      await stage.deploy({ manifests: all(web('1', 'replicas: 2'), configMap('settings')) });
      const gone = await acts(stage, { action: 'delete' });
      const left = await shownOf(stage);
      const back = await stage.undo(gone);
      const there = [await shownOf(stage), await isThere(stage, 'settings')];
      const again = await stage.undo(back);
      return [endOf(gone), left, endOf(back), ...there, endOf(again), await shownOf(stage)];
    },
  },
  {
    name: 'deleted-and-back-as-scaled',
    expected: ['SUCCESS / Verified', '1 A=1 3', 'SUCCESS / Verified', '2 A=2 3', 'SUCCESS / Verified', '3 A=3 2'],
    run: async (stage) => {
      await stage.deploy({ manifests: web('1', 'replicas: 2') });
      await acts(stage, { action: 'scale', replicas: 3 });
      const back = await stage.undo(await acts(stage, { action: 'delete' }));
      const there = await shownOf(stage);
      // Without a number they stay, as after any scale; a deploy with a number sets them.
      const next = await stage.deploy({ docker_image_version: '2', manifests: web('2') });
      const second = await shownOf(stage);
      const last = await stage.deploy({ docker_image_version: '3', manifests: web('3', 'replicas: 2') });
      return [endOf(back), there, endOf(next), second, endOf(last), await shownOf(stage)];
    },
  },
  {
    name: 'deleted-without-manifests',
    expected: ['SUCCESS / Deleted', 'none', 'SUCCESS / Verified', '0 A=theirs 3'],
    run: async (stage) => {
      await stage.apply('kubectl', theirs(stage.namespace));
      await stage.runs('web');
      const gone = await acts(stage, { action: 'delete' });
      const left = await shownOf(stage);
      const back = await stage.undo(gone);
      return [endOf(gone), left, endOf(back), await shownOf(stage)];
    },
  },
  {
    name: 'scaled',
    expected: [
      ...['SUCCESS / Scaled', '1 A=1 3', 'SUCCESS / Verified', '2 A=2 2'],
      ...['SUCCESS / Scaled', '2 A=2 0', 'SUCCESS / Scaled', '2 A=2 2', 'SUCCESS / Verified', '3 A=3 2'],
    ],
    run: async (stage) => {
      await stage.deploy({ manifests: web('1', 'replicas: 2') });
      const scaled = await acts(stage, { action: 'scale', replicas: 3 });
      const first = await shownOf(stage);
      const next = await stage.deploy({ docker_image_version: '2', manifests: web('2', 'replicas: 2') });
      const second = await shownOf(stage);
      const stopped = await acts(stage, { action: 'scale', replicas: 0 });
      const none = await shownOf(stage);
      const back = await stage.undo(stopped);
      const third = await shownOf(stage);
      // Without a number the one that was set stays.
      const last = await stage.deploy({ docker_image_version: '3', manifests: web('3') });
      const all = [scaled, first, next, second, stopped, none, back, third, last, await shownOf(stage)];
      return all.map((one) => (typeof one === 'string' ? one : endOf(one as Kube)));
    },
  },
  {
    name: 'scaled-where-it-is-autoscaled',
    expected: ['FAILED / ScaledByAutoscaler', true],
    run: async (stage) => {
      await stage.deploy({ manifests: all(web('1', 'replicas: 2'), autoscaler('web')) });
      const view = await acts(stage, { action: 'scale', replicas: 5 });
      return [endOf(view), view.message.includes('HorizontalPodAutoscaler web')];
    },
  },
];

/** A service that says so: another target, for which nothing of the first is left to prune. */
const pruned = async (stage: DeployStage): Promise<readonly unknown[]> => {
  const rename = (text: string): string => text.replaceAll('web', 'tidy');
  const item = { service_name: 'tidy' };
  await stage.deploy({ ...item, manifests: all(rename(web('1')), configMap('gone')) });
  const view = await stage.deploy({ ...item, docker_image_version: '2', manifests: rename(web('2')) });
  return [endOf(view), await isThere(stage, 'gone')];
};
