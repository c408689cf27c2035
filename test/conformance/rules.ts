import type { JsonObject } from '../../lib/domain/json.ts';
import type { WorkloadKind } from '../../lib/domain/plan/plan.ts';
import { noRuleReason } from '../../lib/domain/rollout/conventions.ts';
import type { Finding } from '../../lib/domain/rollout/judgement.ts';
import { desiredReplicas, numberAt, stringAt, valueAt } from '../../lib/domain/rollout/kubernetes-object.ts';
import type { Answer, System } from './systems.ts';

/** A case whose answer is not ours. */
export interface Difference {
  readonly system: System;
  readonly theirs: Answer;
  readonly ours: Finding;
  readonly object: JsonObject;
  readonly kind: WorkloadKind;
  /** Our verdict when nothing changes for a quarter of an hour. */
  readonly later: Finding;
}

/** Where we differ on purpose. `docs/verdicts.md` has the same table; a test compares them. */
export interface Rule {
  readonly name: string;
  readonly systems: readonly System[];
  readonly theirs: readonly Answer[];
  readonly ours: readonly Finding['verdict'][];
  /** When, for the reader. */
  readonly when: string;
  readonly reason: string;
  readonly holds: (difference: Difference) => boolean;
}

const all: readonly System[] = ['kubectl', 'kstatus', 'Helm', 'Argo CD'];
const byConvention = ({ kind }: Pick<Difference, 'kind'>): boolean =>
  ['custom', 'certificate', 'knative-service', 'cronjob'].includes(kind);
const phaseOf = (object: JsonObject): string | undefined => stringAt(object, 'status', 'phase');

