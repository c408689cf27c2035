import type { JsonObject } from '../json.ts';
import type { Seen } from './judgement.ts';
import {
  desiredReplicas,
  hasEnded,
  isDeleting,
  isOwnedBy,
  isReady,
  numberAt,
  stringAt,
  valueAt,
} from './kubernetes-object.ts';
import { currentReplicaSet } from './revision.ts';

/**
 * Whether a Deployment's controller will still take away pods of older revisions: it may go down to its replicas less
 * maxUnavailable, and each new pod that becomes available lets another one go (kube-controller-manager, rolling.go).
 */
export function oldPodsWillLeave({ object, view }: Seen, fresh: readonly JsonObject[]): boolean {
  const isOld = (pod: JsonObject) => !fresh.includes(pod) && !isDeleting(pod) && !hasEnded(pod);
  if (!view.pods.some(isOld)) return false;
  if (stringAt(object, 'spec', 'strategy', 'type') === 'Recreate') return true;
  if (fresh.some((pod) => !hasEnded(pod) && !isReady(pod))) return true;
  return numberAt(object, 'status', 'availableReplicas') > desiredReplicas(object) - maxUnavailableOf(object);
}

/**
 * Whether a Deployment's controller has taken away pods of older revisions for this rollout: their ReplicaSets want fewer than the
 * Deployment does. Without a number, or without older ones, nobody knows.
 */
export function isScaledDown({ object, view, baseline }: Seen): boolean {
  const present = currentReplicaSet(object, view.revisions);
  if (present === undefined || !baseline.exists) return false;
  const wanted = view.revisions
    .filter((one) => one !== present && isOwnedBy(one, stringAt(object, 'metadata', 'uid')))
    .map((one) => valueAt(one, 'spec', 'replicas'));
  if (wanted.length === 0 || !wanted.every((one) => typeof one === 'number')) return false;
  return wanted.reduce((all, one) => all + one, 0) < desiredReplicas(object);
}

/** A share of the surge is rounded up, one of what may be missing down; when both are nothing, one may be missing. */
function maxUnavailableOf(object: JsonObject): number {
  const share = (name: string, round: (value: number) => number) => {
    const value = valueAt(object, 'spec', 'strategy', 'rollingUpdate', name) ?? '25%';
    if (typeof value === 'number') return value;
    return round((desiredReplicas(object) * (Number.parseInt(String(value), 10) || 0)) / 100);
  };
  const unavailable = share('maxUnavailable', Math.floor);
  return unavailable === 0 && share('maxSurge', Math.ceil) === 0 ? 1 : unavailable;
}
