import { afterEach, describe, expect, it } from 'vitest';
import { startSimulatedHarness } from '../../../lib/simulators/harness/simulated-harness.ts';
import { imageWithVersion, newWorkload } from '../../../lib/simulators/harness/workload-manifest.ts';
import { eventually } from '../../executors/harness-fixtures.ts';
import { type ScriptedServer, sendJson, serverThat } from '../../executors/scripted-server.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

type Objects = Map<string, Record<string, unknown>>;

/** A Kubernetes API that keeps objects by their path, and records requests. */
const clusterWith = (objects: Objects): Promise<ScriptedServer> =>
  serverThat((call, response) => {
    const found = objects.get(call.path);
    if (call.method === 'DELETE') {
      objects.delete(call.path);
      return sendJson(response, 200, {});
    }
    if (call.method === 'POST') return sendJson(response, 201, {});
    if (call.method === 'PATCH') return sendJson(response, found === undefined ? 201 : 200, {});
    return found === undefined ? sendJson(response, 404, { message: 'not found' }) : sendJson(response, 200, found);
  });

/** Runs one deployment through the simulator, to its end. */
const deploy = async (
  clusters: Record<string, string>,
  target: object,
  version = '2.0',
  fault?: 'fail-stage' | 'fail-after-apply',
) => {
  const harness = await startSimulatedHarness({ clusters, eventMilliseconds: 5, stageMilliseconds: 5 });
  opened.push(harness);
  if (fault !== undefined) harness.order({ fault });
  const query = 'accountIdentifier=a&orgIdentifier=o&projectIdentifier=p&pipelineIdentifier=pl&triggerIdentifier=t';
  const body = JSON.stringify({ service_name: 's1', docker_image_version: version, target });
  await fetch(`${harness.url}/pipeline/api/webhook/custom/tok/v3?${query}`, { method: 'POST', body });
  const run = await eventually(async () => harness.runs().find(({ ended_at }) => ended_at !== undefined));
  const scope = 'accountIdentifier=a&orgIdentifier=o&projectIdentifier=p';
  const detail = await fetch(`${harness.url}/pipeline/api/pipelines/execution/v2/${run.plan_execution_id}?${scope}`);
  return { status: run.status, detail: await detail.text() };
};

const writesOf = (server: ScriptedServer) =>
  server.calls
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path, query, headers, body }) => ({
      method,
      path,
      manager: query.fieldManager,
      type: headers['content-type'],
      body: body === '' ? undefined : JSON.parse(body),
    }));

const standing = (image: string) => ({
  spec: {
    template: {
      spec: {
        containers: [
          { name: 'sidecar', image: 'mesh:1' },
          { name: 'app', image },
        ],
      },
    },
  },
});
const apps = '/apis/apps/v1/namespaces/risk';
const batch = '/apis/batch/v1/namespaces/risk';

