import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeClusterCommand, EKSClient, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { addressOf } from '../../lib/adapters/cluster-access.ts';
import type { Workload } from '../../lib/domain/plan/plan.ts';
import { stringAt } from '../../lib/domain/rollout/kubernetes-object.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../lib/simulators/cluster/simulated-cluster.ts';
import { type Certificates, makeCertificates } from '../certificates.ts';
import { startTunnel } from './tunnel.ts';

/** No answer takes this many milliseconds, even on a slow machine. */
const patient = 600_000;
const shared = (kind: Workload['kind'], name: string): Workload => ({ kind, name, namespace: 'shared' });

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

const close = (server: Server): Promise<void> => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
};

/** A server that answers as a test says, and records requests. */
async function serving(listener: RequestListener) {
  const asked: IncomingMessage[] = [];
  const server = createServer({ keepAliveTimeout: patient }, (request, response) => {
    asked.push(request);
    listener(request, response);
  });
  const port = await listen(server);
  const cluster = new KubernetesCluster('eu-1', await kubeConfigFrom({ server: `http://127.0.0.1:${port}` }));
  return { asked, cluster, port, server };
}

const status = (code: number, reason: string, message: string) =>
  JSON.stringify({ kind: 'Status', code, reason, message });

describe('against the simulated cluster', () => {
  let simulated: SimulatedCluster;
  let cluster: KubernetesCluster;

  beforeAll(async () => {
    const seed = (['deployment', 'statefulset', 'daemonset', 'job', 'cronjob', 'pod'] as const).map((kind) => ({
      kind,
      name: `${kind}-a`,
      namespace: 'shared',
      image: `reg.local/${kind}:1`,
    }));
    simulated = await startSimulatedCluster({
      tickMilliseconds: 10,
      podStartMilliseconds: 30,
      seed: [
        ...seed,
        { name: 'sick', namespace: 'shared', image: 'reg.local/sick:1-unhealthy' },
        { name: 'loop', namespace: 'shared', image: 'reg.local/loop:1', replicas: 1 },
      ],
    });
    cluster = new KubernetesCluster('eu-1', await kubeConfigFrom({ server: simulated.url }));
  });

  afterAll(() => simulated.close());

  it.each([
    { kind: 'deployment' as const, revisions: ['ReplicaSet'], pods: 1 },
    { kind: 'statefulset' as const, revisions: ['ControllerRevision'], pods: 1 },
    { kind: 'daemonset' as const, revisions: ['ControllerRevision'], pods: 2 },
    { kind: 'job' as const, revisions: [], pods: 1 },
    { kind: 'cronjob' as const, revisions: [], pods: 0 },
    { kind: 'pod' as const, revisions: [], pods: 1 },
  ])('reads a $kind with its revisions and pods, and nothing else', async ({ kind, pods, revisions }) => {
    const [view] = await cluster.read([shared(kind, `${kind}-a`)]);
    expect(view?.workload).toMatchObject({ metadata: { name: `${kind}-a` } });
    expect(view?.revisions.map((one) => one.kind)).toEqual(revisions);
    expect(view?.pods).toHaveLength(pods);
    for (const pod of view?.pods ?? []) expect(JSON.stringify(pod)).toContain(`reg.local/${kind}:1`);
  });

  it('answers in the order asked, and leaves out what does not exist', async () => {
    const views = await cluster.read([
      shared('job', 'job-a'),
      shared('deployment', 'none'),
      shared('deployment', 'deployment-a'),
    ]);
    expect(views.map(({ workload }) => workload?.kind)).toEqual(['Job', undefined, 'Deployment']);
    expect(views[1]).toEqual({ revisions: [], pods: [] });
  });

  it('gives times as the API server wrote them', async () => {
    const [view] = await cluster.read([shared('deployment', 'deployment-a')]);
    expect(view?.workload).toMatchObject({
      metadata: { creationTimestamp: expect.stringMatching(/^\d{4}-.*:\d\dZ$/) },
    });
  });

  it.each([
    { service: 'deployment-a', expected: { status: 200, message: expect.stringContaining('ok: /ready') } },
    { service: 'sick', expected: { status: 503, message: expect.stringContaining('degraded') } },
    { service: 'none', expected: { message: 'services "none" not found' } },
  ])('asks the service $service through the proxy', async ({ expected, service }) => {
    const request = {
      workload: shared('deployment', service),
      path: '/ready',
      port: 8080,
      timeoutMilliseconds: patient,
    };
    expect(await cluster.probe(request)).toEqual(expected);
  });

  it('reads the log of a container, and nothing without one', async () => {
    const [view] = await cluster.read([shared('deployment', 'loop')]);
    const pod = stringAt(view?.pods[0], 'metadata', 'name') ?? '';
    expect(await cluster.logs('shared', pod, 'app', 1)).toEqual(['listening on :8080']);
    expect(await cluster.logs('shared', pod, 'other', 5)).toEqual([]);
    expect(await cluster.logs('shared', 'gone', 'app', 5)).toEqual([]);
  });
});

