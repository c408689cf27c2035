import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { judge, lines, metadata, template } from './kinds.ts';
import { shortOf } from './looks.ts';
import { secondsAgo, toldOf } from './objects.ts';

/** Two replicas in a canary with two steps: one pause for a person, and one of a minute. */
const steps = [{ setWeight: 20 }, { pause: {} }, { pause: { duration: '1m' } }];
const canary = { strategy: { canary: { steps } } };
const blueGreen = { strategy: { blueGreen: { activeService: 'app', previewService: 'preview' } } };
const counts = { observedGeneration: '3', replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
const finished = { ...counts, currentPodHash: 'new', stableRS: 'new' };
const condition = (type: string, reason: string, status = 'True') => ({
  type,
  status,
  reason,
  message: `told ${reason}`,
});

const rollout = (status: JsonObject, spec: JsonObject = canary, annotations: JsonObject = {}) => ({
  workload: {
    kind: 'Rollout',
    metadata: { ...metadata, annotations },
    spec: { replicas: 2, template, ...spec },
    status,
  },
  revisions: [],
  pods: [],
});

describe('an Argo Rollout', () => {
  it.each<[what: string, view: ReturnType<typeof rollout>, told: string]>([
    ['is done', rollout(finished), 'healthy, RolledOut: 2 of 2 replicas are ready with reg/app:2'],
    [
      'had its stable revision elsewhere before 0.8',
      rollout({ ...counts, currentPodHash: 'new', canary: { stableRS: 'new' } }),
      'healthy, RolledOut: 2 of 2 replicas are ready with reg/app:2',
    ],
    [
      'had a hash as its generation before 1.0',
      rollout({ ...finished, observedGeneration: '5b9f9dd6c6' }),
      'healthy, RolledOut: 2 of 2 replicas are ready with reg/app:2',
    ],
    [
      'has not seen the newest spec',
      rollout({ ...finished, observedGeneration: '2' }),
      'waiting, GenerationNotObserved: the controller has seen generation 2; generation 3 is the current one',
    ],
    [
      'has no status',
      rollout({}),
      'waiting, GenerationNotObserved: the controller has seen generation 0; generation 3 is the current one',
    ],
    [
      'has not seen the newest spec of its Deployment',
      rollout(
        { ...finished, workloadObservedGeneration: '6' },
        { ...canary, workloadRef: { kind: 'Deployment', name: 'app' } },
        { 'rollout.argoproj.io/workload-generation': '7' },
      ),
      'waiting, GenerationNotObserved: the controller has seen generation 6 of its workload, not 7',
    ],
    [
      'is invalid',
      rollout({ ...finished, conditions: [condition('InvalidSpec', 'InvalidSpec')] }),
      lines('failing, InvalidSpec: told InvalidSpec', '- condition InvalidSpec, InvalidSpec: told InvalidSpec'),
    ],
    [
      'was aborted',
      rollout({ ...finished, abort: true, conditions: [condition('Progressing', 'Any', 'False')] }),
      lines('failing, RolloutAborted: told Any', '- condition Progressing, RolloutAborted: told Any'),
    ],
    [
      'says that it was aborted',
      rollout({ ...finished, conditions: [condition('Progressing', 'RolloutAborted', 'False')] }),
      lines(
        'failing, RolloutAborted: told RolloutAborted',
        '- condition Progressing, RolloutAborted: told RolloutAborted',
      ),
    ],
    [
      'is past its deadline',
      rollout({ ...finished, conditions: [condition('Progressing', 'ProgressDeadlineExceeded', 'False')] }),
      lines(
        'failing, ProgressDeadlineExceeded: told ProgressDeadlineExceeded',
        '- condition Progressing, ProgressDeadlineExceeded: told ProgressDeadlineExceeded',
      ),
    ],
    [
      'is degraded, with the original message',
      rollout({ ...finished, phase: 'Degraded', message: 'no analysis template' }),
      'failing, RolloutDegraded: no analysis template',
    ],
    [
      'is paused in its spec',
      rollout(finished, { ...canary, paused: true }),
      'failing, Paused: the rollout is paused halfway; resume it, then deploy again',
    ],
    [
      'waits at a step for a person',
      rollout({ ...counts, updatedReplicas: 1, pauseConditions: [{ reason: 'CanaryPauseStep' }], currentStepIndex: 1 }),
      lines(
        'waiting, AwaitsPromotion: the rollout waits for a person (CanaryPauseStep): 1 of 2 replicas have the new revision; it continues when somebody promotes it',
        '! the rollout waits for a person (CanaryPauseStep): it continues when somebody promotes it, and fails at the timeout',
      ),
    ],
    [
      'waits at a step for a minute',
      rollout({ ...counts, updatedReplicas: 1, pauseConditions: [{ reason: 'CanaryPauseStep' }], currentStepIndex: 2 }),
      'waiting, StepPause: the rollout pauses for 1m (CanaryPauseStep): 1 of 2 replicas have the new revision',
    ],
    [
      'has an analysis without a result at a step with a time',
      rollout({ ...counts, pauseConditions: [{ reason: 'InconclusiveAnalysisRun' }], currentStepIndex: 2 }),
      lines(
        'waiting, AwaitsPromotion: the rollout waits for a person (InconclusiveAnalysisRun): 2 of 2 replicas have the new revision; it continues when somebody promotes it',
        '! the rollout waits for a person (InconclusiveAnalysisRun): it continues when somebody promotes it, and fails at the timeout',
      ),
    ],
    [
      'has not updated all replicas',
      rollout({ ...finished, updatedReplicas: 1 }),
      'waiting, ReplicasNotUpdated: 1 of 2 replicas have the new revision',
    ],
    [
      'has new replicas that are not available',
      rollout({ ...finished, availableReplicas: 1 }),
      'waiting, ReplicasNotAvailable: 1 of 2 new replicas are available',
    ],
    [
      'has old replicas',
      rollout({ ...finished, replicas: 3 }),
      'waiting, OldReplicasPending: 1 of 3 replicas are still of an old revision',
    ],
    [
      'keeps old replicas for a router',
      rollout({ ...finished, replicas: 3 }, { strategy: { canary: { trafficRouting: {} } } }),
      'healthy, RolledOut: 2 of 2 replicas are ready with reg/app:2',
    ],
    [
      'keeps ready old replicas for a rollback',
      rollout({ ...finished, replicas: 4, readyReplicas: 4, blueGreen: { activeSelector: 'new' } }, blueGreen),
      'healthy, RolledOut: 2 of 2 replicas are ready with reg/app:2',
    ],
    [
      'has steps left',
      rollout({ ...finished, stableRS: 'old' }),
      'waiting, StepsNotFinished: the stable revision is old; new still has steps or analysis ahead',
    ],
    [
      'has no revision',
      rollout(counts),
      'waiting, StatusAwaited: its controller has not said which revision is the new one',
    ],
    [
      'has the traffic of the active service',
      rollout({ ...finished, blueGreen: { activeSelector: 'new' } }, blueGreen),
      'healthy, RolledOut: 2 of 2 replicas are ready with reg/app:2',
    ],
    [
      'does not have the traffic yet',
      rollout({ ...finished, blueGreen: { activeSelector: 'old' } }, blueGreen),
      'waiting, TrafficNotSwitched: the active service points to old, not yet to new',
    ],
    [
      'has the traffic and an analysis after it',
      rollout({ ...finished, stableRS: 'old', blueGreen: { activeSelector: 'new' } }, blueGreen),
      'waiting, StepsNotFinished: the stable revision is old; new still has steps or analysis ahead',
    ],
  ])('that %s', (_, view, told) => {
    expect(toldOf(judge('rollout', view))).toBe(told);
  });

  it('is not held up by streams that report only new pods while old ones are kept', () => {
    const status = { ...finished, replicas: 3, readyReplicas: 3, blueGreen: { activeSelector: 'new' } };
    const pods = [1, 2].map((n) => ({
      metadata: { name: `app-${n}`, uid: `p${n}`, labels: { 'rollouts-pod-template-hash': 'new' } },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    }));
    const seen = (some: typeof pods) => judge('rollout', { ...rollout(status, blueGreen), pods: some, watched: true });
    expect(seen(pods).reason).toBe('RolledOut');
    expect(seen(pods.slice(1)).reason).toBe('PodsNotSeen');
  });

  it('does not fail on the deadline of the previous rollout', () => {
    const over = {
      phase: 'Degraded',
      conditions: [
        { ...condition('Progressing', 'ProgressDeadlineExceeded', 'False'), lastUpdateTime: secondsAgo(99) },
      ],
    };
    const newer = { conditions: [{ ...over.conditions[0]!, lastUpdateTime: secondsAgo(0) }] };
    const before = rollout({ ...counts, currentPodHash: 'bad', stableRS: 'old', ...over });
    const short = (status: JsonObject) =>
      shortOf(
        'rollout',
        [0, 600].map((at) => [at, rollout({ ...finished, ...over, ...status })] as const),
        { before },
      );
    expect(short({})).toEqual(['0 healthy RolledOut']);
    expect(short({ availableReplicas: 1 })).toEqual([
      '0 waiting ReplicasNotAvailable',
      '600 failing ProgressDeadlineExceeded',
    ]);
    expect(short(newer)).toEqual(['0 failing ProgressDeadlineExceeded']);
  });

  it('fails for its new pods', () => {
    const pod = {
      metadata: { name: 'app-new-1', uid: 'p', labels: { 'rollouts-pod-template-hash': 'new' } },
      status: {
        containerStatuses: [{ name: 'app', state: { waiting: { reason: 'InvalidImageName', message: 'no' } } }],
      },
    };
    const view = rollout({ ...finished, availableReplicas: 1 });
    expect(judge('rollout', { ...view, pods: [pod] })).toMatchObject({
      verdict: 'failing',
      reason: 'InvalidImageName',
    });
    const old = { ...pod, metadata: { ...pod.metadata, labels: { 'rollouts-pod-template-hash': 'old' } } };
    expect(judge('rollout', { ...view, pods: [old] })).toMatchObject({ verdict: 'waiting' });
  });
});