describe('the Deploy stage', () => {
  it.each([
    ['deployment', 'deployments'],
    ['statefulset', 'statefulsets'],
    ['daemonset', 'daemonsets'],
  ])('gives the container of a %s the requested version, keeping its repository', async (kind, plural) => {
    const path = `${apps}/${plural}/w`;
    const server = await clusterWith(new Map([[path, standing('registry:5000/team/app:1.0')]]));
    const { status } = await deploy(
      { c1: server.url },
      { cluster: 'c1', namespace: 'risk', kind, name: 'w', container: 'app' },
    );
    expect(status).toBe('Success');
    expect(writesOf(server)).toEqual([
      {
        method: 'PATCH',
        path,
        manager: 'harness',
        type: 'application/strategic-merge-patch+json',
        body: { spec: { template: { spec: { containers: [{ name: 'app', image: 'registry:5000/team/app:2.0' }] } } } },
      },
    ]);
  });

  it('takes the repository of the target when it names one', async () => {
    const server = await clusterWith(new Map([[`${apps}/deployments/w`, standing('old/app:1.0')]]));
    await deploy(
      { c1: server.url },
      { cluster: 'c1', namespace: 'risk', kind: 'deployment', name: 'w', container: 'app', image: 'new/app' },
    );
    expect(JSON.stringify(writesOf(server))).toContain('"image":"new/app:2.0"');
  });

  it('changes a cronjob in its job template and a pod in place', async () => {
    const container = { containers: [{ name: 'app', image: 'app:1' }] };
    const cron = { spec: { jobTemplate: { spec: { template: { spec: container } } } } };
    const server = await clusterWith(
      new Map<string, Record<string, unknown>>([
        [`${batch}/cronjobs/w`, cron],
        ['/api/v1/namespaces/risk/pods/w', { spec: container }],
      ]),
    );
    const target = { cluster: 'c1', namespace: 'risk', name: 'w' };
    await deploy({ c1: server.url }, { ...target, kind: 'cronjob' });
    await deploy({ c1: server.url }, { ...target, kind: 'pod' });
    const changed = { containers: [{ name: 'app', image: 'app:2.0' }] };
    expect(writesOf(server).map(({ body }) => body)).toEqual([
      { spec: { jobTemplate: { spec: { template: { spec: changed } } } } },
      { spec: changed },
    ]);
  });

  it.each([
    ['rollout', '/apis/argoproj.io/v1alpha1/namespaces/risk/rollouts/w'],
    ['knative-service', '/apis/serving.knative.dev/v1/namespaces/risk/services/w'],
  ])('replaces the only image of a %s, and creates no container', async (kind, path) => {
    const containers = [
      { name: 'proxy', image: 'proxy:1' },
      { name: 'app', image: 'app:1' },
    ];
    const server = await clusterWith(new Map([[path, { spec: { template: { spec: { containers } } } }]]));
    const target = { cluster: 'c1', namespace: 'risk', kind, container: 'app' };
    await deploy({ c1: server.url }, { ...target, name: 'w' });
    expect(writesOf(server)).toMatchObject([
      {
        type: 'application/json-patch+json',
        body: [{ op: 'replace', path: '/spec/template/spec/containers/1/image', value: 'app:2.0' }],
      },
    ]);
    const { status, detail } = await deploy({ c1: server.url }, { ...target, name: 'missing' });
    expect([status, writesOf(server)]).toMatchObject(['Failed', [{}]]);
    expect(detail).toContain('404');
  });

  it('deletes a job and creates it again, without what its controller filled in', async () => {
    const labels = { app: 'w', 'controller-uid': 'u', 'batch.kubernetes.io/job-name': 'w' };
    const job = {
      metadata: { name: 'w', namespace: 'risk', uid: 'u', resourceVersion: '7', labels },
      spec: {
        backoffLimit: 2,
        selector: { matchLabels: { 'controller-uid': 'u' } },
        template: {
          metadata: { labels },
          spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'app:1', args: ['x'] }] },
        },
      },
      status: { succeeded: 1 },
    };
    const server = await clusterWith(new Map<string, Record<string, unknown>>([[`${batch}/jobs/w`, job]]));
    const { status } = await deploy({ c1: server.url }, { cluster: 'c1', namespace: 'risk', kind: 'job', name: 'w' });
    expect(status).toBe('Success');
    const [removal, creation] = writesOf(server);
    expect(removal).toMatchObject({ method: 'DELETE', path: `${batch}/jobs/w` });
    expect(creation).toMatchObject({ method: 'POST', path: `${batch}/jobs`, manager: 'harness' });
    expect(creation?.body).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'w', namespace: 'risk', labels: { app: 'w' } },
      spec: {
        backoffLimit: 2,
        template: {
          metadata: { labels: { app: 'w' } },
          spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'app:2.0', args: ['x'] }] },
        },
      },
    });
  });

  it.each(['deployment', 'statefulset', 'daemonset', 'job', 'cronjob', 'pod'])(
    'creates a missing %s by server-side apply',
    async (kind) => {
      const server = await clusterWith(new Map());
      await deploy({ c1: server.url }, { cluster: 'c1', namespace: 'risk', kind, name: 'w', image: 'team/app' });
      const [creation] = writesOf(server);
      expect(creation).toMatchObject({
        method: 'PATCH',
        manager: 'harness',
        type: 'application/apply-patch+yaml',
        body: { metadata: { name: 'w', namespace: 'risk' } },
      });
      expect(JSON.stringify(creation?.body)).toContain('{"name":"w","image":"team/app:2.0"');
    },
  );

  it.each<[string, object, string]>([
    ['an unknown cluster', { cluster: 'c9', kind: 'deployment', name: 'w' }, 'knows no cluster c9'],
    ['an unknown kind', { cluster: 'c1', kind: 'certificate', name: 'w' }, 'cannot deploy a certificate'],
    [
      'a missing container',
      { cluster: 'c1', namespace: 'risk', kind: 'deployment', name: 'w', container: 'z' },
      'no container z',
    ],
    ['a cluster that is gone', { cluster: 'gone', kind: 'deployment', name: 'w' }, 'cannot be reached'],
  ])('fails for %s, and says so', async (_, target, message) => {
    const server = await clusterWith(new Map([[`${apps}/deployments/w`, standing('app:1')]]));
    const { status, detail } = await deploy({ c1: server.url, gone: 'http://127.0.0.1:2' }, target);
    expect(status).toBe('Failed');
    expect(detail).toContain(message);
    expect(writesOf(server)).toEqual([]);
  });

  it('fails when the cluster refuses', async () => {
    const server = await serverThat((call, response) =>
      call.method === 'GET'
        ? sendJson(response, 200, standing('app:1'))
        : sendJson(response, 422, { message: 'immutable' }),
    );
    const { status, detail } = await deploy({ c1: server.url }, { cluster: 'c1', kind: 'deployment', name: 'w' });
    expect(status).toBe('Failed');
    expect(detail).toContain('the cluster answered 422 immutable');
  });

  it.each([
    ['fail-stage', 0],
    ['fail-after-apply', 1],
  ] as const)('under %s writes to the cluster %i times', async (fault, writes) => {
    const server = await clusterWith(new Map([[`${apps}/deployments/w`, standing('app:1')]]));
    const target = { cluster: 'c1', namespace: 'risk', kind: 'deployment', name: 'w', container: 'app' };
    expect((await deploy({ c1: server.url }, target, '2.0', fault)).status).toBe('Failed');
    expect(writesOf(server)).toHaveLength(writes);
  });

  it('only pretends when there is no cluster', async () => {
    expect((await deploy({}, { cluster: 'c1', kind: 'deployment', name: 'w' })).status).toBe('Success');
  });
});

