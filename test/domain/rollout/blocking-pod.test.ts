import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { podsToUnblock } from '../../../lib/domain/rollout/blocking-pod.ts';
import { metadata, podOf, template } from './kinds.ts';
import { judgeAll, shortOf } from './looks.ts';
import { deployment } from './objects.ts';

/** A StatefulSet that waits for a pod of the previous revision. */

const set = (pods: readonly JsonObject[], spec: JsonObject = {}, status: JsonObject = {}): WorkloadView => ({
  workload: {
    metadata,
    spec: { replicas: 2, template, ...spec },
    status: {
      ...{ observedGeneration: 3, replicas: 2, readyReplicas: 1, updatedReplicas: 0 },
      ...{ currentRevision: 'a', updateRevision: 'b', ...status },
    },
  },
  revisions: [],
  pods,
});
const of = (revision: string, status: JsonObject): JsonObject =>
  podOf(status, { 'controller-revision-hash': revision });
const container = (status: JsonObject, field = 'containerStatuses'): JsonObject => ({
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False' }],
  [field]: [{ name: 'app', image: 'reg/app:1', ready: false, restartCount: 0, ...status }],
});
const crashing = container({
  restartCount: 7,
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } },
  lastState: { terminated: { exitCode: 1, reason: 'Error' } },
});
const pulling = container({ state: { waiting: { reason: 'ImagePullBackOff' } } });
const creating = container({ state: { waiting: { reason: 'ContainerCreating' } } });
const ready = { ...crashing, conditions: [{ type: 'Ready', status: 'True' }] };
const again = (restartCount: number): JsonObject =>
  container({ restartCount, state: { running: {} }, lastState: { terminated: { exitCode: 1 } } });
const held = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } };
const leaving = {
  ...of('a', crashing),
  metadata: { ...(of('a', crashing).metadata as JsonObject), deletionTimestamp: 'x' },
};

it('fails after ten seconds, with the pod, its state and what to do', () => {
  const looks = [0, 9, 10].map((at) => [at, set([of('a', crashing)])] as const);
  expect(shortOf('statefulset', looks)).toEqual([
    '0 waiting BlockedByOldPod',
    '9 waiting BlockedByOldPod',
    '10 failing BlockedByOldPod',
  ]);
  const { message, evidence } = judgeAll('statefulset', looks).at(-1)!;
  expect(message).toBe(
    'pod app-0 of an older revision is broken (pod app-0, container app: CrashLoopBackOff: exit code 1, 7 restarts; back-off 5m0s), ' +
      'and its StatefulSet waits for it before it updates anything; delete it (kubectl delete pod app-0 -n shared), or deploy ' +
      'with unblock: true',
  );
  expect(evidence).toEqual([
    {
      ...{ kind: 'pod', name: 'app-0', container: 'app', reason: 'CrashLoopBackOff' },
      message: 'exit code 1, 7 restarts; back-off 5m0s',
    },
  ]);
});

it('asks to delete the pod by hand if unblock has not done so', () => {
  const looks = [0, 10].map((at) => [at, set([of('a', crashing)])] as const);
  const { message } = judgeAll('statefulset', looks, { settings: { unblock: true } }).at(-1)!;
  expect(message).toMatch(/; unblock did not remove it: delete it \(kubectl delete pod app-0 -n shared\)$/);
});

it('continues when anyone deletes the pod', () => {
  const looks = [
    [0, set([of('a', crashing)])],
    [9, set([leaving])],
    [12, set([of('b', creating)], {}, { updatedReplicas: 1 })],
  ] as const;
  expect(shortOf('statefulset', looks)).toEqual([
    '0 waiting BlockedByOldPod',
    '9 waiting ReplicasNotUpdated',
    '12 waiting ReplicasNotUpdated',
  ]);
});

describe('a pod is in the way, and may be deleted', () => {
  const name = (view: WorkloadView): readonly string[] =>
    podsToUnblock({ ...deployment, kind: 'statefulset' }, view).map((pod) => pod.name);

  it.each<[what: string, WorkloadView, isBlocked: boolean, isToGo?: boolean]>([
    ['in a crash loop', set([of('a', crashing)]), true],
    ['without its image', set([of('a', pulling)]), true],
    [
      'with a failing init container',
      set([of('a', container({ state: { waiting: { reason: 'CrashLoopBackOff' } } }, 'initContainerStatuses'))]),
      true,
    ],
    [
      'that has just ended',
      set([of('a', container({ state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }))]),
      true,
    ],
    ['that runs again after its third end', set([of('a', again(3))]), true],
    ['not one that runs again after its second', set([of('a', again(2))]), false],
    ['not one that is being created', set([of('a', creating)]), false],
    ['not one that is ready', set([of('a', ready)]), false],
    ['not one of the new revision', set([of('b', crashing)]), false],
    ['not one that is being deleted', set([leaving]), false],
    ['not one that has ended, which is recreated', set([of('a', { ...crashing, phase: 'Failed' })]), false],
    ['not if pods are replaced in parallel', set([of('a', crashing)], { podManagementPolicy: 'Parallel' }), false],
    ['not before the controller has seen the new spec', set([of('a', crashing)], {}, { observedGeneration: 2 }), false],
    ['but not if the partition would recreate it unchanged', set([of('a', crashing)], held), true, false],
    [
      'but not if pods are deleted by hand',
      set([of('a', crashing)], { updateStrategy: { type: 'OnDelete' } }),
      true,
      false,
    ],
  ])('%s', (_, view, isBlocked, isToGo = isBlocked) => {
    expect(shortOf('statefulset', [[0, view]]).includes('0 waiting BlockedByOldPod')).toBe(isBlocked);
    expect(name(view)).toEqual(isToGo ? ['app-0'] : []);
  });

  it('only of a StatefulSet', () => {
    expect(podsToUnblock(deployment, set([of('a', crashing)]))).toEqual([]);
  });

  it('with its uid and its problem', () => {
    expect(podsToUnblock({ ...deployment, kind: 'statefulset' }, set([of('a', pulling)]))).toEqual([
      { name: 'app-0', uid: 'p0', why: 'ImagePullBackOff: container image reg/app:1' },
    ]);
  });
});
