import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { Workload, WorkloadKind } from '../../../lib/domain/plan/plan.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import type { Judgement } from '../../../lib/domain/rollout/judgement.ts';
import { isRunning, judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { deployment, now, secondsAgo, unready, viewOf, waitingFor } from './objects.ts';

/** One table per kind: what its object says, and what we make of it. */

const nothing: WorkloadView = { revisions: [], pods: [] };
const template = { spec: { containers: [{ name: 'app', image: 'reg/app:2' }] } };
const expected = { version: '2', artifactType: 'docker' } as const;
const metadata = { name: 'app', namespace: 'shared', uid: 'u1', generation: 3 };

function judge(kind: WorkloadKind, view: WorkloadView, baselineView: WorkloadView = nothing): Judgement {
  const workload: Workload = { ...deployment, kind };
  return judgeRollout({ workload, expected, baseline: captureBaseline(workload, baselineView), view, now });
}

const podOf = (status: JsonObject, labels: JsonObject = {}): JsonObject => ({
  kind: 'Pod',
  metadata: { name: 'app-0', uid: 'p0', labels, ownerReferences: [{ uid: 'u1' }] },
  spec: template.spec,
  status,
});

describe('a StatefulSet', () => {
  const view = (status: JsonObject, spec: JsonObject = {}, pods: readonly JsonObject[] = []): WorkloadView => ({
    workload: {
      metadata,
      spec: {
        replicas: 3,
        template,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        ...spec,
      },
      status: {
        observedGeneration: 3,
        replicas: 3,
        readyReplicas: 3,
        updatedReplicas: 3,
        currentRevision: 'app-b',
        updateRevision: 'app-b',
        ...status,
      },
    },
    revisions: [],
    pods,
  });
  const partition = (count: number) => ({
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: count } },
  });

  it.each([
    { what: 'complete', view: view({}), verdict: 'healthy', reason: 'RolledOut' },
    {
      what: 'not observed',
      view: view({ observedGeneration: 2 }),
      verdict: 'waiting',
      reason: 'GenerationNotObserved',
    },
    { what: 'not all updated', view: view({ updatedReplicas: 2 }), verdict: 'waiting', reason: 'ReplicasNotUpdated' },
    { what: 'not all ready', view: view({ readyReplicas: 2 }), verdict: 'waiting', reason: 'ReplicasNotReady' },
    { what: 'one too many', view: view({ replicas: 4 }), verdict: 'waiting', reason: 'OldReplicasPending' },
    {
      what: 'ready, not available',
      view: view({ availableReplicas: 1 }, { minReadySeconds: 5 }),
      verdict: 'waiting',
      reason: 'ReplicasNotAvailable',
    },
    {
      what: 'last step missing',
      view: view({ currentRevision: 'app-a' }),
      verdict: 'waiting',
      reason: 'RevisionNotCurrent',
    },
    ...(['currentRevision', 'updateRevision'] as const).map((revision) => ({
      what: `without a word of its ${revision}`,
      view: view({ currentRevision: 'app-a', [revision]: null }),
      verdict: 'healthy',
      reason: 'RolledOut',
    })),
    {
      what: 'held by a partition',
      view: view({ updatedReplicas: 1, currentRevision: 'app-a' }, partition(2)),
      verdict: 'healthy',
      reason: 'RolledOut',
    },
    {
      what: 'partition over replicas',
      view: view({ updatedReplicas: 0 }, partition(9)),
      verdict: 'healthy',
      reason: 'RolledOut',
    },
    {
      what: 'none asked for',
      view: view({ replicas: 0, readyReplicas: 0, updatedReplicas: 0 }, { replicas: 0 }),
      verdict: 'healthy',
      reason: 'RolledOut',
    },
  ])('that is $what: $verdict, $reason', ({ view: seen, verdict, reason }) => {
    expect(judge('statefulset', seen)).toMatchObject({ verdict, reason });
  });

  it('warns of what a partition holds, and of OnDelete', () => {
    expect(judge('statefulset', view({ updatedReplicas: 1 }, partition(2))).warnings).toEqual([
      expect.stringContaining('2 of 3 replicas'),
    ]);
    const onDelete = judge('statefulset', view({ updatedReplicas: 0 }, { updateStrategy: { type: 'OnDelete' } }));
    expect(onDelete).toMatchObject({ verdict: 'waiting', warnings: [expect.stringContaining('OnDelete')] });
  });

  it('counts only the pods of its update revision', () => {
    const invalid = unready(waitingFor('InvalidImageName'));
    const at = (hash: string) => view({ readyReplicas: 2 }, {}, [podOf(invalid, { 'controller-revision-hash': hash })]);
    expect(judge('statefulset', at('app-b'))).toMatchObject({ verdict: 'failing', reason: 'InvalidImageName' });
    expect(judge('statefulset', at('app-a'))).toMatchObject({
      verdict: 'waiting',
      warnings: [expect.stringContaining('app-0')],
    });
  });
});