it.each([
  ['limit-check', 'limit-check:2'],
  ['Limit_Check', 'limit-check:2'],
  ['mail--', 'mail:2'],
])('a new workload of service %s has the image %s', (service, image) => {
  const manifest = newWorkload({ service, version: '2', pillar: 'risk', text: '', target: { kind: 'pod', name: 'w' } });
  expect(manifest.spec).toMatchObject({ containers: [{ name: 'w', image }] });
});

describe('an image with another version', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  it.each([
    ['app', '2', 'app:2'],
    ['app:1', '2', 'app:2'],
    ['registry:5000/app', '2', 'registry:5000/app:2'],
    ['registry:5000/app:1', '2', 'registry:5000/app:2'],
    [`team/app:1@${digest}`, '2', 'team/app:2'],
    ['team/app:1', '1.0.0+build.7', 'team/app:1.0.0_build.7'],
    ['team/app:1', digest, `team/app@${digest}`],
    ['team/app:1', `sha512:${'a'.repeat(128)}`, `team/app@sha512:${'a'.repeat(128)}`],
    [`registry:5000/app:1@${digest}`, `2@${digest}`, `registry:5000/app:2@${digest}`],
  ])('%s at %s is %s', (image, version, expected) => {
    expect(imageWithVersion(image, version)).toBe(expected);
  });
});
