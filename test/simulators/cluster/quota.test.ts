import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KubeObject } from '../../../lib/simulators/cluster/kube-object.ts';
import { resourceOf } from '../../../lib/simulators/cluster/resources.ts';
import { type SimulatedCluster, startSimulatedCluster } from '../../../lib/simulators/cluster/simulated-cluster.ts';

/** A quota refuses the pods of every controller. Each reports that in its own way, and tries again. */

let simulated: SimulatedCluster;
const kinds = ['deployment', 'statefulset', 'daemonset', 'job'] as const;

const send = async (method: string, path: string, body?: unknown): Promise<void> => {
  const response = await fetch(`${simulated.url}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.status, await response.text()).toBeLessThan(300);
};

const quota = (namespace: string) => `/api/v1/namespaces/${namespace}/resourcequotas`;

beforeAll(async () => {
  simulated = await startSimulatedCluster({ tickMilliseconds: 10, podStartMilliseconds: 30 });
  for (const kind of kinds)
    await send('POST', quota(kind), { metadata: { name: 'full' }, spec: { hard: { pods: '0' } } });
  await send(
    'POST',
    '/simulator/deploy',
    kinds.map((kind) => ({ kind, name: 'app', namespace: kind, image: 'reg.local/app:1', replicas: 1 })),
  );
});
afterAll(() => simulated.close());

const list = (kind: string, namespace: string): readonly KubeObject[] =>
  simulated.store.list(resourceOf(kind), namespace);

it.each([
  [
    'deployment',
    'ReplicaSet',
    /^Error creating: pods "app-\w+-" is forbidden: exceeded quota: full, requested: pods=1/,
  ],
  ['statefulset', 'StatefulSet', /^create Pod app-0 in StatefulSet app failed error: pods "app-0" is forbidden/],
  ['daemonset', 'DaemonSet', /^Error creating: pods "app-" is forbidden/],
  ['job', 'Job', /^Error creating: pods "app-" is forbidden/],
] as const)('refuses the pods of a %s, which are created when there is room', async (namespace, owner, says) => {
  const warnings = () => list('Event', namespace).filter(({ reason }) => reason === 'FailedCreate');
  await expect.poll(() => warnings().length).toBe(1);
  expect(warnings()[0]).toMatchObject({ involvedObject: { kind: owner }, message: expect.stringMatching(says) });
  expect(list('Pod', namespace)).toEqual([]);
  await send('DELETE', `${quota(namespace)}/full`);
  await expect.poll(() => list('Pod', namespace).length).toBeGreaterThan(0);
});
