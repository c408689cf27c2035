import type { JsonObject } from '../json.ts';
import type { Seen } from './judgement.ts';
import { desiredReplicas, hasEnded, isDeleting, isReady, numberAt, stringAt, valueAt } from './kubernetes-object.ts';

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
