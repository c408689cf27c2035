import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { type Catalogue, type ServiceEntry, verifiableKinds } from '../../lib/domain/catalogue/catalogue.ts';
import { clusterGroup, logsGroup } from '../../lib/domain/catalogue/cluster-group.ts';
import { commonRules, wantedRules } from '../../lib/domain/catalogue/cluster-rights.ts';
import { clusterRole, logsRole, namespacesOf } from '../../lib/domain/catalogue/cluster-role.ts';
import type { Workload } from '../../lib/domain/plan/plan.ts';
import { loadConfiguration } from '../../lib/local/load-configuration.ts';
import { run } from '../cli/cli-world.ts';
import { root } from './project.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Objects of these names only. */
  readonly resourceNames?: readonly string[];
}

interface RbacObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string }[];
}

const example = readFileSync(join(root, 'examples/cluster-role.yaml'), 'utf8');
const objects = parseAllDocuments(example).map((document) => document.toJS() as RbacObject);
const { catalogue } = loadConfiguration({
  ...{ file: 'examples/flotilla.config.yaml', directory: root, env: { HOME: '/home' }, secrets: 'later' },
}).configuration;

const grantedBy = (all: readonly RbacObject[]): readonly string[] =>
  all
    .flatMap(({ rules = [] }) => rules)
    .flatMap(({ apiGroups, resources, verbs, resourceNames = [''] }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb) => resourceNames.map((name) => `${verb} ${group}/${resource} ${name}`.trim())),
        ),
      ),
    );

/** What RBAC checks for a request: with a name, a `list` counts as a `get`. */
const rightFor = (method: string, path: string): string => {
  const own = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(path);
  if (own !== null) return `get /namespaces ${own[1]}`;
  const pattern = /^\/api(?:s\/([^/]+))?\/v1\w*\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?/;
  const [, group = '', resource = '', name, part] = pattern.exec(path) ?? [];
  const verb = method !== 'GET' ? method : name === undefined ? 'list' : 'get';
  return `${verb} ${group}/${resource}${part === undefined ? '' : `/${part}`}`;
};

const asked: string[] = [];
const server = createServer({ keepAliveTimeout: 600_000 }, ({ method = '', url = '' }, response) => {
  asked.push(rightFor(method, url.split('?')[0] ?? ''));
  response.end('{"items":[]}');
});
beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
afterAll(() => server.closeAllConnections());

const resource = { api_version: 'example.com/v1', plural: 'widgets' };

