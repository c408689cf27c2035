import { type Control, withCondition, withoutCondition } from '../control.ts';
import { type Condition, type Workload, withoutZeros } from '../kube-object.ts';
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
    const before = draft.status?.conditions;
    const progressed = progressing(control, draft, { counts, ...(current && { current }) });
    const withProgress = progressed === undefined ? (before ?? []) : withCondition(before, progressed, control.now());
    const conditions = withCondition(withProgress, available(draft, counts), control.now());
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

const lastProgress = new WeakMap<Control, Map<string, { signature: string; at: number }>>();

/** Progressing: paused, complete, moving, or stuck for longer than the deadline. */
function progressing(
  control: Control,
  deployment: Workload,
  { counts, current }: { counts: Counts; current?: Workload },
): Condition | undefined {
  const say = (status: string, reason: string, message: string): Condition => ({
    type: 'Progressing',
    status,
    reason,
    message,
  });
  const { uid, name, generation } = deployment.metadata;
  const title = `ReplicaSet "${current?.metadata.name ?? ''}"`;
  const memory = lastProgress.get(control) ?? new Map<string, { signature: string; at: number }>();
  lastProgress.set(control, memory);
  if (deployment.spec.paused === true) {
    memory.delete(uid);
    return say('Unknown', 'DeploymentPaused', 'Deployment is paused');
  }
  const desired = deployment.spec.replicas ?? 1;
  const { replicas, updatedReplicas, availableReplicas } = counts;
  if (updatedReplicas === desired && replicas === desired && availableReplicas === desired) {
    memory.delete(uid);
    return say('True', 'NewReplicaSetAvailable', `${title} has successfully progressed.`);
  }
  const signature = `${current?.metadata.uid} ${generation} ${replicas - updatedReplicas} ${updatedReplicas} ${availableReplicas}`;
  const known = memory.get(uid);
  const before = deployment.status?.conditions?.find(({ type }) => type === 'Progressing');
  const limit = (deployment.spec.progressDeadlineSeconds ?? 600) * 1_000;
  if (known?.signature !== signature) {
    memory.set(uid, { signature, at: control.now() });
    control.wake(deployment, control.now() + limit);
    const isNew = updatedReplicas === 0;
    return isNew
      ? say('True', 'NewReplicaSetCreated', `Created new replica set "${current?.metadata.name ?? name}"`)
      : say('True', 'ReplicaSetUpdated', `${title} is progressing.`);
  }
  if (control.now() - known.at < limit) {
    control.wake(deployment, known.at + limit);
    return before;
  }
  return say('False', 'ProgressDeadlineExceeded', `${title} has timed out progressing.`);
}
