import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubeConfigFrom } from '../../../lib/adapters/cluster.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../../lib/simulators/cluster/simulated-cluster.ts';

/** The Kubernetes API as clients see it. */

let simulated: SimulatedCluster;
const apps = '/apis/apps/v1/namespaces/shared/deployments';

beforeAll(async () => {
  simulated = await startSimulatedCluster({
    tickMilliseconds: 10,
    podStartMilliseconds: 30,
    seed: ['app', 'other'].map((name) => ({ name, namespace: 'shared', image: `reg.local/${name}:1`, replicas: 2 })),
  });
});

afterAll(() => simulated.close());

async function call(method: string, path: string, body?: unknown, contentType = 'application/json') {
  const response = await fetch(`${simulated.url}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': contentType } }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text.startsWith('{') ? JSON.parse(text) : undefined,
  };
}

const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const jsonPatch = 'application/json-patch+json';
const apply = 'application/apply-patch+yaml';

const manifest = (name: string, image = 'reg.local/x:1') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image }] } },
  },
});

describe('every answer', () => {
  it.each(['/version', '/apis/apps/v1', apps, '/no/such/path', '/simulator/none'])(
    'of %s says that it is simulated',
    async (path) => {
      expect((await call('GET', path)).headers.get('x-simulated')).toBe('true');
    },
  );

  it('names a version that nobody takes for a real one', async () => {
    expect((await call('GET', '/version')).json.gitVersion).toBe('v1.36.0-simulated');
  });

  it.each([
    { method: 'GET', path: `${apps}/none`, status: 404, reason: 'NotFound' },
    { method: 'GET', path: '/apis/apps/v2/deployments', status: 404, reason: 'NotFound' },
    { method: 'GET', path: '/apis/apps/v1/namespaces/shared/widgets', status: 404, reason: 'NotFound' },
    { method: 'POST', path: apps, body: manifest('app'), status: 409, reason: 'AlreadyExists' },
    { method: 'POST', path: apps, body: { metadata: {} }, status: 400, reason: 'BadRequest' },
    { method: 'POST', path: apps, body: { ...manifest('bad'), spec: {} }, status: 422, reason: 'Invalid' },
    {
      method: 'PUT',
      path: `${apps}/app`,
      body: { ...manifest('app'), metadata: { name: 'app', resourceVersion: '1' } },
      status: 409,
      reason: 'Conflict',
    },
    {
      method: 'PATCH',
      path: `${apps}/app`,
      body: { spec: { selector: { matchLabels: { app: 'z' } } } },
      type: merge,
      status: 422,
      reason: 'Invalid',
    },
    {
      method: 'PATCH',
      path: `${apps}/app`,
      body: [{ op: 'test', path: '/metadata/resourceVersion', value: '1' }],
      type: jsonPatch,
      status: 422,
      reason: 'Invalid',
    },
    { method: 'PATCH', path: `${apps}/app`, body: {}, type: 'text/plain', status: 400, reason: 'BadRequest' },
    { method: 'DELETE', path: apps, status: 405, reason: 'MethodNotAllowed' },
    { method: 'POST', path: '/simulator/seed', body: [{ name: 'x' }], status: 400, reason: 'BadRequest' },
  ])('$method $path refused with $status is a Status object', async ({ method, path, body, type, status, reason }) => {
    const answer = await call(method, path, body, type);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ kind: 'Status', status: 'Failure', reason, code: status });
  });
});

describe('writing', () => {
  it('fills in the defaults of the API server', async () => {
    const { json, status } = await call('POST', apps, manifest('defaults'));
    expect(status).toBe(201);
    expect(json.spec).toMatchObject({
      replicas: 1,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    });
    expect(json.metadata).toMatchObject({ generation: 1, uid: expect.any(String), managedFields: [expect.anything()] });
  });

  it('stores nothing of a dry run', async () => {
    const { json, status } = await call('POST', `${apps}?dryRun=All`, manifest('dry'));
    expect(status).toBe(201);
    expect(json.spec.replicas).toBe(1);
    expect((await call('GET', `${apps}/dry`)).status).toBe(404);
  });

  it('raises the generation only for a change of the spec, and the resourceVersion always', async () => {
    const before = (await call('POST', apps, manifest('versions'))).json.metadata;
    const labelled = (await call('PATCH', `${apps}/versions`, { metadata: { labels: { a: 'b' } } }, merge)).json
      .metadata;
    expect(labelled.generation).toBe(before.generation);
    expect(Number(labelled.resourceVersion)).toBeGreaterThan(Number(before.resourceVersion));
    const scaled = (await call('PATCH', `${apps}/versions`, { spec: { replicas: 3 } }, merge)).json.metadata;
    expect(scaled.generation).toBe(before.generation + 1);
  });

  it.each([
    {
      what: 'a strategic merge by container name',
      type: strategic,
      body: { spec: { template: { spec: { containers: [{ name: 'app', image: 'reg.local/x:2' }] } } } },
    },
    {
      what: 'a JSON patch',
      type: jsonPatch,
      body: [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'reg.local/x:2' }],
    },
    {
      what: 'a merge patch',
      type: merge,
      body: { spec: { template: { spec: { containers: [{ name: 'app', image: 'reg.local/x:2', env: [] }] } } } },
    },
    { what: 'server-side apply', type: apply, body: manifest('x', 'reg.local/x:2') },
  ])('understands $what', async ({ body, type }) => {
    const name = `patch-${type.slice(12, 17)}`;
    await call('POST', apps, manifest(name));
    const patched =
      type === apply ? { ...(body as object), metadata: { name }, spec: manifest(name, 'reg.local/x:2').spec } : body;
    const { json, status } = await call('PATCH', `${apps}/${name}?fieldManager=flotilla&force=true`, patched, type);
    expect(status).toBe(200);
    expect(json.spec.template.spec.containers).toEqual([
      expect.objectContaining({ name: 'app', image: 'reg.local/x:2' }),
    ]);
    expect(json.metadata.managedFields).toContainEqual(expect.objectContaining({ manager: 'flotilla' }));
  });

  it('applies a new object', async () => {
    expect(
      (await call('PATCH', `${apps}/applied?fieldManager=flotilla`, manifest('applied'), apply)).json.metadata
        .generation,
    ).toBe(1);
  });

  it('treats a Job’s template as immutable, and removes a Job with its pods', async () => {
    const jobs = '/apis/batch/v1/namespaces/shared/jobs';
    const job = {
      metadata: { name: 'once' },
      spec: { template: { spec: { containers: [{ name: 'app', image: 'reg.local/j:1' }] } } },
    };
    await call('POST', jobs, job);
    const image = { spec: { template: { spec: { containers: [{ name: 'app', image: 'reg.local/j:2' }] } } } };
    expect((await call('PATCH', `${jobs}/once`, image, strategic)).status).toBe(422);
    await expect.poll(async () => (await call('GET', `${jobs}/once`)).json.status?.succeeded).toBe(1);
    await call('DELETE', `${jobs}/once`);
    expect((await call('GET', '/api/v1/namespaces/shared/pods?labelSelector=job-name=once')).json.items).toEqual([]);
  });
});

describe('reading', () => {
  it.each([
    { query: 'labelSelector=app=app', names: 2 },
    { query: 'labelSelector=app%20in%20(app,other)', names: 4 },
    { query: 'labelSelector=app,app!=other,app%20notin%20(nobody)&limit=1', names: 1 },
    { query: 'labelSelector=!app', names: 0 },
    { query: 'fieldSelector=status.phase=Running&labelSelector=app=other', names: 2 },
    { query: 'fieldSelector=metadata.name=none', names: 0 },
  ])('lists pods by $query', async ({ names, query }) => {
    const { items } = (await call('GET', `/api/v1/namespaces/shared/pods?${query}`)).json;
    const seeded = items.filter((pod: { metadata: { labels: { app: string } } }) =>
      ['app', 'other'].includes(pod.metadata.labels.app),
    );
    expect(seeded).toHaveLength(names);
  });

  it('pages', async () => {
    const first = (await call('GET', '/api/v1/namespaces/shared/services?limit=1')).json;
    expect(first.items).toHaveLength(1);
    const second = (await call('GET', `/api/v1/namespaces/shared/services?limit=1&continue=${first.metadata.continue}`))
      .json;
    expect(second.items[0].metadata.name).not.toBe(first.items[0].metadata.name);
  });

  it('answers for logs as a kubelet does', async () => {
    await call('POST', '/simulator/deploy', [
      { kind: 'pod', name: 'noimage', namespace: 'shared', image: 'reg.local/p:1-missing' },
    ]);
    const log = '/api/v1/namespaces/shared/pods/noimage/log';
    await expect
      .poll(async () => (await call('GET', log)).json?.message)
      .toMatch(/waiting to start: (ErrImagePull|ImagePullBackOff)/);
    expect((await call('GET', `${log}?previous=true`)).json.message).toContain('previous terminated container');
  });

  it('keeps Warning events about a pod', async () => {
    const path = '/api/v1/namespaces/shared/events?fieldSelector=involvedObject.name=noimage';
    await expect
      .poll(async () => (await call('GET', path)).json.items.map((one: { reason: string }) => one.reason))
      .toContain('Failed');
  });
});

describe('watching', () => {
  async function watched(
    query: string,
    count: number,
    act: () => Promise<unknown>,
  ): Promise<{ type: string; object: { metadata: { name: string } } }[]> {
    const controller = new AbortController();
    const response = await fetch(`${simulated.url}${apps}?watch=1&${query}`, { signal: controller.signal });
    await act();
    const lines: string[] = [];
    const decoder = new TextDecoder();
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      lines.push(...decoder.decode(chunk).split('\n').filter(Boolean));
      if (lines.length >= count) break;
    }
    controller.abort();
    return lines.map((line) => JSON.parse(line));
  }

  it('begins with the existing objects, then sends each change', async () => {
    const events = await watched('fieldSelector=metadata.name=app', 2, () =>
      call('PATCH', `${apps}/app`, { metadata: { labels: { x: '1' } } }, merge),
    );
    expect(events.map(({ type }) => type).slice(0, 2)).toEqual(['ADDED', 'MODIFIED']);
  });

  it('marks the end of the initial events for clients that list by a watch', async () => {
    const query = 'sendInitialEvents=true&allowWatchBookmarks=true&fieldSelector=metadata.name=app';
    const events = await watched(query, 2, async () => {});
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
    expect(events[1]).toMatchObject({ object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } });
  });

  it('requires a new list after the API server was restarted', async () => {
    const { resourceVersion } = (await call('GET', apps)).json.metadata;
    await call('PATCH', `${apps}/app`, { metadata: { labels: { x: '2' } } }, merge);
    simulated.restartApiServer();
    // The open connections are broken.
    await expect
      .poll(() =>
        call('GET', apps).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
    const [expired] = await watched(`resourceVersion=${resourceVersion}`, 1, async () => {});
    expect(expired).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  });

  it('resumes after a version, and says 410 when that is too long ago', async () => {
    const { resourceVersion } = (await call('GET', apps)).json.metadata;
    await call('DELETE', `${apps}/applied`);
    const [gone] = await watched(
      `resourceVersion=${resourceVersion}&fieldSelector=metadata.name=applied`,
      1,
      async () => {},
    );
    expect(gone?.type).toBe('DELETED');
    for (let change = 0; change < 4_100; change += 1) {
      const [object] = simulated.store.list({
        group: 'apps',
        version: 'v1',
        plural: 'deployments',
        kind: 'Deployment',
        short: [],
        namespaced: true,
        hasGeneration: true,
      });
      if (object !== undefined)
        simulated.store.update(object, ({ metadata }) => {
          metadata.labels = { change: String(change) };
        });
    }
    const [expired] = await watched(`resourceVersion=${resourceVersion}`, 1, async () => {});
    expect(expired).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });
});

describe('the real client', () => {
  it('creates, patches, reads and lists with its typed API', async () => {
    const { config } = await kubeConfigFrom({ server: simulated.url });
    expect(config).toBeInstanceOf(KubeConfig);
    const api = config.makeApiClient(AppsV1Api);
    const place = { namespace: 'shared', name: 'typed' };
    await api.createNamespacedDeployment({ namespace: 'shared', body: manifest('typed') });
    const body = { spec: { template: { spec: { containers: [{ name: 'app', image: 'reg.local/x:5' }] } } } };
    await api.patchNamespacedDeployment(
      { ...place, body },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    );
    const deployment = await api.readNamespacedDeployment(place);
    expect(deployment.spec?.template.spec?.containers[0]?.image).toBe('reg.local/x:5');
    expect(deployment.metadata?.creationTimestamp).toBeInstanceOf(Date);
    const pods = await config.makeApiClient(CoreV1Api).listPodForAllNamespaces({ labelSelector: 'app=other' });
    expect(pods.items).toHaveLength(2);
  });
});

describe('a separate process', () => {
  it('prints its port on one line of JSON, serves its seed and ends on SIGTERM', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flotilla-cluster-'));
    const seed = join(folder, 'seed.json');
    writeFileSync(seed, JSON.stringify([{ name: 'app', namespace: 'risk', image: 'reg.local/app:7' }]));
    const main = new URL('../../../lib/simulators/cluster/main.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [
      main,
      '--port',
      '0',
      '--seed',
      seed,
      '--tick-milliseconds',
      '10',
      '--pod-start-milliseconds',
      '20',
    ]);
    const [line] = await once(createInterface(child.stdout), 'line');
    const ready = JSON.parse(line);
    expect(ready).toEqual({
      simulated: true,
      what: 'cluster',
      port: expect.any(Number),
      url: `http://127.0.0.1:${ready.port}`,
    });
    const response = await fetch(`${ready.url}/apis/apps/v1/namespaces/risk/deployments/app`);
    expect(await response.json()).toMatchObject({ status: { availableReplicas: 1 } });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    rmSync(folder, { recursive: true });
  });
});
