import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import type { Catalogue, ServiceEntry } from '../../lib/domain/catalogue/catalogue.ts';
import { deployerGroup } from '../../lib/domain/catalogue/cluster-group.ts';
import type { RoleRule } from '../../lib/domain/catalogue/cluster-rights.ts';
import {
  clusterScopedRules,
  deployerRules,
  resourceOfKind,
  surveyRules,
  usualKinds,
} from '../../lib/domain/catalogue/deployer-rights.ts';
import { deployerNamespaces, deployerRole } from '../../lib/domain/catalogue/deployer-role.ts';
import type { Workload } from '../../lib/domain/plan/plan.ts';
import { loadConfiguration } from '../../lib/local/load-configuration.ts';
import { run } from '../cli/cli-world.ts';
import { root } from './project.ts';

const rightsOf = (rules: readonly RoleRule[]): readonly string[] =>
  rules.flatMap(({ group, resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
  );

/** By the names of their kinds, as discovery returns them. */
const kinds: Readonly<Record<string, string>> = {
  ...{ configmaps: 'ConfigMap', persistentvolumeclaims: 'PersistentVolumeClaim', serviceaccounts: 'ServiceAccount' },
  ...{ services: 'Service', daemonsets: 'DaemonSet', deployments: 'Deployment', statefulsets: 'StatefulSet' },
  ...{ horizontalpodautoscalers: 'HorizontalPodAutoscaler', cronjobs: 'CronJob', jobs: 'Job', ingresses: 'Ingress' },
  ...{ networkpolicies: 'NetworkPolicy', poddisruptionbudgets: 'PodDisruptionBudget' },
};

const pattern = /^\/api(?:s\/([^/]+))?\/v1\/namespaces\/[^/]+\/([^/?]+)(?:\/([^/?]+))?/;

/** What RBAC checks for a request. Applying a new object also creates it. */
const rightsFor = (method: string, path: string): readonly string[] => {
  const [, group = '', resource = '', name] = pattern.exec(path) ?? [];
  if (resource === '') return []; // discovery, which everybody may read
  const verbs = { GET: [name === undefined ? 'list' : 'get'], PATCH: ['patch', 'create'], DELETE: ['delete'] }[method];
  return (verbs ?? [method]).map((verb) => `${verb} ${group}/${resource}`);
};

const asked = new Set<string>();
const server = createServer({ keepAliveTimeout: 600_000 }, ({ method = '', url = '' }, response) => {
  for (const right of rightsFor(method, url)) asked.add(right);
  const group = /^\/apis?\/((?:[^/]+\/)?v1)$/.exec(url)?.[1]?.replace(/\/?v1$/, '');
  const { resources = [] } = usualKinds.find((one) => one.group === group) ?? {};
  const known = resources.map((name) => ({ name, kind: kinds[name], namespaced: true }));
  const metadata = { name: 'a', namespace: 'risk', uid: 'u', resourceVersion: '1' };
  response.end(JSON.stringify({ kind: 'Any', apiVersion: 'v1', metadata, items: [], resources: known }));
});
beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
afterAll(() => server.closeAllConnections());

it('grants what the executor asks a cluster for, and nothing else; permanent objects are never deleted', async () => {
  const access = await kubeConfigFrom({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const cluster = new KubernetesCluster('eu-1', access);
  const objects = cluster.objects!;
  for (const { group, resources } of usualKinds) {
    for (const resource of resources) {
      const [api_version, kind] = [group === '' ? 'v1' : `${group}/v1`, kinds[resource]!];
      const address = { api_version, kind, namespace: 'risk', name: 'a' };
      await objects.get(address);
      await objects.apply({ apiVersion: api_version, kind, metadata: { namespace: 'risk', name: 'a' } });
      await objects.list({ api_version, kind, namespace: 'risk', labels: { a: 'b' } });
      if (resource !== 'persistentvolumeclaims') await objects.remove(address, 'u');
    }
  }
  const workload = { namespace: 'risk', name: 'a' };
  const looked = (['deployment', 'statefulset', 'daemonset', 'job', 'cronjob'] as const).map(
    (kind): Workload => ({ ...workload, kind }),
  );
  await cluster.read(looked);
  expect([...rightsOf(deployerRules({}))].sort()).toEqual([...asked].sort());
});

it.each(Object.entries(kinds))('guesses the resource name %s from the kind %s', (resource, kind) => {
  expect(resourceOfKind(kind)).toBe(resource);
});

const service = (more: Partial<ServiceEntry>): ServiceEntry => ({ kind: 'deployment', name: 'a', ...more });
const added = (change: Partial<Catalogue>, more: readonly string[] = []): readonly string[] => {
  const usual = new Set(rightsOf(deployerRules({})));
  return rightsOf(deployerRules(change, more)).filter((right) => !usual.has(right) && /^(get|delete) /.test(right));
};

describe('the further rights of the role', () => {
  const manifests = (text: string) => ({ services: { risk: { a: service({ kubernetes: { manifests: { text } } }) } } });
  it.each<[string, Partial<Catalogue>, readonly string[], readonly string[]]>([
    ['nothing', {}, [], []],
    [
      'a kind of the catalogue',
      { services: { risk: { a: service({ kind: 'rollout' }) } } },
      [],
      ['argoproj.io/rollouts'],
    ],
    [
      'a custom one',
      { services: { risk: { a: service({ kind: 'custom', resource: { api_version: 'x.io/v1', plural: 'foos' } }) } } },
      [],
      ['x.io/foos'],
    ],
    [
      'one of its manifests',
      manifests('{apiVersion: x.io/v1, kind: Policy, metadata: {name: a}}'),
      [],
      ['x.io/policies'],
    ],
    ['no kind without a namespace', manifests('{apiVersion: v1, kind: Namespace, metadata: {name: a}}'), [], []],
    ['named resources', {}, ['secrets', 'foos.x.io'], ['/secrets', 'x.io/foos']],
  ])('%s', (_, change, more, wanted) => {
    expect(added(change, more)).toEqual(wanted.flatMap((name) => [`get ${name}`, `delete ${name}`]));
  });

  it('the status of Rollouts, to resume them, when a service is one', () => {
    const of = (kind: ServiceEntry['kind']) =>
      rightsOf(deployerRules({ services: { risk: { a: service({ kind }) } } }));
    const right = 'patch argoproj.io/rollouts/status';
    expect([of('rollout').includes(right), of('deployment').includes(right)]).toEqual([true, false]);
  });

  it('no Secret and no role unless they are named', () => {
    const given = rightsOf(deployerRules({})).join();
    expect(given).not.toMatch(/secrets|roles|rolebindings|nodes|\*/);
  });
});

const policy = (cluster_scoped: readonly string[], namespaces: readonly string[] = []) => ({
  kubernetes: { cluster_scoped, namespaces },
});

it('names kinds without a namespace that a policy allows, if their API is known', () => {
  const { rules, unknown } = clusterScopedRules({
    environments: { a: policy(['ClusterRole', 'Foo']), b: policy(['Namespace', 'ClusterRole']) },
  });
  expect([rightsOf(rules), unknown]).toEqual([
    [
      ...['get', 'list', 'create', 'patch'].map((verb) => `${verb} /namespaces`),
      ...['get', 'list', 'create', 'patch', 'delete'].map((verb) => `${verb} rbac.authorization.k8s.io/clusterroles`),
    ],
    ['Foo'],
  ]);
});

const bare: Catalogue = {
  simulated: false,
  pillars: { risk: {} },
  services: { risk: { a: service({ namespace: 'risk' }) } },
  clusters: { eu: { simulated: false }, us: { simulated: false } },
  infrastructures: {},
};

it.each<[string, Catalogue['environments'], readonly string[]]>([
  ['the namespaces of services', undefined, ['risk']],
  ['those that a policy allows anywhere', { prod: policy([], ['monitoring']) }, ['monitoring', 'risk']],
  [
    'the namespaces of an environment in this cluster',
    { prod: { ...policy([], ['m']), infrastructures: ['eu'] } },
    ['m', 'risk'],
  ],
  ['no namespace of an environment elsewhere', { prod: { ...policy([], ['m']), infrastructures: ['us'] } }, ['risk']],
])('is bound in %s', (_, environments, wanted) => {
  const catalogue = { ...bare, ...(environments === undefined ? {} : { environments }) };
  expect(deployerNamespaces(catalogue, 'eu')).toEqual(wanted);
});

it('holds for its own group, and everywhere only for kinds without a namespace, or on request', () => {
  const bound = (namespaces: readonly string[] | 'all') =>
    deployerRole({ ...bare, environments: { prod: policy(['Namespace']) } }, namespaces)
      .filter(({ roleRef }) => roleRef !== undefined)
      .map(({ kind, metadata, subjects }) => [kind, metadata, (subjects as readonly { name: string }[])[0]?.name]);
  const everywhere = ['ClusterRoleBinding', { name: `${deployerGroup}-cluster` }, deployerGroup];
  expect(bound(['risk'])).toEqual([
    ['RoleBinding', { name: deployerGroup, namespace: 'risk' }, deployerGroup],
    everywhere,
  ]);
  expect(bound('all')).toEqual([['ClusterRoleBinding', { name: deployerGroup }, deployerGroup], everywhere]);
});

const config = ['--config', 'examples/flotilla.config.yaml'];

describe('flotilla cluster-role', () => {
  const given = { directory: root, env: { HOME: '/home' } };
  it('prints it as a list with --json', async () => {
    const argv = ['cluster-role', 'eu-1', ...config, '--executor', 'kubernetes', '--resource', 'secrets', '--json'];
    const { status, out, error } = await run(argv, given);
    const { items } = JSON.parse(out[0]!) as {
      items: readonly { kind: string; rules?: readonly { resources: readonly string[] }[] }[];
    };
    expect([status, items.map(({ kind }) => kind)]).toEqual([0, ['ClusterRole', ...Array(4).fill('RoleBinding')]]);
    expect(items[0]?.rules?.[0]?.resources).toContain('secrets');
    expect(error).toEqual([
      'It holds for the group flotilla-deployer: the user of the executor kubernetes must be in it, and in the group flotilla to look.',
    ]);
  });

  it.each([
    [['--executor', 'argo'], 'There is no executor argo; there are harness, kubernetes.'],
    [['--resource', 'secrets'], '--resource is for what is deployed: it goes with --executor kubernetes.'],
    [
      ['--executor', 'kubernetes', '--resource', 'Secret'],
      'Secret is no resource; kubectl calls one deployments.apps, and a Secret secrets.',
    ],
  ])('refuses %o: 2', async (options, told) => {
    const { status, error } = await run(['cluster-role', 'eu-1', ...config, ...options], given);
    expect([status, error.at(-1)]).toEqual([2, told]);
  });
});

describe('for surveys', () => {
  const { catalogue } = loadConfiguration({
    ...{ file: 'examples/flotilla.config.yaml', directory: root, env: { HOME: '/home' }, secrets: 'later' },
  }).configuration;
  const { harness: _, ...without } = catalogue;
  const lists = [
    'list configmaps, persistentvolumeclaims, serviceaccounts, services',
    'list horizontalpodautoscalers.autoscaling',
    'list ingresses, networkpolicies.networking.k8s.io',
    'list poddisruptionbudgets.policy',
  ];
  it.each([
    ['where nothing is deployed by this executor: nothing more is listed', catalogue, []],
    ['lists what manifests usually contain, and no Secret', without, lists],
  ])('%s', (_, of, expected) => {
    const told = surveyRules(of).map(({ group, resources, verbs }) => {
      const name = resources.join(', ');
      return `${verbs.join(', ')} ${name}${group === '' ? '' : `.${group}`}`;
    });
    expect(told).toEqual(expected);
  });
});