describe('a pod that is deleted', () => {
  it('has the given uid, and is not another of the same name', async () => {
    const seed = [{ kind: 'statefulset' as const, name: 'db', namespace: 'shared', image: 'reg.local/db:1' }];
    const simulated = await startSimulatedCluster({ tickMilliseconds: 10, podStartMilliseconds: 30, seed });
    const cluster = new KubernetesCluster('eu-1', await kubeConfigFrom({ server: simulated.url }));
    const uid = async () => {
      const [view] = await cluster.read([shared('statefulset', 'db')]);
      return stringAt(view?.pods[0], 'metadata', 'uid') ?? '';
    };
    const first = await uid();
    expect(await cluster.deletePod('shared', 'db-0', 'another')).toEqual({ kind: 'gone' });
    expect(await uid()).toBe(first);
    expect(await cluster.deletePod('shared', 'db-0', first)).toEqual({ kind: 'deleted' });
    await expect.poll(uid, { timeout: patient }).not.toBe(first);
    expect(await cluster.deletePod('shared', 'nobody', first)).toEqual({ kind: 'gone' });
    await simulated.close();
  });

  it('sends a body with its length, so that the connection is kept', async () => {
    const bodies: string[] = [];
    const { asked, cluster, server } = await serving(async (request, response) => {
      let body = '';
      for await (const part of request) body += String(part);
      bodies.push(body);
      response.end('{}');
    });
    expect(await cluster.deletePod('shared', 'a/b', 'u1')).toEqual({ kind: 'deleted' });
    expect(await cluster.deletePod('shared', 'c', 'u2')).toEqual({ kind: 'deleted' });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'DELETE /api/v1/namespaces/shared/pods/a%2Fb',
      'DELETE /api/v1/namespaces/shared/pods/c',
    ]);
    expect(asked.map(({ headers }) => Number(headers['content-length']))).toEqual(bodies.map(({ length }) => length));
    expect(JSON.parse(bodies[0]!)).toMatchObject({ preconditions: { uid: 'u1' } });
    await close(server);
  });

  it.each([
    [403, { kind: 'refused', message: expect.stringContaining('pods "a" is forbidden') }],
    [422, { kind: 'refused', message: 'pods "a" is forbidden' }],
  ])('may be refused: %i', async (code, answer) => {
    const { cluster, server } = await serving((_, response) => {
      response.writeHead(code).end(status(code, 'Forbidden', 'pods "a" is forbidden'));
    });
    expect(await cluster.deletePod('shared', 'a', 'u1')).toEqual(answer);
    await close(server);
  });

  it('makes the cluster unavailable when there is no valid answer', async () => {
    const { cluster, server } = await serving((_, response) => {
      response.writeHead(503).end();
    });
    await expect(cluster.deletePod('shared', 'a', 'u1')).rejects.toMatchObject({ name: 'ClusterUnavailable' });
    await close(server);
  });
});

