import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadKind } from '../../../lib/domain/plan/plan.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import type { Evidence } from '../../../lib/domain/rollout/judgement.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { now, secondsAgo } from './objects.ts';

/**
 * Lessons from the tests of kubectl, kstatus, Helm and Argo CD, and from a recorded control plane.
 * Each has a small object of our own. Controllers leave out fields that are 0 or not known yet.
 * Our verdict is stricter than theirs where theirs would mislead a person. `npm run test:recordings` compares our rules
 * with the real objects.
 */

interface Bare {
  readonly metadata?: JsonObject;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
}

/** No fields beyond the row, except that its generation was seen. As a chart, whose image nobody compares. */
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
  ['no replicas in its spec means one', 'deployment', { status: rolled }, 'healthy', 'RolledOut'],
  ['no counters', 'deployment', { spec: { replicas: 1 } }, 'waiting', 'ReplicasNotUpdated'],
  [
    'all but maxUnavailable are not all (Helm accepts it)',
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
    'complete, with an unknown availability',
    'deployment',
    { status: { ...rolled, ...condition('Available', 'Unknown') } },
    'waiting',
    'DeploymentNotAvailable',
  ],
  [
    'complete, without an availability condition',
    'deployment',
    { status: { ...rolled, ...condition('Progressing', 'True') } },
    'healthy',
    'RolledOut',
  ],
  [
    'its deadline has passed, without a message and without pods',
    'deployment',
    { status: condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded' }) },
    'failing',
    'ProgressDeadlineExceeded',
  ],
  [
    'a deadline that passed before completion is in the past',
    'deployment',
    { status: { ...rolled, ...condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded' }) } },
    'healthy',
    'RolledOut',
  ],
  [
    'its generation was not seen, despite its counters',
    'deployment',
    { metadata: { generation: 2 }, status: rolled },
    'waiting',
    'GenerationNotObserved',
  ],
  [
    'no generation was ever seen',
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
    'a StatefulSet without a counter of updated pods',
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
    'a StatefulSet whose pods somebody must delete (kubectl does not say)',
    'statefulset',
    { spec: { updateStrategy: { type: 'OnDelete' } }, status: { replicas: 1, readyReplicas: 1, updatedReplicas: 0 } },
    'waiting',
    'OnDelete',
  ],
  ['a DaemonSet whose nodes are not counted', 'daemonset', { status: {} }, 'waiting', 'NodesNotCounted'],
  [
    'a DaemonSet without matching nodes',
    'daemonset',
    { status: { desiredNumberScheduled: 0 } },
    'waiting',
    'NothingAsked',
  ],
  [
    'a DaemonSet that is ready, and available nowhere (Helm accepts it)',
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
  ['a Job without a status (kstatus calls it Current)', 'job', {}, 'waiting', 'JobRunning'],
  ['a Job that runs', 'job', { status: { active: 1, startTime: secondsAgo(9) } }, 'waiting', 'JobRunning'],
  ['a Job that is complete', 'job', { status: condition('Complete', 'True') }, 'healthy', 'JobComplete'],
  ['a Job that is not', 'job', { status: condition('Complete', 'False') }, 'waiting', 'JobRunning'],
  ['a Job that failed, without a reason', 'job', { status: condition('Failed', 'True') }, 'failing', 'JobFailed'],
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
    'a Pod that runs and will not restart: its work is not done',
    'pod',
    { spec: { restartPolicy: 'Never' }, status: { phase: 'Running', ...ready } },
    'waiting',
    'PodRunning',
  ],
  ['a Pod that runs and is not ready', 'pod', { status: { phase: 'Running' } }, 'waiting', 'PodNotReady'],
  ['a Pod that succeeded', 'pod', { status: { phase: 'Succeeded' } }, 'healthy', 'RolledOut'],
  ['a Pod that failed (kstatus calls it Current)', 'pod', { status: { phase: 'Failed' } }, 'failing', 'PodFailed'],
  [
    'a Pod that fits no node: an autoscaler may add one (kstatus waits 15 seconds)',
    'pod',
    { status: { phase: 'Pending', ...condition('PodScheduled', 'False', { reason: 'Unschedulable' }) } },
    'waiting',
    'Unschedulable',
  ],
  [
    'a Pod in a crash loop that has not restarted yet',
    'pod',
    { status: { phase: 'Running', ...crashing(0) } },
    'waiting',
    'Restarting',
  ],
  [
    'a Pod in a crash loop, with any restart policy',
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

describe('messages for objects that say nothing', () => {
  const evidenceOf = (bare: Bare): readonly Evidence[] => judge('pod', bare).evidence ?? [];

  it('a Pod that fits no node, and does not say why', () => {
    const status = { phase: 'Pending', ...condition('PodScheduled', 'False', { reason: 'Unschedulable' }) };
    expect(evidenceOf({ status })).toContainEqual(
      expect.objectContaining({ reason: 'Unschedulable', message: 'no node fits' }),
    );
  });

  it('a crash at an unknown time is not recent', () => {
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

  it('reports an update blocked by an older pod only if there is an update revision', () => {
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
    ['its number if the ReplicaSet was not seen', annotations, [], '7'],
    ['nothing if it has no number', {}, [replicaSet], undefined],
  ])('is %s', (_, marks, revisions, revision) => {
    const object = { metadata: { name: 'app', uid: 'u1', annotations: marks }, spec: { template: { spec: {} } } };
    const baseline = captureBaseline(workload, { workload: object, revisions, pods: [] });
    expect(baseline.exists ? baseline.revision : 'absent').toBe(revision);
  });
});