describe('a DaemonSet', () => {
  const view = (status: JsonObject, pods: readonly JsonObject[] = []): WorkloadView => ({
    workload: {
      metadata,
      spec: { template },
      status: {
        observedGeneration: 3,
        desiredNumberScheduled: 2,
        updatedNumberScheduled: 2,
        numberReady: 2,
        numberAvailable: 2,
        ...status,
      },
    },
    revisions: ['old', 'new'].map((name, index) => ({
      metadata: { name, labels: { 'controller-revision-hash': name }, ownerReferences: [{ uid: 'u1' }] },
      revision: index + 1,
    })),
    pods,
  });

  it.each([
    { what: 'complete', view: view({}), verdict: 'healthy', reason: 'RolledOut' },
    {
      what: 'not all updated',
      view: view({ updatedNumberScheduled: 1 }),
      verdict: 'waiting',
      reason: 'ReplicasNotUpdated',
    },
    { what: 'not all ready', view: view({ numberReady: 1 }), verdict: 'waiting', reason: 'ReplicasNotReady' },
    {
      what: 'not all available',
      view: view({ numberAvailable: null }),
      verdict: 'waiting',
      reason: 'ReplicasNotAvailable',
    },
  ])('that is $what: $verdict, $reason', ({ view: seen, verdict, reason }) => {
    expect(judge('daemonset', seen)).toMatchObject({ verdict, reason });
  });

  it('that fits no node is ready with 0 of 0, and a warning', () => {
    const none = view({ desiredNumberScheduled: 0, updatedNumberScheduled: 0, numberReady: 0, numberAvailable: 0 });
    expect(judge('daemonset', none)).toMatchObject({
      verdict: 'healthy',
      warnings: [expect.stringContaining('0 of 0')],
    });
  });

  it('counts only the pods of its newest revision', () => {
    const at = (hash: string) =>
      view({ numberReady: 1 }, [podOf(unready(waitingFor('InvalidImageName')), { 'controller-revision-hash': hash })]);
    expect(judge('daemonset', at('new')).verdict).toBe('failing');
    expect(judge('daemonset', at('old')).verdict).toBe('waiting');
  });
});

describe('a Job', () => {
  const view = (
    status: JsonObject,
    { spec = {}, pods = [], uid = 'u1' }: { spec?: JsonObject; pods?: readonly JsonObject[]; uid?: string } = {},
  ): WorkloadView => ({
    workload: { metadata: { ...metadata, uid }, spec: { template, ...spec }, status },
    revisions: [],
    pods,
  });
  const condition = (type: string) => ({
    conditions: [{ type, status: 'True', reason: 'BackoffLimitExceeded', message: 'it is over' }],
  });
  const crashed = unready({
    restartCount: 3,
    state: { terminated: { exitCode: 2, reason: 'Error', finishedAt: secondsAgo(1) } },
  });

  it.each([
    { what: 'new', view: view({}), verdict: 'waiting', reason: 'JobRunning' },
    {
      what: 'complete',
      view: view({ succeeded: 1, ...condition('Complete') }),
      verdict: 'healthy',
      reason: 'JobComplete',
    },
    { what: 'failed', view: view({ failed: 7, ...condition('Failed') }), verdict: 'failing', reason: 'JobFailed' },
    {
      what: 'about to be failed',
      view: view({ failed: 7, ...condition('FailureTarget') }),
      verdict: 'failing',
      reason: 'JobFailed',
    },
    {
      what: 'crashing within its limit',
      view: view({ failed: 1 }, { pods: [podOf(crashed)] }),
      verdict: 'waiting',
      reason: 'JobRunning',
    },
    {
      what: 'unable to start',
      view: view({}, { pods: [podOf(unready(waitingFor('InvalidImageName')))] }),
      verdict: 'failing',
      reason: 'InvalidImageName',
    },
  ])('that is $what: $verdict, $reason', ({ view: seen, verdict, reason }) => {
    expect(judge('job', seen)).toMatchObject({ verdict, reason });
  });

  it('that failed shows the container that ended badly, whose log helps', () => {
    const judged = judge('job', view({ failed: 1, ...condition('Failed') }, { pods: [podOf(crashed)] }));
    expect(judged.evidence).toContainEqual(
      expect.objectContaining({ kind: 'pod', name: 'app-0', container: 'app', message: 'exit code 2, Error' }),
    );
  });

  it('that was there and complete before is nothing new; another uid is', () => {
    const complete = view({ succeeded: 1, ...condition('Complete') });
    expect(judge('job', complete, complete).reason).toBe('AlreadyRunning');
    expect(judge('job', complete, view({}, { uid: 'u0' })).reason).toBe('JobComplete');
  });

  it('that is suspended says so', () => {
    expect(judge('job', view({}, { spec: { suspend: true } })).warnings).toEqual([
      expect.stringContaining('suspended'),
    ]);
  });
});

