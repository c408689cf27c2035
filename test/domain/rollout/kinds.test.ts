import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import { isRunning, judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { expected, judge, lines, metadata, podOf, template } from './kinds.ts';
import { deployment, now, secondsAgo, toldOf, unready, viewOf, waitingFor } from './objects.ts';

/** A table for the sets: the state of such an object, and our verdict. */

const isReady = { conditions: [{ type: 'Ready', status: 'True' }] };
const notReady = { conditions: [{ type: 'Ready', status: 'False' }] };

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
    { what: 'complete', view: view({}), told: 'healthy, RolledOut: 3 of 3 replicas are ready with reg/app:2' },
    {
      what: 'not observed',
      view: view({ observedGeneration: 2 }),
      told: 'waiting, GenerationNotObserved: the controller has seen generation 2; generation 3 is the current one',
    },
    {
      what: 'not all updated',
      view: view({ updatedReplicas: 2 }),
      told: 'waiting, ReplicasNotUpdated: 2 of 3 replicas have the new revision',
    },
    {
      what: 'not all ready',
      view: view({ readyReplicas: 2 }),
      told: 'waiting, ReplicasNotReady: 2 of 3 replicas are ready',
    },
    {
      what: 'one too many',
      view: view({ replicas: 4 }),
      told: 'waiting, OldReplicasPending: 4 replicas exist; 3 are wanted',
    },
    {
      what: 'ready, not available',
      view: view({ availableReplicas: 1 }, { minReadySeconds: 5 }),
      told: 'waiting, ReplicasNotAvailable: 1 of 3 replicas are available',
    },
    {
      what: 'ready, not available long enough',
      view: view({ availableReplicas: 2 }, { minReadySeconds: 1 }),
      told: 'waiting, ReplicasNotAvailable: 2 of 3 replicas are available',
    },
    {
      what: 'held by a partition of one',
      view: view({ updatedReplicas: 2, currentRevision: 'app-a' }, partition(1)),
      told: lines(
        'healthy, RolledOut: 2 of 3 replicas are ready with reg/app:2',
        '! 1 of 3 replicas stay on the old revision: partition 1',
      ),
    },
    {
      what: 'last step missing',
      view: view({ currentRevision: 'app-a' }),
      told: 'waiting, RevisionNotCurrent: the current revision is app-a, not yet app-b',
    },
    ...(['currentRevision', 'updateRevision'] as const).map((revision) => ({
      what: `without its ${revision}`,
      view: view({ currentRevision: 'app-a', [revision]: null }),
      told: 'healthy, RolledOut: 3 of 3 replicas are ready with reg/app:2',
    })),
    {
      what: 'held by a partition',
      view: view({ updatedReplicas: 1, currentRevision: 'app-a' }, partition(2)),
      told: lines(
        'healthy, RolledOut: 1 of 3 replicas are ready with reg/app:2',
        '! 2 of 3 replicas stay on the old revision: partition 2',
      ),
    },
    {
      what: 'partition over replicas',
      view: view({ updatedReplicas: 0 }, partition(9)),
      told:
        'waiting, PartitionHoldsAll: 0 of 3 replicas have the new revision, and none will: partition 9 holds all of ' +
        'them back. Lower the partition, then deploy again',
    },
    {
      what: 'created with a partition over its replicas, so that all have the only revision',
      view: view({ updatedReplicas: 3 }, partition(9)),
      told: 'healthy, RolledOut: 3 of 3 replicas are ready with reg/app:2',
    },
    {
      what: 'zero replicas requested',
      view: view({ replicas: 0, readyReplicas: 0, updatedReplicas: 0 }, { replicas: 0 }),
      told: 'waiting, NothingAsked: no replicas are requested yet: 0 counts once it lasts for 15 s',
    },
  ])('that is $what', ({ view: seen, told }) => {
    expect(toldOf(judge('statefulset', seen))).toBe(told);
  });

  it('with OnDelete has no last step', () => {
    const onDelete = { updateStrategy: { type: 'OnDelete' } };
    expect(judge('statefulset', view({ currentRevision: 'app-a' }, onDelete)).reason).toBe('RolledOut');
  });

  it.each<[what: string, spec: JsonObject, pod: JsonObject, isStuck: boolean]>([
    ['is not ready', {}, podOf({}, { 'controller-revision-hash': 'app-a' }), true],
    ['reports that it is not', {}, podOf(notReady, { 'controller-revision-hash': 'app-a' }), true],
    ['is ready', {}, podOf(isReady, { 'controller-revision-hash': 'app-a' }), false],
    [
      'need not be awaited',
      { podManagementPolicy: 'Parallel' },
      podOf({}, { 'controller-revision-hash': 'app-a' }),
      false,
    ],
    ['is of this revision', {}, podOf({}, { 'controller-revision-hash': 'app-b' }), false],
    ['is of none', {}, podOf({}), false],
    [
      'is being deleted',
      {},
      { metadata: { name: 'app-0', labels: { 'controller-revision-hash': 'app-a' }, deletionTimestamp: 'x' } },
      false,
    ],
  ])('warns about a pod of an older revision that blocks it: one that %s', (_, spec, pod, isStuck) => {
    expect(judge('statefulset', view({ readyReplicas: 2 }, spec, [pod])).warnings).toEqual(
      isStuck
        ? ['pod app-0 of an older revision is not ready and blocks the update; if that lasts, delete it']
        : undefined,
    );
  });

  it('without its revision has no older pods', () => {
    const pod = podOf({}, { 'controller-revision-hash': 'app-a' });
    expect(judge('statefulset', view({ readyReplicas: 2, updateRevision: null }, {}, [pod])).warnings).toBeUndefined();
  });

  it('that is unchanged ignores old crashes of its containers', () => {
    const status = {
      ...unready({ restartCount: 9, lastState: { terminated: { exitCode: 1, finishedAt: secondsAgo(60) } } }),
    };
    const same = view({ readyReplicas: 2 }, {}, [podOf(status, { 'controller-revision-hash': 'app-b' })]);
    expect([judge('statefulset', same, same).reason, judge('statefulset', same).reason]).toEqual([
      'ReplicasNotReady',
      'CrashLoopBackOff',
    ]);
  });

  it('without its revision may be another one than before', () => {
    const same = view({ updateRevision: null });
    expect(judge('statefulset', same, same).reason).toBe('RolledOut');
  });

  it('shows what its pods wait for', () => {
    const pod = podOf(unready(waitingFor('ContainerCreating')), { 'controller-revision-hash': 'app-b' });
    expect(toldOf(judge('statefulset', view({ readyReplicas: 2 }, {}, [pod])))).toBe(
      lines(
        'waiting, ReplicasNotReady: 2 of 3 replicas are ready',
        '- pod app-0/app, ContainerCreating: about ContainerCreating',
      ),
    );
  });

  it('counts only the pods of its update revision', () => {
    const invalid = unready(waitingFor('InvalidImageName'));
    const at = (hash: string) => view({ readyReplicas: 2 }, {}, [podOf(invalid, { 'controller-revision-hash': hash })]);
    expect(judge('statefulset', at('app-b'))).toMatchObject({ verdict: 'failing', reason: 'InvalidImageName' });
    expect(judge('statefulset', at('app-a'))).toMatchObject({ verdict: 'waiting', reason: 'BlockedByOldPod' });
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
    { what: 'complete', view: view({}), told: 'healthy, RolledOut: 2 of 2 replicas are ready with reg/app:2' },
    {
      what: 'not all updated',
      view: view({ updatedNumberScheduled: 1 }),
      told: 'waiting, ReplicasNotUpdated: 1 of 2 nodes have the new revision',
    },
    {
      what: 'not all ready',
      view: view({ numberReady: 1 }),
      told: 'waiting, ReplicasNotReady: 1 of 2 nodes are ready',
    },
    {
      what: 'not all available',
      view: view({ numberAvailable: null }),
      told: 'waiting, ReplicasNotAvailable: 0 of 2 nodes are available',
    },
  ])('that is $what', ({ view: seen, told }) => {
    expect(toldOf(judge('daemonset', seen))).toBe(told);
  });

  it('warns about nothing without a reason', () => {
    expect(judge('daemonset', view({ numberReady: 1 }))).not.toHaveProperty('warnings');
  });

  it.each<[what: string, WorkloadView, told: string]>([
    [
      'whose nodes are not counted',
      view({ desiredNumberScheduled: null }),
      'waiting, NodesNotCounted: the controller has not counted the nodes yet',
    ],
    [
      'that is not observed',
      view({ observedGeneration: 2 }),
      'waiting, GenerationNotObserved: the controller has seen generation 2; generation 3 is the current one',
    ],
    [
      'whose pods wait',
      view({ numberReady: 1 }, [
        podOf(unready(waitingFor('ContainerCreating')), { 'controller-revision-hash': 'new' }),
      ]),
      lines(
        'waiting, ReplicasNotReady: 1 of 2 nodes are ready',
        '- pod app-0/app, ContainerCreating: about ContainerCreating',
      ),
    ],
  ])('%s', (_, seen, told) => {
    expect(toldOf(judge('daemonset', seen))).toBe(told);
  });

  it('that is unchanged ignores old crashes of its containers', () => {
    const status = {
      ...unready({ restartCount: 9, lastState: { terminated: { exitCode: 1, finishedAt: secondsAgo(60) } } }),
    };
    const same = view({ numberReady: 1 }, [podOf(status, { 'controller-revision-hash': 'new' })]);
    expect([judge('daemonset', same, same).reason, judge('daemonset', same).reason]).toEqual([
      'ReplicasNotReady',
      'CrashLoopBackOff',
    ]);
  });

  it('counts only the pods of its newest revision', () => {
    const at = (hash: string) =>
      view({ numberReady: 1 }, [podOf(unready(waitingFor('InvalidImageName')), { 'controller-revision-hash': hash })]);
    expect(judge('daemonset', at('new')).verdict).toBe('failing');
    expect(judge('daemonset', at('old')).verdict).toBe('waiting');
  });
});

