import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KubernetesCluster } from '../../../lib/adapters/cluster.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { Workload } from '../../../lib/domain/plan/plan.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { startSimulatedCluster } from '../../../lib/simulators/cluster/simulated-cluster.ts';
import { clusterAt } from './follow-rollout.ts';

/** Custom resources through the adapter: the simulated cluster stores them, and the test plays their controllers. */

let simulated: Awaited<ReturnType<typeof startSimulatedCluster>>;
let cluster: KubernetesCluster;
beforeAll(async () => {
  simulated = await startSimulatedCluster();
  cluster = await clusterAt(simulated.url);
});
afterAll(() => simulated.close());

const send = async (method: string, path: string, body: JsonObject): Promise<void> => {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const answer = await fetch(`${simulated.url}${path}`, {
    method,
    headers: { 'content-type': type },
    body: JSON.stringify(body),
  });
  expect(answer.status, await answer.text()).toBeLessThan(300);
};

const template = { spec: { containers: [{ name: 'app', image: 'reg/app:2' }] } };
const ready = [{ type: 'Ready', status: 'True' }];
const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
const custom = { kind: 'custom', resource: { api_version: 'cert-manager.io/v1', plural: 'certificates' } } as const;

const rows: readonly (readonly [
  Pick<Workload, 'kind' | 'resource'>,
  collection: string,
  spec: JsonObject,
  status: JsonObject,
  reason: string,
])[] = [
  [
    { kind: 'rollout' },
    '/apis/argoproj.io/v1alpha1/namespaces/shared/rollouts',
    { replicas: 1, strategy: { canary: {} }, template },
    { ...counts, observedGeneration: '1', currentPodHash: 'h', stableRS: 'h' },
    'RolledOut',
  ],
  [
    { kind: 'knative-service' },
    '/apis/serving.knative.dev/v1/namespaces/shared/services',
    { template },
    { observedGeneration: 1, latestCreatedRevisionName: 'a', latestReadyRevisionName: 'a', conditions: ready },
    'RolledOut',
  ],
  [
    { kind: 'certificate' },
    '/apis/cert-manager.io/v1/namespaces/shared/certificates',
    { secretName: 'tls' },
    { conditions: ready },
    'CertificateIssued',
  ],
  [custom, '/apis/cert-manager.io/v1/namespaces/shared/certificates', {}, { conditions: ready }, 'ConditionsTrue'],
];

it.each(rows)('%o is judged by what its controller writes', async (of, collection, spec, status, reason) => {
  const workload: Workload = { ...of, name: `my-${of.kind}`, namespace: 'shared' };
  const look = async () => {
    const [view] = await cluster.read([workload]);
    const baseline = captureBaseline(workload, { revisions: [], pods: [] });
    return judgeRollout({
      ...{ workload, baseline, view: view!, now: Date.now() },
      expected: { version: '2', artifactType: 'docker' },
    });
  };
  expect((await look()).reason).toBe('WorkloadNotFound');
  await send('POST', collection, { metadata: { name: workload.name }, spec });
  expect((await look()).verdict).toBe('waiting');
  await send('PATCH', `${collection}/${workload.name}/status`, { status });
  expect(await look()).toMatchObject({ verdict: 'healthy', reason });
});

it('a Service of Knative and one of the core may have one name', async () => {
  await send('POST', '/api/v1/namespaces/shared/services', { metadata: { name: 'my-knative-service' }, spec: {} });
  const kindsAt = async (path: string) => {
    const { items } = (await (await fetch(`${simulated.url}${path}/namespaces/shared/services`)).json()) as {
      items: readonly JsonObject[];
    };
    return items.map(({ apiVersion }) => apiVersion);
  };
  expect(await kindsAt('/api/v1')).toEqual(['v1']);
  expect(await kindsAt('/apis/serving.knative.dev/v1')).toEqual(['serving.knative.dev/v1']);
});
