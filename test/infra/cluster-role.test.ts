import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { verifiableKinds } from '../../lib/domain/catalogue/catalogue.ts';
import type { Workload } from '../../lib/domain/plan/plan.ts';
import { clusterGroup } from '../../lib/infra/next-steps.ts';
import { root } from './project.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Objects of these names alone. */
  readonly resourceNames?: readonly string[];
}

interface Binding {
  readonly roleRef: { readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string }[];
}

const [role, binding] = parseAllDocuments(readFileSync(join(root, 'examples/cluster-role.yaml'), 'utf8')).map(
  (document) => document.toJS() as { readonly metadata: { readonly name: string }; readonly rules: readonly Rule[] },
);

const granted = (role?.rules ?? []).flatMap(({ apiGroups, resources, verbs, resourceNames = [''] }) =>
  apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) => resourceNames.map((name) => `${verb} ${group}/${resource} ${name}`.trim())),
    ),
  ),
);

/** What RBAC would be asked for a request: a name behind the resource makes a `get` of a `list`. */
const rightFor = (method: string, path: string): string => {
  const own = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(path);
  if (own !== null) return `get /namespaces ${own[1]}`;
  const pattern = /^\/api(?:s\/([^/]+))?\/v1\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?/;
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

it('gives what the functions ask a cluster for, and nothing else', async () => {
  const access = await kubeConfigFrom({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const cluster = new KubernetesCluster('eu-1', access);
  const workloads = verifiableKinds.map((kind): Workload => ({ kind, namespace: 'risk', name: 'limit-check' }));
  await cluster.read(workloads);
  await cluster.logs('risk', 'limit-check-1', 'app', 10);
  await cluster.identify();
  await cluster.probe({ path: '/ready', port: 8080, workload: workloads[0]!, timeoutMilliseconds: 600_000 });
  expect([...granted].sort()).toEqual([...new Set(asked)].sort());
});

it('gives it to the group that the access entries name', () => {
  const { roleRef, subjects } = binding as unknown as Binding;
  expect(roleRef.name).toBe(role?.metadata.name);
  expect(subjects).toMatchObject([{ kind: 'Group', name: clusterGroup }]);
});