it('grants what the functions ask a cluster for, and nothing else', async () => {
  const access = await kubeConfigFrom({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const cluster = new KubernetesCluster('eu-1', access);
  const workloads = verifiableKinds.map(
    (kind): Workload => ({ kind, namespace: 'risk', name: 'limit-check', ...(kind === 'custom' && { resource }) }),
  );
  await cluster.read(workloads);
  await cluster.logs('risk', 'limit-check-1', 'app', 10);
  await cluster.identify();
  await cluster.probe({ path: '/ready', port: 8080, workload: workloads[0]!, timeoutMilliseconds: 600_000 });
  const listed = [...new Set([...asked, 'list /events'])];
  // What the mirror lists it also watches.
  const watched = listed.filter((one) => one.startsWith('list ')).map((one) => one.replace('list', 'watch'));
  const services = {
    risk: Object.fromEntries(
      verifiableKinds.map((kind) => [kind, { kind, name: kind, ...(kind === 'custom' && { resource }) }]),
    ),
  };
  const granted = grantedBy(clusterRole([], wantedRules({ services })) as unknown as readonly RbacObject[]);
  expect([...granted].sort()).toEqual([...listed, ...watched].sort());
});

it('grants log readers what they need, and nothing else', async () => {
  const access = await kubeConfigFrom({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const cluster = new KubernetesCluster('eu-1', access);
  asked.length = 0;
  const kinds = verifiableKinds.filter((kind) => kind !== 'custom' && wantedRules({}).length > 0);
  await cluster.read(kinds.map((kind): Workload => ({ kind, namespace: 'risk', name: 'limit-check' })));
  await cluster.readLog({
    ...{ namespace: 'risk', pod: 'p', container: 'c' },
    previous: false,
    lines: 1,
    bytes: 1_000,
  });
  const services = { risk: Object.fromEntries(kinds.map((kind) => [kind, { kind, name: kind, unblock: true }])) };
  const granted = grantedBy(logsRole([], wantedRules({ services })) as unknown as readonly RbacObject[]);
  expect([...granted].sort()).toEqual([...new Set(asked)].sort());
});

it('lets pods be deleted only where a service says so', () => {
  const given = (unblock: boolean) =>
    wantedRules({ services: { risk: { a: { kind: 'statefulset', name: 'a', unblock } } } });
  expect(given(false)).toEqual(commonRules);
  expect(given(true)).toEqual([...commonRules, { group: '', resources: ['pods'], verbs: ['delete'] }]);
});

const place = { cluster: 'eu', namespace: 'of-place' };
const service = (namespace?: string): ServiceEntry => ({
  ...{ kind: 'deployment', name: 'a' },
  ...(namespace === undefined ? {} : { namespace }),
});

const boundIn = (all: readonly RbacObject[], role: string): readonly (string | undefined)[] =>
  all.filter(({ roleRef }) => roleRef?.name === role).map(({ kind, metadata }) => metadata.namespace ?? kind);

it("matches what the program prints for the example: bound in its services' namespaces, for the group of the access entries", async () => {
  const namespaces = namespacesOf(catalogue, 'eu-1');
  expect(objects).toEqual([...clusterRole(namespaces), ...logsRole(namespaces)]);
  const printed = await run(['cluster-role', 'eu-1', '--config', 'examples/flotilla.config.yaml'], {
    ...{ directory: root, env: { HOME: '/home' } },
  });
  expect([printed.status, example.endsWith(`\n${printed.out.join('\n')}\n`)]).toEqual([0, true]);
  expect(boundIn(objects, clusterGroup)).toEqual(['clearing', 'data', 'risk', 'shared']);
  expect(boundIn(objects, `${clusterGroup}-identity`)).toEqual(['ClusterRoleBinding']);
  expect(boundIn(objects, logsGroup)).toEqual(['clearing', 'data', 'risk', 'shared']);
  for (const { roleRef, subjects } of objects.filter((one) => one.roleRef !== undefined)) {
    expect(roleRef?.kind).toBe('ClusterRole');
    const name = roleRef?.name === logsGroup ? logsGroup : clusterGroup;
    expect(subjects).toMatchObject([{ kind: 'Group', name }]);
  }
});

it('is cluster-wide only on request', async () => {
  const asked = ['cluster-role', 'eu-1', '--config', 'examples/flotilla.config.yaml', '--all-namespaces', '--json'];
  const { out } = await run(asked, { directory: root, env: { HOME: '/home' } });
  const { kind, items } = JSON.parse(out[0]!) as { readonly kind: string; readonly items: readonly RbacObject[] };
  expect([kind, boundIn(items, clusterGroup), boundIn(items, logsGroup)]).toEqual([
    ...['List', ['ClusterRoleBinding'], ['ClusterRoleBinding']],
  ]);
});

it.each([
  ['rehearsal', 'Cluster rehearsal is simulated: it asks for no role.'],
  ['mars', 'There is no cluster mars; the configuration has eu-1, us-1, rehearsal.'],
])('is not made for %s: 2', async (cluster, told) => {
  const argv = ['cluster-role', cluster, '--config', 'examples/flotilla.config.yaml'];
  const { status, error } = await run(argv, { directory: root, env: { HOME: '/home' } });
  expect([status, error.at(-1)]).toEqual([2, told]);
});

it.each<[string, Partial<Catalogue>, readonly string[]]>([
  ['a namespace of the service', { services: { risk: { a: service('own') } } }, ['own']],
  [
    'the namespace of an infrastructure',
    { services: { risk: { a: service() } }, infrastructures: { i: place } },
    ['default', 'of-place'],
  ],
  ['the namespaces of every service', { infrastructures: { i: place } }, ['default', 'of-place']],
  ['no namespace of a pillar without services', { services: { data: { a: service('data') } } }, []],
  ['no namespace of another cluster', { infrastructures: { i: { cluster: 'us', namespace: 'us-only' } } }, ['default']],
])('knows the namespaces of a cluster: %s', (_, change, wanted) => {
  const bare = {
    simulated: false,
    pillars: { risk: {} },
    clusters: { eu: { simulated: false }, us: { simulated: false } },
  };
  const harness = { simulated: false, account: 'a' };
  expect(namespacesOf({ ...bare, infrastructures: {}, harness, ...change }, 'eu')).toEqual(wanted);
});