describe('what was before', () => {
  it('a restart long ago is no crash loop when nothing changed, even while the pod is not ready', () => {
    const podStatus = unready({
      restartCount: 9,
      state: { running: {} },
      lastState: { terminated: { exitCode: 1, finishedAt: secondsAgo(9_000) } },
    });
    const same = viewOf({ podStatus, status: { readyReplicas: 1 } });
    expect(judge('deployment', same, same).verdict).toBe('waiting');
    expect(judge('deployment', same).verdict).toBe('failing');
  });

  it('a Deployment that was deleted and recreated is new, even with the same revision number', () => {
    const before = viewOf({});
    expect(judge('deployment', before, before).reason).toBe('AlreadyRunning');
    const other = JSON.parse(JSON.stringify(before).replaceAll('"d1"', '"d0"')) as WorkloadView;
    expect(judge('deployment', before, other).reason).toBe('RolledOut');
  });

  it('the expected image, seen once and replaced by somebody, is superseded', () => {
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

  it('a release already runs only if its image is known to run, and is ready', () => {
    const running = (view: WorkloadView, artifactType: 'docker' | 'helm', image?: string) =>
      isRunning({ workload: deployment, expected: { version: '2', artifactType, ...(image && { image }) }, view, now });
    expect(running(viewOf({}), 'docker')).toBe(true);
    expect(running(viewOf({ status: { readyReplicas: 1 } }), 'docker')).toBe(false);
    expect(running(viewOf({ image: 'reg/app:3' }), 'docker')).toBe(false);
    expect(running(viewOf({}), 'helm')).toBe(false);
    expect(running(viewOf({}), 'helm', 'reg/app:2')).toBe(true);
  });
});