describe('requests', () => {
  it('takes one LIST per resource and namespace for any number of workloads', async () => {
    const { asked, cluster, server } = await serving((_, response) => response.end('{"items":[]}'));
    const many = Array.from({ length: 200 }, (_, index) => ({
      ...shared('deployment', `a${index}`),
      namespace: index % 2 ? 'one' : 'two',
    }));
    await cluster.read([...many, shared('cronjob', 'c')]);
    await close(server);
    expect(asked.map(({ url }) => url?.replace('?limit=200', '')).sort()).toEqual([
      '/api/v1/namespaces/one/pods',
      '/api/v1/namespaces/shared/pods',
      '/api/v1/namespaces/two/pods',
      '/apis/apps/v1/namespaces/one/deployments',
      '/apis/apps/v1/namespaces/one/replicasets',
      '/apis/apps/v1/namespaces/two/deployments',
      '/apis/apps/v1/namespaces/two/replicasets',
      '/apis/batch/v1/namespaces/shared/cronjobs',
      '/apis/batch/v1/namespaces/shared/jobs',
    ]);
  });

  it('read a large namespace in pages, owners before what they own', async () => {
    const owned = (name: string, owner: string) => ({
      metadata: { name, uid: name, ownerReferences: [{ uid: owner }] },
    });
    const lists: Readonly<Record<string, readonly object[]>> = {
      pods: ['a', 'b', 'c'].map((name) => owned(`${name}-pod`, `${name}-set`)),
      replicasets: ['a', 'b', 'c'].map((name) => owned(`${name}-set`, name)),
      deployments: ['a', 'b', 'c'].map((name) => ({ metadata: { name, uid: name } })),
    };
    const { asked, cluster, server } = await serving((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://cluster');
      const from = Number(searchParams.get('continue')?.slice('page='.length) ?? 0);
      const all = lists[pathname.slice(pathname.lastIndexOf('/') + 1)] ?? [];
      const metadata = from + 2 < all.length ? { continue: `page=${from + 2}` } : {};
      response.end(JSON.stringify({ items: all.slice(from, from + 2), metadata }));
    });
    const [c, a] = await cluster.read([shared('deployment', 'c'), shared('deployment', 'a')]);
    await close(server);
    expect([c, a].map((view) => stringAt(view?.pods[0], 'metadata', 'name'))).toEqual(['c-pod', 'a-pod']);
    const resources = asked.map(({ url }) => url?.replace(/.*\/shared\//, ''));
    expect(resources).toEqual(
      ['deployments', 'replicasets', 'pods'].flatMap((name) => [
        `${name}?limit=200`,
        `${name}?limit=200&continue=page%3D2`,
      ]),
    );
  });

  it('go on after an empty page', async () => {
    const { cluster, server } = await serving((request, response) => {
      const isFirst = !request.url?.includes('continue=');
      const items = isFirst ? [] : [{ metadata: { name: 'a', uid: 'a' } }];
      response.end(JSON.stringify({ items, metadata: isFirst ? { continue: 'more', remainingItemCount: 1 } : {} }));
    });
    const [view] = await cluster.read([shared('pod', 'a')]);
    await close(server);
    expect(stringAt(view?.workload, 'metadata', 'name')).toBe('a');
  });

  it('never return half a list when a continue token expires', async () => {
    const { cluster, server } = await serving((request, response) => {
      if (request.url?.includes('continue=')) response.writeHead(410).end(status(410, 'Expired', 'too old'));
      else response.end(JSON.stringify({ items: [], metadata: { continue: 'more' } }));
    });
    await expect(cluster.read([shared('pod', 'a')])).rejects.toMatchObject({
      name: 'ClusterUnavailable',
      details: { status: 410 },
    });
    await close(server);
  });

  it('for logs ask for the previous run first', async () => {
    const { asked, cluster, server } = await serving((request, response) => {
      const isPrevious = request.url?.includes('previous=true');
      response
        .writeHead(isPrevious ? 400 : 200)
        .end(isPrevious ? status(400, 'BadRequest', 'no previous') : 'one\ntwo\n');
    });
    expect(await cluster.logs('shared', 'p', 'app', 50)).toEqual(['one', 'two']);
    await close(server);
    expect(asked[0]?.url).toBe(
      '/api/v1/namespaces/shared/pods/p/log?container=app&tailLines=50&limitBytes=16384&previous=true',
    );
    expect(asked).toHaveLength(2);
  });
});

describe('secrets of ours', () => {
  it('never appear in what we report, even when a cluster or a workload echoes them', async () => {
    const bearer = 'b34r3r-T0k3n/of+ours';
    const hook = 'h00k "token" of ours';
    const { port, server } = await serving((request, response) => {
      const echo = `${request.headers.authorization} ${hook} ${encodeURIComponent(hook)}`;
      if (request.url?.includes('/log')) response.end(echo);
      else if (request.url?.includes('/proxy/')) response.writeHead(503).end(echo);
      else if (request.url?.includes('/pods')) response.end(JSON.stringify({ items: [podThatSays(echo)] }));
      else response.writeHead(500).end(status(500, 'X', echo));
    });
    const podThatSays = (message: string) => ({ metadata: { name: 'a', uid: 'a' }, status: { message } });
    const access = await kubeConfigFrom({ server: `http://127.0.0.1:${port}` });
    access.config.addAuthenticator({
      isAuthProvider: () => true,
      applyAuthentication: async (_, options) => {
        options.headers = { Authorization: `Bearer ${bearer}` };
      },
    });
    const cluster = new KubernetesCluster('eu-1', access, [hook]);
    const request = { workload: shared('pod', 'a'), path: '/ready', timeoutMilliseconds: patient };
    const said = await Promise.allSettled([
      cluster.read([shared('pod', 'a')]),
      cluster.read([shared('deployment', 'a')]),
      cluster.logs('shared', 'a', 'app', 5),
      cluster.probe(request),
      cluster.probe({ ...request, url: `http://127.0.0.1:${port}/proxy/` }),
    ]);
    await close(server);
    const all = said.map((one) => JSON.stringify(one.status === 'fulfilled' ? one.value : String(one.reason)));
    expect(said.map((one) => one.status)).toEqual(['fulfilled', 'rejected', ...Array(3).fill('fulfilled')]);
    for (const one of all) {
      expect(one).toContain('***');
      for (const secret of [bearer, 'h00k', encodeURIComponent(hook)]) expect(one).not.toContain(secret);
    }
  });
});

describe('the identity of a cluster', () => {
  const uid = '0a1b2c3d';
  const namespace = JSON.stringify({ kind: 'Namespace', metadata: { name: 'kube-system', uid } });
  const forbidden = status(403, 'Forbidden', 'namespaces "kube-system" is forbidden');

  const identified = async (code: number, body: string, arn?: string) => {
    const { port, server, asked } = await serving((_, response) => response.writeHead(code).end(body));
    const access = await kubeConfigFrom({ server: `http://127.0.0.1:${port}` });
    const cluster = new KubernetesCluster('eu-1', { ...access, ...(arn === undefined ? {} : { arn }) });
    const identities = await cluster.identify().finally(() => close(server));
    expect(asked.map(({ url }) => url)).toEqual(['/api/v1/namespaces/kube-system']);
    return identities.map((one) => (one === cluster.address ? 'its address' : one));
  };

  it.each([
    ['the UID of kube-system, and its address', 200, namespace, undefined, [`kube-system:${uid}`, 'its address']],
    ['in EKS the ARN too', 200, namespace, 'arn:eks', ['arn:eks', `kube-system:${uid}`, 'its address']],
    ['its address, where that namespace may not be read', 403, forbidden, undefined, ['its address']],
    ['in EKS ARN and address, where it may not be read', 403, forbidden, 'arn:eks', ['arn:eks', 'its address']],
    ['its address, when there is no such namespace', 404, status(404, 'NotFound', ''), undefined, ['its address']],
    ['its address, where somebody else answers', 200, '<html>', undefined, ['its address']],
  ])('%s', async (_, code, body, arn, identities) => expect(await identified(code, body, arn)).toEqual(identities));

  it.each([401, 429, 500, 503])('is unknown while the cluster answers %i', async (code) => {
    await expect(identified(code, '')).rejects.toMatchObject({ name: 'ClusterUnavailable' });
  });

  it('the simulated one has such a UID too, and keeps it while it runs', async () => {
    const simulated = await startSimulatedCluster();
    const cluster = new KubernetesCluster('eu-1', await kubeConfigFrom({ server: simulated.url }));
    const [identity] = await cluster.identify();
    expect(identity).toMatch(/^kube-system:[0-9a-f-]{36}$/);
    expect(await cluster.identify()).toEqual([identity, cluster.address]);
    await simulated.close();
  });
});

describe('an unavailable cluster', () => {
  it.each([
    { code: 401, said: 'Unauthorized', hint: 'does not accept our credentials' },
    {
      code: 403,
      said: 'pods is forbidden: User "x" cannot list',
      hint: 'it does not give us the right; apply the role that flotilla cluster-role prints: pods is',
    },
    { code: 404, said: 'the server could not find the requested resource', hint: 'does not have this API' },
    { code: 429, said: 'too many requests', hint: 'too busy' },
    { code: 500, said: 'etcdserver: leader changed', hint: 'leader changed' },
    { code: 503, said: 'apiserver is shutting down', hint: 'shutting down' },
  ])('is ClusterUnavailable after $code, with the reason', async ({ code, hint, said }) => {
    const { cluster, port, server } = await serving((_, response) =>
      response.writeHead(code).end(status(code, 'X', said)),
    );
    const failure = cluster.read([shared('deployment', 'a')]);
    await expect(failure).rejects.toMatchObject({
      name: 'ClusterUnavailable',
      details: { cluster: 'eu-1', status: code },
    });
    await expect(failure).rejects.toThrow(hint);
    await expect(failure).rejects.toThrow(`127.0.0.1:${port}`);
    await close(server);
  });

  it.each(['<html>Sign in</html>', '{}', '[]', ''])(
    'is ClusterUnavailable when something else answers 200: %s',
    async (body) => {
      const { cluster, server } = await serving((_, response) => response.end(body));
      await expect(cluster.read([shared('deployment', 'a')])).rejects.toMatchObject({ name: 'ClusterUnavailable' });
      await close(server);
    },
  );

  it('is ClusterUnavailable when nothing listens', async () => {
    const { cluster, server } = await serving(() => {});
    await close(server);
    const request = { workload: shared('deployment', 'a'), path: '/', timeoutMilliseconds: patient };
    await expect(cluster.read([shared('deployment', 'a')])).rejects.toMatchObject({ name: 'ClusterUnavailable' });
    await expect(cluster.logs('shared', 'p', 'c', 5)).rejects.toMatchObject({ name: 'ClusterUnavailable' });
    await expect(cluster.probe(request)).rejects.toMatchObject({ name: 'ClusterUnavailable' });
  });

  it('is not confused with a service that refuses', async () => {
    const { cluster, server } = await serving((request, response) => {
      const isForbidden = request.url?.includes('/services/closed');
      response
        .writeHead(403)
        .end(isForbidden ? status(403, 'Forbidden', 'cannot get resource "services/proxy"') : 'go away');
    });
    const ask = (name: string) =>
      cluster.probe({ workload: shared('deployment', name), path: 'x', timeoutMilliseconds: patient });
    expect(await ask('shy')).toEqual({ status: 403, message: 'go away' });
    await expect(ask('closed')).rejects.toThrow('services/proxy');
    await close(server);
  });

  it('reports a 401 that the API server sent without asking a service', async () => {
    const { cluster, server } = await serving((_, response) =>
      response.writeHead(401).end(status(401, 'Unauthorized', 'Unauthorized')),
    );
    const asking = cluster.probe({ workload: shared('deployment', 'a'), path: 'x', timeoutMilliseconds: 500 });
    await expect(asking).rejects.toMatchObject({ name: 'ClusterUnavailable' });
    await close(server);
  });

  it.each([
    { what: 'is well', code: 200, body: JSON.stringify({ kind: 'Status', state: 'UP', timeout: 'none' }) },
    { what: 'describes a success as Kubernetes does', code: 200, body: status(200, '', 'deleted') },
    { what: 'does not know the token', code: 401, body: status(401, 'Unauthorized', 'token has expired') },
    { what: 'refuses', code: 403, body: status(403, 'Forbidden', 'not for you') },
    { what: 'does not know the path', code: 404, body: status(404, 'NotFound', 'the path "x" was not found') },
    { what: 'gives up waiting', code: 408, body: status(408, 'Timeout', 'deadline exceeded') },
    { what: 'is out of order', code: 500, body: status(500, 'InternalError', 'database timeout') },
    {
      what: 'has a Kubernetes error of its own',
      code: 503,
      body: JSON.stringify({ kind: 'Status', message: 'timed out' }),
    },
  ])('is not recognised in a Status that the service itself sent, with $what', async ({ code, body }) => {
    const { cluster, server } = await serving((_, response) => response.writeHead(code).end(body));
    const answer = await cluster.probe({ workload: shared('deployment', 'a'), path: 'x', timeoutMilliseconds: 500 });
    expect(answer).toEqual({ status: code, message: body });
    await close(server);
  });

  const refused = 'error trying to reach service: dial tcp 10.0.0.7:8080: connect: connection refused';
  const late = 'error trying to reach service: dial tcp 10.0.0.7:8080: i/o timeout';
  it.each([
    { what: 'that nothing listens', code: 503, body: status(503, 'ServiceUnavailable', refused), says: refused },
    { what: 'so in plain text', code: 503, body: refused, says: refused },
    {
      what: 'that it waited too long',
      code: 503,
      body: status(503, 'ServiceUnavailable', late),
      says: late,
      isLate: true,
    },
    { what: 'that it gave up', code: 504, body: status(504, 'Timeout', 'gave up'), says: 'gave up', isLate: true },
  ])("does not take an error of the API server for the service's own answer when it says $what", async (said) => {
    const { cluster, server } = await serving((_, response) => response.writeHead(said.code).end(said.body));
    const answer = await cluster.probe({
      workload: shared('deployment', 'a'),
      path: '/',
      timeoutMilliseconds: patient,
    });
    expect(answer).toEqual({ message: said.says, ...(said.isLate ? { timeout: true } : {}) });
    await close(server);
  });

  it.each([
    ...['/../../../../secrets/key', '/%2e%2e/x', '\\..\\..\\x', '/.\t./x', '/a/../ready', '//ready', '/a%2fb'],
    '/a%5cb',
  ])('asks nothing for %j', async (path) => {
    const asked: unknown[] = [];
    const { cluster, server } = await serving((request, response) => {
      asked.push(request.url);
      response.end('s3cret');
    });
    const answer = await cluster.probe({ workload: shared('deployment', 'a'), path, timeoutMilliseconds: patient });
    expect(answer).toEqual({ message: 'the path may lead out of the service; nothing was asked' });
    expect(asked).toEqual([]);
    await close(server);
  });

  it.each(['/ready', 'ready', 'ready?a=../..'])('asks the service for %j', async (path) => {
    const { cluster, server } = await serving((request, response) => response.end(request.url));
    const answer = await cluster.probe({ workload: shared('deployment', 'a'), path, timeoutMilliseconds: patient });
    expect(answer.message).toMatch(/^\/api\/v1\/namespaces\/shared\/services\/a\/proxy\/+ready/);
    await close(server);
  });

  it("counts a service that never answers as the service's failure", async () => {
    const { cluster, server } = await serving(() => {});
    const request = { workload: shared('deployment', 'slow'), path: '/', timeoutMilliseconds: 200 };
    expect(await cluster.probe(request)).toEqual({ message: 'no answer within 200 ms', timeout: true });
    await close(server);
  });
});

describe('a full URL', () => {
  it.each([
    { what: 'a good answer', path: '/ok', within: patient, expected: { status: 200, message: 'fine' } },
    {
      what: 'a redirect, which it does not follow',
      path: '/login',
      within: patient,
      expected: {
        status: 302,
        message: '',
        note: expect.stringMatching(/^a redirect to 127\.0\.0\.1:\d+, which was not/),
      },
    },
    { what: 'silence', path: '/silent', within: 200, expected: { message: 'no answer within 200 ms', timeout: true } },
  ])('gives $what', async ({ expected, path, within }) => {
    const { cluster, port, server } = await serving((request, response) => {
      if (request.url === '/ok') response.end('fine');
      else if (request.url === '/login') response.writeHead(302, { location: '/ok' }).end();
    });
    const url = `http://127.0.0.1:${port}${path}`;
    expect(
      await cluster.probe({ workload: shared('deployment', 'a'), path: '/', url, timeoutMilliseconds: within }),
    ).toEqual(expected);
    await close(server);
  });

  it('reports an address where nothing listens', async () => {
    const { cluster, port, server } = await serving(() => {});
    await close(server);
    const url = `http://127.0.0.1:${port}/`;
    const answer = await cluster.probe({
      workload: shared('deployment', 'a'),
      path: '/',
      url,
      timeoutMilliseconds: patient,
    });
    expect(answer).toEqual({ message: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('a kubeconfig and TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-kube-'));
  const file = (name: string) => join(folder, name);
  let certificates: Certificates;
  const tokens: (string | undefined)[] = [];
  const sockets = new Set<unknown>();
  let server: Server;
  let port = 0;
  let answer = 200;

  beforeAll(async () => {
    certificates = await makeCertificates(folder, 'cluster');
    server = createTlsServer(
      { key: readFileSync(certificates.key), cert: readFileSync(certificates.certificate) },
      (request, response) => {
        tokens.push(request.headers.authorization);
        sockets.add(request.socket);
        response.writeHead(answer).end(answer === 200 ? '{"items":[]}' : status(answer, 'X', 'no'));
      },
    ) as unknown as Server;
    port = await listen(server);
  });

  beforeEach(() => {
    answer = 200;
    tokens.length = 0;
    sockets.clear();
  });

  afterAll(async () => {
    await close(server);
    rmSync(folder, { recursive: true });
  });

  const kubeconfig = (authority: string) => {
    const text = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'c',
          cluster: {
            server: `https://127.0.0.1:${port}`,
            ...(authority && { 'certificate-authority-data': authority }),
          },
        },
      ],
      users: [{ name: 'u', user: { token: 'secret-token' } }],
      contexts: [
        { name: 'eu-1', context: { cluster: 'c', user: 'u' } },
        { name: 'broken', context: { cluster: 'gone', user: 'u' } },
      ],
      'current-context': 'eu-1',
    };
    writeFileSync(file('config'), JSON.stringify(text));
    return file('config');
  };
  const authority = () => readFileSync(certificates.authority).toString('base64');

  it('speaks TLS with the private authority and the token, over connections that it keeps', async () => {
    const cluster = new KubernetesCluster(
      'eu-1',
      await kubeConfigFrom({ kubeconfig: kubeconfig(authority()), context: 'eu-1' }),
    );
    for (let look = 0; look < 10; look += 1) await cluster.read([shared('deployment', 'a')]);
    expect(new Set(tokens)).toEqual(new Set(['Bearer secret-token']));
    expect(tokens).toHaveLength(30);
    expect(sockets.size).toBeLessThan(10);
  });

  it('refuses an unknown certificate, and shows no token', async () => {
    const cluster = new KubernetesCluster('eu-1', await kubeConfigFrom({ kubeconfig: kubeconfig('') }));
    const failure = await cluster.read([shared('deployment', 'a')]).catch((error: Error) => error);
    expect(failure).toMatchObject({ name: 'ClusterUnavailable' });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('secret-token');
    expect(tokens).toEqual([]);
  });

  it.each([
    { what: 'an unknown context', context: 'us-1', message: 'no context "us-1"; it has eu-1, broken' },
    { what: 'a context without its cluster', context: 'broken', message: 'names no cluster' },
  ])('names $what', async ({ context, message }) => {
    const access = kubeConfigFrom({ kubeconfig: kubeconfig(authority()), context });
    await expect(access).rejects.toMatchObject({ name: 'ConfigurationInvalid' });
    await expect(access).rejects.toThrow(message);
  });

  const plain = { name: 'c', cluster: { server: 'http://10.0.0.1' } };
  it.each([
    [
      'a server without TLS',
      [plain],
      'cluster c, whose server is asked without TLS: that needs insecure-skip-tls-verify',
    ],
    [
      'a text where TLS verification is skipped',
      [{ ...plain, cluster: { ...plain.cluster, 'insecure-skip-tls-verify': 'true' } }],
      'that needs insecure-skip-tls-verify: true',
    ],
    ['an invalid address', [{ name: 'c', cluster: { server: '10.0.0.1' } }], 'not an address like https://host'],
    ['no server', [{ name: 'c', cluster: {} }], 'cannot be read: clusters[0].cluster.server is missing'],
    ['a number for a server', [{ name: 'c', cluster: { server: 7 } }], 'does not have the form of a kubeconfig'],
  ])('explains %s with the names that kubeconfig uses', async (_, clusters, told) => {
    const text = JSON.parse(readFileSync(kubeconfig(authority()), 'utf8'));
    const users = [{ ...text.users[0], user: {} }];
    writeFileSync(file('config'), JSON.stringify({ ...text, clusters, users }));
    const failure = await kubeConfigFrom({ kubeconfig: file('config') }).catch((error: Error) => error);
    expect(failure).toMatchObject({ name: 'ConfigurationInvalid', message: expect.stringContaining(told) });
    expect(String(failure)).not.toMatch(/skipTLSVerify|is not a function/);
  });

  it('is identified by its address and authority, regardless of the name of the context', async () => {
    const text = JSON.parse(readFileSync(kubeconfig(authority()), 'utf8'));
    writeFileSync(file('twin'), JSON.stringify({ ...text, contexts: [{ ...text.contexts[0], name: 'twin' }] }));
    const [one, twin, other] = await Promise.all([
      kubeConfigFrom({ kubeconfig: kubeconfig(authority()), context: 'eu-1' }),
      kubeConfigFrom({ kubeconfig: file('twin'), context: 'twin' }),
      kubeConfigFrom({ server: 'http://127.0.0.1:1' }),
    ]);
    expect(addressOf(twin)).toBe(addressOf(one));
    expect(addressOf(one)).toMatch(/^https:\/\/127.0.0.1:\d+#[0-9a-f]{16}$/);
    expect(addressOf(other)).not.toBe(addressOf(one));
  });

  describe('without TLS, or without verification', () => {
    const skip = { 'insecure-skip-tls-verify': true };
    const accessTo = (cluster: object, user: object, verify?: 'required') => {
      const text = JSON.parse(readFileSync(kubeconfig(authority()), 'utf8'));
      const users = [{ ...text.users[0], user }];
      writeFileSync(file('config'), JSON.stringify({ ...text, clusters: [{ name: 'c', cluster }], users }));
      return kubeConfigFrom({ kubeconfig: file('config'), ...(verify === undefined ? {} : { verify }) });
    };
    const remote = 'http://10.0.0.1';
    const token = { token: 'secret-token' };

    it.each([
      ['TLS', { server: 'https://10.0.0.1' }, token, false],
      ['TLS without verification', { server: 'https://10.0.0.1', ...skip }, token, true],
      ['no TLS and no credential', { server: remote, ...skip }, {}, true],
      ['no TLS on this machine', { server: 'http://127.0.0.1:1', ...skip }, token, false],
    ])('%s: reports unverified', async (_, cluster, user, isUnverified) => {
      const access = await accessTo(cluster, user);
      expect(access.config.getCurrentCluster()?.server).toBe(cluster.server);
      expect(access.isUnverified === true).toBe(isUnverified);
      const required = accessTo(cluster, user, 'required').then(() => 'taken', String);
      expect(await required).toMatch(isUnverified ? /insecure-skip-tls-verify.*verify: required forbids/ : /^taken$/);
    });

    it.each([
      token,
      { username: 'u', password: 'p' },
      { 'client-certificate-data': 'YQ==', 'client-key-data': 'YQ==' },
      { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'none' } },
    ])('does not send a credential without TLS: %j', async (user) => {
      const access = accessTo({ server: remote, ...skip }, user);
      await expect(access).rejects.toMatchObject({ name: 'ConfigurationInvalid' });
      await expect(access).rejects.toThrow('without TLS, with the credential of its user: that needs https://');
    });
  });

  it('names a file that cannot be read', async () => {
    await expect(kubeConfigFrom({ kubeconfig: file('none') })).rejects.toMatchObject({ name: 'ConfigurationInvalid' });
  });

  describe('of EKS', () => {
    const eks = mockClient(EKSClient);
    const client = new EKSClient({
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'SECRET' },
    });
    const source = { eks: 'prod', region: 'eu-central-1' };
    const describeAs = (status: 'ACTIVE' | 'UPDATING' | 'CREATING') =>
      eks.on(DescribeClusterCommand).resolves({
        cluster: { status, endpoint: `https://127.0.0.1:${port}`, certificateAuthority: { data: authority() } },
      });
    afterEach(() => eks.reset());

    it.each(['ACTIVE', 'UPDATING'] as const)('%s: asks for its address and signs a token', async (status) => {
      describeAs(status);
      const cluster = new KubernetesCluster('prod', await kubeConfigFrom(source, client));
      await cluster.read([shared('deployment', 'a')]);
      expect(tokens[0]).toMatch(/^Bearer k8s-aws-v1\./);
      expect(eks.commandCalls(DescribeClusterCommand)[0]?.args[0].input).toEqual({ name: 'prod' });
    });

    it('signs a new token and repeats the request after a 401, then gives up', async () => {
      describeAs('ACTIVE');
      answer = 401;
      const cluster = new KubernetesCluster('prod', await kubeConfigFrom(source, client));
      const failure = await cluster.logs('shared', 'p', 'app', 5).catch((error: Error) => error);
      expect(failure).toMatchObject({ name: 'ClusterUnavailable', details: { status: 401 } });
      expect(tokens).toHaveLength(2);
    });

    it('is asked through the proxy of its connection, and through nothing else', async () => {
      describeAs('ACTIVE');
      const { address: proxy, through } = await startTunnel();
      const cluster = new KubernetesCluster('prod', await kubeConfigFrom({ ...source, proxy }, client));
      await cluster.read([shared('deployment', 'a')]);
      expect([...new Set(through)]).toEqual([`127.0.0.1:${port}`]);
    });

    it('CREATING cannot be asked yet', async () => {
      describeAs('CREATING');
      await expect(kubeConfigFrom(source, client)).rejects.toThrow('is CREATING');
    });

    it('reports a missing cluster', async () => {
      eks
        .on(DescribeClusterCommand)
        .rejects(new ResourceNotFoundException({ message: 'No cluster found for name: prod.', $metadata: {} }));
      const access = kubeConfigFrom(source, client);
      await expect(access).rejects.toMatchObject({ name: 'ClusterUnavailable' });
      await expect(access).rejects.toThrow('No cluster found');
      await expect(access).rejects.toThrow('there is none of that name; is the region right?');
    });

    const role = 'arn:aws:iam::444455556666:role/clusters';
    it.each([
      [
        'AccessDeniedException',
        undefined,
        /^EKS cluster prod in eu-central-1: we may not find it: eks:DescribeCluster/,
      ],
      ['AccessDeniedException', role, /we may not find it as arn:aws:iam::444455556666:role\/clusters: eks:Desc/],
      ['ResourceNotFoundException', role, /there is none of that name as arn:aws:iam::444455556666:role\/clusters/],
      ['TimeoutError', undefined, /^EKS cluster prod in eu-central-1: TimeoutError: no$/],
    ])('explains why it cannot be found: %s as %s', async (name, as, words) => {
      eks.on(DescribeClusterCommand).rejects(Object.assign(new Error('no'), { name }));
      const assume = as === undefined ? {} : { assume: { role: as, session: 's' } };
      await expect(kubeConfigFrom({ ...source, ...assume }, client)).rejects.toThrow(words);
    });

    it("in another account is described and signed for by the role there, in the cluster's region", async () => {
      describeAs('ACTIVE');
      const sts = mockClient(STSClient);
      onTestFinished(() => sts.restore());
      const Credentials = { AccessKeyId: 'AKIDOTHER', SecretAccessKey: 's', SessionToken: 't', Expiration: undefined };
      sts.on(AssumeRoleCommand).resolves({ Credentials });
      const assume = { role, session: 'flotilla-prod-api-looks', region: 'eu-west-1' };
      const there = { eks: 'prod', region: 'us-east-2', assume };
      await new KubernetesCluster('prod', await kubeConfigFrom(there)).read([shared('deployment', 'a')]);
      const signed = Buffer.from(tokens[0]!.replace('Bearer k8s-aws-v1.', ''), 'base64url').toString();
      expect(signed).toMatch(/^https:\/\/sts\.us-east-2\.amazonaws\.com.*X-Amz-Credential=AKIDOTHER/);
      const [call] = sts.commandCalls(AssumeRoleCommand);
      expect(call?.args[0].input).toEqual({ RoleArn: role, RoleSessionName: 'flotilla-prod-api-looks' });
      // By STS in the caller's region: its own network may not reach any other.
      expect(await (call!.thisValue as STSClient).config.region()).toBe('eu-west-1');
    });

    it('in another account whose role we may not assume says so, and that waiting does not help', async () => {
      const sts = mockClient(STSClient);
      onTestFinished(() => sts.restore());
      sts.on(AssumeRoleCommand).rejects(Object.assign(new Error('not authorized'), { name: 'AccessDenied' }));
      eks.restore();
      const access = kubeConfigFrom({ ...source, assume: { role, session: 's' } });
      await expect(access).rejects.toMatchObject({ name: 'ClusterUnavailable', details: { permanent: true } });
      await expect(access).rejects.toThrow(/^EKS cluster prod in eu-central-1: the role .* is not given to us/);
    });
  });
});
