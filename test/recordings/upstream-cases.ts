import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../lib/domain/json.ts';
import { casesAt } from './cases.ts';

/**
 * The recorded cases of four systems: what each expects as a verdict of ours, and where we differ from it on purpose.
 */

export interface UpstreamCase {
  readonly name: string;
  readonly object: JsonObject;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly newReplicaSet?: JsonObject;
}

export type Verdict = 'healthy' | 'failing' | 'waiting';

export interface UpstreamSystem {
  readonly file: string;
  /** The system's answer as a verdict. */
  readonly meaning: (expected: Readonly<Record<string, unknown>>) => Verdict;
  /** Cases with another verdict of ours, with the reason. An unlisted one fails, and so does a needless entry. */
  readonly differences: Readonly<Record<string, { readonly ours: Verdict; readonly why: string }>>;
}

const read = <T>(file: string): T => JSON.parse(readFileSync(casesAt('kubernetes', file), 'utf8')) as T;

export const readCases = (file: string): readonly UpstreamCase[] =>
  read<{ readonly cases: readonly UpstreamCase[] }>(file).cases;

export const readRecording = (): { readonly events: readonly RecordedEvent[] } =>
  read('recorded-kube-1.20.2-rollouts.json');

export interface RecordedEvent {
  /** Milliseconds from the start of the recording. */
  readonly t: number;
  readonly kind: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: JsonObject & { readonly metadata: { readonly name: string; readonly uid: string } };
}

const onDelete = {
  ours: 'waiting',
  why: 'OnDelete: it fails when nobody deletes the pods for ten seconds. kubectl refuses to answer at once',
} as const;

const byWord =
  (words: Readonly<Record<string, Verdict>>, field: string) => (expected: Readonly<Record<string, unknown>>) => {
    const verdict = words[String(expected[field])];
    if (verdict === undefined) throw new Error(`no meaning for ${JSON.stringify(expected)}`);
    return verdict;
  };

export const systems: Readonly<Record<string, UpstreamSystem>> = {
  kubectl: {
    file: 'kubectl-rollout-status.json',
    meaning: ({ done, error }) => (error === true ? 'failing' : done === true ? 'healthy' : 'waiting'),
    differences: {
      'TestStatefulSetStatusViewerStatus/on delete returns an error': onDelete,
      TestDaemonSetStatusViewerStatusWithWrongUpdateStrategyType: onDelete,
    },
  },
  kstatus: {
    file: 'kstatus-compute.json',
    meaning: byWord({ Current: 'healthy', InProgress: 'waiting', Failed: 'failing', Terminating: 'waiting' }, 'status'),
    differences: {
      'TestPodStatus/podCompletedFailed': {
        ours: 'failing',
        why: 'a pod that ended in phase Failed did not do its work',
      },
      'TestPodStatus/podUnschedulable': {
        ours: 'waiting',
        why: 'an autoscaler may fix it: five minutes, not 15 seconds',
      },
      'TestPodStatus/podCrashLooping': {
        ours: 'waiting',
        why: 'no restart is counted yet: the third end is a loop',
      },
      'TestStsStatus/stsOK': { ours: 'waiting', why: 'updatedReplicas is absent, so nothing proves the new revision' },
      'TestJobStatus/jobInProgress': { ours: 'waiting', why: 'a job that runs has not done its work yet' },
    },
  },
  helm: {
    file: 'helm-ready.json',
    meaning: ({ ready }) => (ready === true ? 'healthy' : 'waiting'),
    differences: {
      'deploymentReady/deployment is ready': {
        ours: 'waiting',
        why: 'the Deployment itself counts nothing; we do not trust its ReplicaSet alone',
      },
      'deploymentReady/deployment is ready when maxUnavailable is set': {
        ours: 'waiting',
        why: 'all replicas must be ready, not only as many as maxUnavailable demands',
      },
      'daemonSetReady/daemonset is ready': {
        ours: 'waiting',
        why: 'numberAvailable is absent: ready, but not available',
      },
    },
  },
  argocd: {
    file: 'argocd-core-health.json',
    meaning: byWord(
      { Healthy: 'healthy', Progressing: 'waiting', Degraded: 'failing', Suspended: 'failing' },
      'status',
    ),
    differences: {
      'pod-running-restart-never.yaml': {
        ours: 'healthy',
        why: 'a pod of the catalogue is a service: Running and Ready is enough',
      },
      'pod-running-restart-never-hook-with-ignore-annotation.yaml': {
        ours: 'healthy',
        why: 'we know no hooks: Running and Ready is enough',
      },
      'pod-running-restart-onfailure.yaml': {
        ours: 'failing',
        why: 'four restarts and CrashLoopBackOff are a loop, whatever the restart policy',
      },
    },
  },
};
