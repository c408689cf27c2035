import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadKind } from '../../../lib/domain/plan/plan.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import type { Evidence } from '../../../lib/domain/rollout/judgement.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { now, secondsAgo } from './objects.ts';

/**
 * What the tests of kubectl, kstatus, Helm and Argo CD taught us, and a recorded control plane, each lesson with a small
 * object of our own: a controller leaves out what is 0 or not known yet, and our verdict is stricter than theirs where a
 * person would be told something untrue. `npm run test:recordings` holds our rules against the real things.
 */

interface Bare {
  readonly metadata?: JsonObject;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
}

/** Not a field more than the row says, but that its generation was seen; as a chart, whose image nobody compares. */
function judge(kind: WorkloadKind, bare: Bare, more: { readonly pods?: readonly JsonObject[] } = {}) {
  const workload = { kind, name: 'app', namespace: 'default' };
  const object: JsonObject = {
    ...bare,
    metadata: { name: 'app', uid: 'u1', generation: 1, ...bare.metadata },
    status: { observedGeneration: 1, ...bare.status },
  };
  const view = { workload: object, revisions: [], pods: more.pods ?? (kind === 'pod' ? [object] : []) };
  const expected = { version: '1', artifactType: 'helm' } as const;
  return judgeRollout({ workload, expected, baseline: { exists: false }, view, now });
}

const condition = (type: string, status: string, more: JsonObject = {}): JsonObject => ({
  conditions: [{ type, status, ...more }],
});
const rolled = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
const ready = condition('Ready', 'True');

type Row = readonly [string, WorkloadKind, Bare, 'healthy' | 'failing' | 'waiting', string];

