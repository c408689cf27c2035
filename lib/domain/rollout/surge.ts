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
 * Whether a Deployment's controller will still remove pods of older revisions. It may go down to its replicas minus
 * maxUnavailable, and each new available pod lets another one go (kube-controller-manager, rolling.go).
 */
export function oldPodsWillLeave({ object, view }: Seen, fresh: readonly JsonObject[]): boolean {
  const isOld = (pod: JsonObject) => !fresh.includes(pod) && !isDeleting(pod) && !hasEnded(pod);
  if (!view.pods.some(isOld)) return false;
  if (stringAt(object, 'spec', 'strategy', 'type') === 'Recreate') return true;
  if (fresh.some((pod) => !hasEnded(pod) && !isReady(pod))) return true;
  return numberAt(object, 'status', 'availableReplicas') > desiredReplicas(object) - maxUnavailableOf(object);
}

/**
 * Whether a Deployment's controller has removed older pods for this rollout: their ReplicaSets want fewer than the
 * Deployment does. Without a number, or without older ones, that is unknown.
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

/** A surge percentage is rounded up, an unavailable percentage down. If both are zero, one may be missing. */
function maxUnavailableOf(object: JsonObject): number {
  const share = (name: string, round: (value: number) => number) => {
    const value = valueAt(object, 'spec', 'strategy', 'rollingUpdate', name) ?? '25%';
    if (typeof value === 'number') return value;
    return round((desiredReplicas(object) * (Number.parseInt(String(value), 10) || 0)) / 100);
  };
  const unavailable = share('maxUnavailable', Math.floor);
  return unavailable === 0 && share('maxSurge', Math.ceil) === 0 ? 1 : unavailable;
}
