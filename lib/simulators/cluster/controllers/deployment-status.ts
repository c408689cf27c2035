import { type Control, withCondition, withoutCondition } from '../control.ts';
import { type Condition, timestamp, type Workload, withoutZeros } from '../kube-object.ts';
import { limitsOf } from './rolling-limits.ts';

interface Sets {
  readonly all: readonly Workload[];
  readonly current?: Workload;
}

interface Counts {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
}

const total = (sets: readonly Workload[], count: string): number =>
  sets.reduce((sum, { status }) => sum + Number(status?.[count] ?? 0), 0);

/** Counts and conditions, in the order and with the reasons of the real controller. */
export function writeDeploymentStatus(control: Control, deployment: Workload, { all, current }: Sets): void {
  const desired = deployment.spec.replicas ?? 1;
  const counts: Counts = {
    replicas: total(all, 'replicas'),
    updatedReplicas: total(current === undefined ? [] : [current], 'replicas'),
    readyReplicas: total(all, 'readyReplicas'),
    availableReplicas: total(all, 'availableReplicas'),
  };
  const refused = [current]
    .flatMap((set) => set?.status?.conditions ?? [])
    .find(({ type }) => type === 'ReplicaFailure');
  control.store.update(deployment, (draft) => {
    progressing(control, draft, { counts, ...(current && { current }) });
    const conditions = withCondition(draft.status?.conditions, available(draft, counts), control.now());
    draft.status = {
      observedGeneration: draft.metadata.generation,
      ...withoutZeros({ ...counts, unavailableReplicas: Math.max(0, desired - counts.availableReplicas) }),
      conditions:
        refused === undefined
          ? withoutCondition(conditions, 'ReplicaFailure')
          : withCondition(conditions, refused, control.now()),
    };
  });
}

function available(deployment: Workload, counts: Counts): Condition {
  const least = (deployment.spec.replicas ?? 1) - limitsOf(deployment).maxUnavailable;
  return counts.availableReplicas >= least
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

/**
 * Progressing, by the rules of the real controller (kubernetes/kubernetes `pkg/controller/deployment/progress.go`).
 * Once a rollout is complete it stays so, whatever happens to its pods. Any count that improves is progress, and moves
 * the deadline.
 */
function progressing(control: Control, deployment: Workload, sets: { counts: Counts; current?: Workload }): void {
  const { status = {}, spec, metadata } = deployment;
  const before = status.conditions?.find(({ type }) => type === 'Progressing');
  const set = `ReplicaSet "${sets.current?.metadata.name ?? metadata.name}"`;
  const say = (reason: string, message: string) => setProgress(control, deployment, { reason, message });
  if (spec.paused === true) {
    if (before?.reason !== 'DeploymentPaused') say('DeploymentPaused', 'Deployment is paused');
    return;
  }
  const { replicas, updatedReplicas, availableReplicas } = sets.counts;
  if (before?.reason === 'NewReplicaSetAvailable' && replicas === updatedReplicas) return;
  const desired = spec.replicas ?? 1;
  if (updatedReplicas === desired && replicas === desired && availableReplicas === desired) {
    say('NewReplicaSetAvailable', `${set} has successfully progressed.`);
  } else if (hasProgressed(status, sets.counts)) {
    say('ReplicaSetUpdated', `${set} is progressing.`);
  } else if (isOverdue(control, deployment, before)) {
    say('ProgressDeadlineExceeded', `${set} has timed out progressing.`);
  }
}

const statuses: Readonly<Record<string, string>> = {
  DeploymentPaused: 'Unknown',
  DeploymentResumed: 'Unknown',
  ProgressDeadlineExceeded: 'False',
};

/** Its last update has the time of the last progress, even if the reason stays the same. */
export function setProgress(
  control: Control,
  draft: Workload,
  { reason, message }: { readonly reason: string; readonly message: string },
): void {
  const conditions = draft.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === 'Progressing');
  const status = statuses[reason] ?? 'True';
  const at = timestamp(control.now());
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? at) : at;
  const next = { type: 'Progressing', status, reason, message, lastUpdateTime: at, lastTransitionTime };
  draft.status = { ...draft.status, conditions: [...conditions.filter((one) => one !== before), next] };
}

function hasProgressed(before: Readonly<Record<string, unknown>>, counts: Counts): boolean {
  const old = (name: string) => Number(before[name] ?? 0);
  return (
    counts.updatedReplicas > old('updatedReplicas') ||
    counts.replicas - counts.updatedReplicas < old('replicas') - old('updatedReplicas') ||
    counts.readyReplicas > old('readyReplicas') ||
    counts.availableReplicas > old('availableReplicas')
  );
}

/** Looks again at that time. */
function isOverdue(control: Control, deployment: Workload, before: Condition | undefined): boolean {
  if (before?.reason === 'NewReplicaSetAvailable') return false;
  if (before?.reason === 'ProgressDeadlineExceeded') return true;
  const since = Date.parse(before?.lastUpdateTime ?? '') || control.now();
  const due = since + (deployment.spec.progressDeadlineSeconds ?? 600) * 1_000;
  if (due < control.now()) return true;
  control.wake(deployment, due + 1);
  return false;
}