const deployments: readonly Row[] = [
  ['without a word of its replicas it is to have one', 'deployment', { status: rolled }, 'healthy', 'RolledOut'],
  ['one of which nothing is counted', 'deployment', { spec: { replicas: 1 } }, 'waiting', 'ReplicasNotUpdated'],
  [
    'as many as maxUnavailable demands are not all (Helm is content)',
    'deployment',
    {
      spec: { replicas: 3, strategy: { rollingUpdate: { maxUnavailable: 1 } } },
      status: { replicas: 3, updatedReplicas: 3, readyReplicas: 2, availableReplicas: 2 },
    },
    'waiting',
    'ReplicasNotReady',
  ],
  [
    'complete, and not available, without a reason',
    'deployment',
    { status: { ...rolled, ...condition('Available', 'False') } },
    'waiting',
    'DeploymentNotAvailable',
  ],
  [
    'complete, and nobody knows whether it is available',
    'deployment',
    { status: { ...rolled, ...condition('Available', 'Unknown') } },
    'waiting',
    'DeploymentNotAvailable',
  ],
  [
    'complete, without a word of whether it is available',
    'deployment',
    { status: { ...rolled, ...condition('Progressing', 'True') } },
    'healthy',
    'RolledOut',
  ],
  [
    'its deadline is exceeded, without a message and without pods',
    'deployment',
    { status: condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded' }) },
    'failing',
    'ProgressDeadlineExceeded',
  ],
  [
    'a deadline that was exceeded before it was complete is of the past',
    'deployment',
    { status: { ...rolled, ...condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded' }) } },
    'healthy',
    'RolledOut',
  ],
  [
    'its generation was not seen, whatever it counts',
    'deployment',
    { metadata: { generation: 2 }, status: rolled },
    'waiting',
    'GenerationNotObserved',
  ],
  [
    'nobody has seen any generation of it',
    'deployment',
    { status: { ...rolled, observedGeneration: null } },
    'waiting',
    'GenerationNotObserved',
  ],
  [
    'it is being deleted',
    'deployment',
    { metadata: { deletionTimestamp: secondsAgo(1) }, status: rolled },
    'waiting',
    'WorkloadDeleted',
  ],
];

const sets: readonly Row[] = [
  [
    'a StatefulSet of which nobody counts the updated',
    'statefulset',
    { spec: { replicas: 1 }, status: { replicas: 1, readyReplicas: 1 } },
    'waiting',
    'ReplicasNotUpdated',
  ],
  [
    'a StatefulSet without revisions',
    'statefulset',
    { status: { replicas: 1, readyReplicas: 1, updatedReplicas: 1 } },
    'healthy',
    'RolledOut',
  ],
  [
    'a StatefulSet whose pods somebody must delete (kubectl refuses to say)',
    'statefulset',
    { spec: { updateStrategy: { type: 'OnDelete' } }, status: { replicas: 1, readyReplicas: 1, updatedReplicas: 0 } },
    'waiting',
    'OnDelete',
  ],
  ['a DaemonSet whose nodes nobody has counted', 'daemonset', { status: {} }, 'waiting', 'NodesNotCounted'],
  ['a DaemonSet that no node wants', 'daemonset', { status: { desiredNumberScheduled: 0 } }, 'waiting', 'NothingAsked'],
  [
    'a DaemonSet that is ready, and available nowhere (Helm is content)',
    'daemonset',
    { status: { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1 } },
    'waiting',
    'ReplicasNotAvailable',
  ],
  [
    'a DaemonSet whose pods somebody must delete',
    'daemonset',
    {
      spec: { updateStrategy: { type: 'OnDelete' } },
      status: { desiredNumberScheduled: 1, numberReady: 1, numberAvailable: 1 },
    },
    'waiting',
    'OnDelete',
  ],
];

const jobs: readonly Row[] = [
  ['a Job without a status (kstatus calls that Current)', 'job', {}, 'waiting', 'JobRunning'],
  ['a Job that runs', 'job', { status: { active: 1, startTime: secondsAgo(9) } }, 'waiting', 'JobRunning'],
  ['a Job that is complete', 'job', { status: condition('Complete', 'True') }, 'healthy', 'JobComplete'],
  ['a Job that is not', 'job', { status: condition('Complete', 'False') }, 'waiting', 'JobRunning'],
  ['a Job that failed, without a word why', 'job', { status: condition('Failed', 'True') }, 'failing', 'JobFailed'],
  ['a Job that is about to fail', 'job', { status: condition('FailureTarget', 'True') }, 'failing', 'JobFailed'],
  ['a CronJob that never ran', 'cronjob', {}, 'healthy', 'CronJobUpdated'],
];

const crashing = (restartCount: number): JsonObject => ({
  containerStatuses: [{ name: 'c', ready: false, restartCount, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
});
const pods: readonly Row[] = [
  ['a Pod without a status', 'pod', {}, 'waiting', 'PodNotReady'],
  ['a Pod that runs and is ready', 'pod', { status: { phase: 'Running', ...ready } }, 'healthy', 'RolledOut'],
  [
    'a Pod that is not to be started again and runs: its work is not done',
    'pod',
    { spec: { restartPolicy: 'Never' }, status: { phase: 'Running', ...ready } },
    'waiting',
    'PodRunning',
  ],
  ['a Pod that runs and is not ready', 'pod', { status: { phase: 'Running' } }, 'waiting', 'PodNotReady'],
  ['a Pod that ended well', 'pod', { status: { phase: 'Succeeded' } }, 'healthy', 'RolledOut'],
  [
    'a Pod that ended badly (kstatus calls that Current)',
    'pod',
    { status: { phase: 'Failed' } },
    'failing',
    'PodFailed',
  ],
  [
    'a Pod that finds no node: an autoscaler may make one (kstatus gives it 15 seconds)',
    'pod',
    { status: { phase: 'Pending', ...condition('PodScheduled', 'False', { reason: 'Unschedulable' }) } },
    'waiting',
    'Unschedulable',
  ],
  [
    'a Pod in a crash loop that was not started again yet',
    'pod',
    { status: { phase: 'Running', ...crashing(0) } },
    'waiting',
    'Restarting',
  ],
  [
    'a Pod in a crash loop, whatever its restart policy',
    'pod',
    { spec: { restartPolicy: 'OnFailure' }, status: { phase: 'Running', ...crashing(4) } },
    'failing',
    'CrashLoopBackOff',
  ],
];

describe.each([
  ['a Deployment', deployments],
  ['a StatefulSet or a DaemonSet', sets],
  ['a Job or a CronJob', jobs],
  ['a Pod', pods],
] as const)('%s', (_, rows) => {
  it.each(rows)('%s', (__, kind, bare, verdict, reason) => {
    const judged = judge(kind, bare);
    expect(judged).toMatchObject({ verdict, reason });
    expect(judged.message).not.toMatch(/undefined|NaN|null/);
    expect(judged.message).not.toBe('');
  });
});

describe('what is said where an object says nothing', () => {
  const evidenceOf = (bare: Bare): readonly Evidence[] => judge('pod', bare).evidence ?? [];

  it('a Pod that finds no node, and does not say why', () => {
    const status = { phase: 'Pending', ...condition('PodScheduled', 'False', { reason: 'Unschedulable' }) };
    expect(evidenceOf({ status })).toContainEqual(
      expect.objectContaining({ reason: 'Unschedulable', message: 'no node fits' }),
    );
  });

  it('a crash of which nobody knows when it was is none of the last seconds', () => {
    const lastState = { terminated: { exitCode: 1 } };
    const containerStatuses = [{ name: 'c', ready: true, restartCount: 1, state: { running: {} }, lastState }];
    expect(judge('pod', { status: { phase: 'Running', ...ready, containerStatuses } })).toMatchObject({
      verdict: 'healthy',
    });
    const finishedAt = secondsAgo(1);
    const fresh = [{ ...containerStatuses[0], lastState: { terminated: { exitCode: 1, finishedAt } } }];
    expect(judge('pod', { status: { phase: 'Running', ...ready, containerStatuses: fresh } })).toMatchObject({
      verdict: 'waiting',
      reason: 'Settling',
    });
  });

  it('an update that is held up by a pod of an older revision is only told where there is an update revision', () => {
    const old = { metadata: { name: 'app-0', labels: { 'controller-revision-hash': 'a' } }, status: {} };
    const waiting = (status: JsonObject) => judge('statefulset', { status }, { pods: [old] }).warnings;
    expect(waiting({ updateRevision: 'b' })).toEqual([expect.stringContaining('app-0')]);
    expect(waiting({})).toBeUndefined();
  });
});

describe('the revision of a Deployment in its baseline', () => {
  const workload = { kind: 'deployment', name: 'app', namespace: 'default' } as const;
  const annotations = { 'deployment.kubernetes.io/revision': '7' };
  const replicaSet = {
    metadata: { name: 'app-x', annotations, labels: { 'pod-template-hash': 'x' }, ownerReferences: [{ uid: 'u1' }] },
  };

  it.each([
    ['its number and the hash of its ReplicaSet', annotations, [replicaSet], '7/x'],
    ['its number where the ReplicaSet was not seen', annotations, [], '7'],
    ['nothing where it has no number', {}, [replicaSet], undefined],
  ])('is %s', (_, marks, revisions, revision) => {
    const object = { metadata: { name: 'app', uid: 'u1', annotations: marks }, spec: { template: { spec: {} } } };
    const baseline = captureBaseline(workload, { workload: object, revisions, pods: [] });
    expect(baseline.exists ? baseline.revision : 'absent').toBe(revision);
  });
});