/** Counters that prove a rollout, by kind. A missing one proves nothing. */
const counters: Readonly<Record<string, readonly string[]>> = {
  deployment: ['updatedReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
  statefulset: ['updatedReplicas', 'readyReplicas', 'observedGeneration'],
  daemonset: ['updatedNumberScheduled', 'numberReady', 'numberAvailable', 'observedGeneration'],
  custom: ['readyReplicas', 'availableReplicas', 'observedGeneration'],
  rollout: ['updatedReplicas', 'availableReplicas', 'observedGeneration'],
};
const isReplicated = ({ kind, object }: Difference): boolean =>
  kind !== 'custom' || ['ReplicaSet', 'ReplicationController'].includes(stringAt(object, 'kind') ?? '');
const endsByItself = ({ kind, object }: Difference): boolean =>
  kind === 'job' ||
  (kind === 'pod' && ['Never', 'OnFailure'].includes(stringAt(object, 'spec', 'restartPolicy') ?? ''));

export const rules: readonly Rule[] = [
  {
    ...{ name: 'grace', systems: all, theirs: ['failing'], ours: ['waiting'] },
    when: 'we say failing when the same state lasts',
    reason:
      'What may recover (a pull, a first crash, a node that is starting) gets the time of two tries before it fails.',
    holds: ({ later }) => later.verdict === 'failing',
  },
  {
    ...{ name: 'by hand', systems: ['kubectl', 'Helm', 'Argo CD'], theirs: ['failing', 'healthy'], ours: ['waiting'] },
    when: 'the update strategy is OnDelete, and not all pods are known to be new',
    reason:
      'kubectl refuses to answer; Helm and Argo CD accept it. Somebody may be about to delete the pods; we fail it when nobody does.',
    holds: ({ object }) => stringAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete',
  },
  {
    ...{ name: 'steady', systems: all, theirs: ['healthy'], ours: ['waiting'] },
    when: 'we say healthy when the same state lasts',
    reason: 'Without a readiness probe, or with no replicas wanted, one look only shows that something has begun.',
    holds: ({ later }) => later.verdict === 'healthy',
  },
  {
    ...{ name: 'unwritten count', systems: all, theirs: ['healthy'], ours: ['waiting'] },
    when: 'a counter that proves the rollout is absent from the status',
    reason: 'Absent means 0. Without the counter, nothing proves that the new revision is the ready one.',
    holds: (one) =>
      isReplicated(one) && (counters[one.kind] ?? []).some((name) => valueAt(one.object, 'status', name) === undefined),
  },
  {
    ...{ name: 'all replicas', systems: ['Helm'], theirs: ['healthy'], ours: ['waiting'] },
    when: 'fewer replicas are ready than are wanted, and maxUnavailable or a partition allows that',
    reason: 'maxUnavailable says what may be missing during a rollout, not at its end.',
    holds: ({ object, kind }) => {
      const wanted =
        kind === 'daemonset' ? numberAt(object, 'status', 'desiredNumberScheduled') : desiredReplicas(object);
      const names = ['updatedReplicas', 'readyReplicas', 'availableReplicas', 'numberReady', 'updatedNumberScheduled'];
      const short = names.some((name) => {
        const count = valueAt(object, 'status', name);
        return typeof count === 'number' && count < wanted;
      });
      const rolling = ['strategy', 'updateStrategy'].map((name) => valueAt(object, 'spec', name, 'rollingUpdate'));
      return short && rolling.some((one) => one !== undefined);
    },
  },
  {
    ...{ name: 'work must be done', systems: ['kstatus', 'Argo CD'], theirs: ['healthy'], ours: ['waiting'] },
    when: 'a Job, or a Pod that is not started again when it ends, has not ended yet',
    reason: 'These systems wait until an object is reconciled. A deployment needs the work done.',
    holds: (one) => endsByItself(one) && !['Succeeded', 'Failed'].includes(phaseOf(one.object) ?? ''),
  },
  {
    ...{ name: 'ended badly', systems: ['kstatus', 'Argo CD'], theirs: ['healthy'], ours: ['failing'] },
    when: 'the object says in its phase or in a condition that it failed',
    reason: 'An object that will not change any more is not yet a success.',
    holds: ({ ours }) => ['ConditionFailed', 'PhaseFailed', 'PodFailed', 'JobFailed'].includes(ours.reason),
  },
  {
    ...{ name: 'says nothing', systems: ['kstatus', 'Argo CD'], theirs: ['healthy'], ours: ['waiting'] },
    when: 'an object has no status, or (kstatus) no condition that sums it up',
    reason: 'Silence is no success. kstatus treats an object as reconciled unless it says otherwise.',
    holds: ({ system, ours }) =>
      ours.reason === 'StatusAwaited' || (system === 'kstatus' && ours.reason === noRuleReason),
  },
  {
    ...{ name: 'something against it', systems: ['kstatus', 'Argo CD'], theirs: ['healthy'], ours: ['waiting'] },
    when: 'an object that is known by convention has a condition, phase, count or address that is not as it should be',
    reason: 'A script that knows the kind may ignore that. With conventions only, we must not.',
    holds: (one) => byConvention(one) && one.ours.reason !== noRuleReason,
  },
  {
    ...{ name: 'not yet is not failed', systems: ['kstatus', 'Argo CD'], theirs: ['failing'], ours: ['waiting'] },
    when: 'an object that is known by convention says False or has not said anything, and names no failure of its own',
    reason: 'By the conventions of the API, a False condition is not true yet: its controller keeps trying.',
    holds: (one) => byConvention(one) && one.ours.reason !== noRuleReason,
  },
  {
    ...{ name: 'own words of failure', systems: all, theirs: ['waiting'], ours: ['failing'] },
    when: 'a container loops, a condition or phase of the object itself names a failure, or it is paused in the middle',
    reason:
      'The platform may retry or wait for ever. A deployment that has failed often enough, or cannot move, is over.',
    holds: ({ ours }) =>
      ['CrashLoopBackOff', 'OOMKilled', 'ConditionFailed', 'PhaseFailed', 'RevisionFailed', 'Paused'].includes(
        ours.reason,
      ),
  },
  {
    ...{ name: 'suspended', systems: ['Argo CD'], theirs: ['suspended'], ours: ['waiting', 'failing', 'healthy'] },
    when: 'we wait, fail as paused or suspended, or say so in a warning',
    reason:
      'We have no such verdict. In the middle we wait, or fail it as paused; with nothing left to do it is healthy, with a warning.',
    holds: ({ ours }) =>
      ours.verdict === 'waiting' ||
      ['Suspended', 'Paused'].includes(ours.reason) ||
      (ours.warnings ?? []).some((text) => /suspended|paused/.test(text)),
  },
];
