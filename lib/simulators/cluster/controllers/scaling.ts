import type { Control } from '../control.ts';
import type { KubeObject, Workload } from '../kube-object.ts';
import { limitsOf } from './rolling-limits.ts';

const desiredKey = 'deployment.kubernetes.io/desired-replicas';
const mostKey = 'deployment.kubernetes.io/max-replicas';

const sizeOf = (set: Workload): number => set.spec.replicas ?? 0;
const numberIn = ({ metadata }: KubeObject, key: string): number | undefined =>
  metadata.annotations?.[key] === undefined ? undefined : Number(metadata.annotations[key]);

/** How many replicas there may be while a rollout is under way. */
const mostOf = (deployment: Workload): number => {
  const desired = deployment.spec.replicas ?? 1;
  return desired === 0 ? 0 : desired + limitsOf(deployment).maxSurge;
};

/** A ReplicaSet notes for how many replicas of the Deployment it was sized: another number there means that somebody scaled it. */
export const sizeNotes = (deployment: Workload): Readonly<Record<string, string>> => ({
  [desiredKey]: String(deployment.spec.replicas ?? 1),
  [mostKey]: String(mostOf(deployment)),
});

export function scale(control: Control, deployment: Workload, set: Workload, replicas: number): void {
  control.store.update(set, (draft) => {
    draft.spec.replicas = replicas;
    draft.metadata.annotations = { ...draft.metadata.annotations, ...sizeNotes(deployment) };
  });
}

/**
 * Where a Deployment is scaled in the middle of a rollout, its ReplicaSets grow or shrink in proportion to their sizes
 * (kubernetes/kubernetes `pkg/controller/deployment/sync.go`, `scale`). Tells whether it did so.
 */
export function scaleInProportion(control: Control, deployment: Workload, sets: readonly Workload[]): boolean {
  const active = sets.filter((set) => sizeOf(set) > 0);
  const desired = deployment.spec.replicas ?? 1;
  const isScaled = active.some((set) => (numberIn(set, desiredKey) ?? desired) !== desired);
  if (!isScaled || active.length < 2) return false;
  const toAdd = mostOf(deployment) - active.reduce((sum, set) => sum + sizeOf(set), 0);
  const sorted = [...active].sort((one, other) => sizeOf(other) - sizeOf(one));
  let added = 0;
  const shares = sorted.map((set) => {
    const share = shareOf(deployment, set);
    const left = toAdd - added;
    const part = toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
    added += toAdd === 0 ? 0 : part;
    return toAdd === 0 ? 0 : part;
  });
  sorted.forEach((set, at) => {
    // What rounding left over goes to the largest.
    const rest = at === 0 ? toAdd - added : 0;
    scale(control, deployment, set, Math.max(0, sizeOf(set) + shares[at]! + rest));
  });
  return true;
}

const shareOf = (deployment: Workload, set: Workload): number => {
  const before = numberIn(set, mostKey) ?? Number(deployment.status?.replicas ?? 0);
  return before === 0 ? 0 : Math.round((sizeOf(set) * mostOf(deployment)) / before) - sizeOf(set);
};
