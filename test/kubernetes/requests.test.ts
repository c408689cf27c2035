import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/local/load-configuration.ts';
import { type Runtime, startRuntime } from '../../lib/local/runtime.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import { type Kube, KubeClient } from '../cluster/kube-client.ts';
import { metadata, wanted } from '../usecases/requests/request-world.ts';

/** Requests, from their POST to what stands in a simulated cluster. */

const folder = mkdtempSync(join(tmpdir(), 'flotilla-requests-'));
let cluster: SimulatedCluster;
let client: KubeClient;
let runtime: Runtime;

beforeAll(async () => {
  cluster = await startSimulatedCluster({ tickMilliseconds: 5, podStartMilliseconds: 5 });
  client = new KubeClient({ url: cluster.url });
  const file = join(folder, 'flotilla.config.yaml');
  writeFileSync(file, 'clusters: { kube: { simulated: true } }\nenvironments: { dev: {} }\n');
  runtime = await startRuntime({
    port: 0,
    data: join(folder, 'data'),
    configuration: loadConfiguration({ file, directory: folder, env: {} }).configuration,
    simulators: { clusters: { kube: cluster.url } },
    pace: { pollExecutor: 50, pollCluster: 50 },
  });
});

afterAll(async () => {
  await runtime.close();
  client.close();
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

const requests = '/api/v1/deployments/requests';

const ask = async (method: string, path: string, id?: string, body?: object): Promise<Kube> => {
  const headers = { 'content-type': 'application/json', ...(id === undefined ? {} : { 'x-request-id': id }) };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(`${runtime.url}${path}`, init);
  return { code: answer.status, ...((await answer.json()) as object) };
};

const standing = (path: string): Promise<Kube | undefined> => client.get(path).catch(() => undefined);

test('a deployment is made in a namespace that was not there, changed, and deleted', async () => {
  const body = { ...wanted, image: 'registry.test/web:1.0' };
  const made = await ask('POST', `${requests}/create?wait=30`, 'r-1', body);
  expect([made.code, made.data.status, made.data.failure_reason]).toEqual([201, 'SUCCESS', null]);
  const { identifier } = made.data;
  const object = `/apis/apps/v1/namespaces/team-a/deployments/${identifier}`;
  const page = `/api/v1/namespaces/team-a/configmaps/${identifier}-html`;
  expect((await standing(object))?.spec).toMatchObject({
    replicas: 2,
    template: { spec: { containers: [{ name: 'app' }] } },
  });
  expect((await standing(page))?.data).toEqual({ 'index.html': metadata.doc_html });
  expect((await ask('GET', `/api/v1/deployments/${identifier}`)).data).toMatchObject({
    ...{ status: 'CREATED', resource_version: '1' },
    object: { metadata: { labels: { identifier, 'request-id': 'r-1', 'managed-by': 'flotilla' } } },
  });

  // Another one shares the namespace.
  const [changed, other] = await Promise.all([
    ask('PATCH', `${requests}/${identifier}?wait=30`, 'r-2', { metadata: { replica_count: 3, doc_html: 'new' } }),
    ask('POST', `${requests}/create?wait=30`, 'r-3', { ...body, name: 'other' }),
  ]);
  expect([changed.code, changed.data.status, changed.data.failure_reason]).toEqual([200, 'SUCCESS', null]);
  expect((await standing(object))?.spec.replicas).toBe(3);
  expect((await standing(page))?.data).toEqual({ 'index.html': 'new' });

  expect([other.code, other.data.failure_reason]).toEqual([201, null]);

  const deleted = await ask('DELETE', `${requests}/${identifier}?wait=30`, 'r-4');
  expect([deleted.code, deleted.data.status, deleted.data.failure_reason]).toEqual([200, 'SUCCESS', null]);
  expect([await standing(object), await standing(page)]).toEqual([undefined, undefined]);
  expect((await ask('GET', `/api/v1/deployments/${identifier}`)).data).toMatchObject({
    status: 'DELETED',
    object: null,
  });
  expect((await ask('GET', '/api/v1/deployments')).data).toMatchObject([{ status: 'CREATED' }, { status: 'DELETED' }]);
});