describe('a CronJob', () => {
  const view = (spec: JsonObject = {}): WorkloadView => ({
    ...nothing,
    workload: { metadata, spec: { jobTemplate: { spec: { template } }, ...spec } },
  });

  it('is ready when it exists with the image', () => {
    expect(judge('cronjob', view())).toMatchObject({ verdict: 'healthy', reason: 'CronJobUpdated' });
    expect(judge('cronjob', view()).warnings).toBeUndefined();
    expect(judge('cronjob', nothing).verdict).toBe('waiting');
  });

  it('that is suspended gets a warning', () => {
    expect(judge('cronjob', view({ suspend: true })).warnings).toEqual(['the cronjob is suspended: it will not run']);
  });
});

describe('a Pod', () => {
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
  it.each([
    { status: { phase: 'Running', ...ready }, verdict: 'healthy' },
    { status: { phase: 'Running' }, verdict: 'waiting' },
    { status: { phase: 'Pending', ...ready }, verdict: 'waiting' },
    { status: { phase: 'Succeeded' }, verdict: 'healthy' },
    { status: { phase: 'Failed', message: 'evicted' }, verdict: 'failing' },
  ])('with $status is $verdict', ({ status, verdict }) => {
    const object = podOf(status);
    expect(judge('pod', { workload: object, revisions: [], pods: [object] }).verdict).toBe(verdict);
  });

  it('that is being deleted is awaited anew', () => {
    const object = {
      metadata: { ...metadata, deletionTimestamp: 'x' },
      spec: template.spec,
      status: { phase: 'Running', ...ready },
    };
    expect(judge('pod', { workload: object, revisions: [], pods: [] })).toMatchObject({
      verdict: 'waiting',
      reason: 'Terminating',
    });
  });
});

describe('what was before', () => {
  it('a restart of long ago is no crash loop when nothing changed, even while the pod is not ready', () => {
    const podStatus = unready({
      restartCount: 9,
      state: { running: {} },
      lastState: { terminated: { exitCode: 1, finishedAt: secondsAgo(9_000) } },
    });
    const same = viewOf({ podStatus, status: { readyReplicas: 1 } });
    expect(judge('deployment', same, same).verdict).toBe('waiting');
    expect(judge('deployment', same).verdict).toBe('failing');
  });

  it('a deployment that was deleted and made anew is a new one, though its revision has the same number', () => {
    const before = viewOf({});
    expect(judge('deployment', before, before).reason).toBe('AlreadyRunning');
    const other = JSON.parse(JSON.stringify(before).replaceAll('"d1"', '"d0"')) as WorkloadView;
    expect(judge('deployment', before, other).reason).toBe('RolledOut');
  });

  it('the expected image, seen once and put back by somebody, is superseded', () => {
    const before = viewOf({ image: 'reg/app:1', revision: 1 });
    const baseline = captureBaseline(deployment, before);
    const look = { workload: deployment, expected, baseline, now };
    const { progress } = judgeRollout({ ...look, view: viewOf({ status: { readyReplicas: 1 } }) });
    expect(judgeRollout({ ...look, view: before, previous: progress })).toMatchObject({
      verdict: 'failing',
      reason: 'Superseded',
    });
    expect(judgeRollout({ ...look, view: before })).toMatchObject({ verdict: 'waiting', reason: 'ImageNotUpdated' });
  });

  it('a release runs already only when its image is known to run, and is ready', () => {
    const running = (view: WorkloadView, artifactType: 'docker' | 'helm', image?: string) =>
      isRunning({ workload: deployment, expected: { version: '2', artifactType, ...(image && { image }) }, view, now });
    expect(running(viewOf({}), 'docker')).toBe(true);
    expect(running(viewOf({ status: { readyReplicas: 1 } }), 'docker')).toBe(false);
    expect(running(viewOf({ image: 'reg/app:3' }), 'docker')).toBe(false);
    expect(running(viewOf({}), 'helm')).toBe(false);
    expect(running(viewOf({}), 'helm', 'reg/app:2')).toBe(true);
  });
});
