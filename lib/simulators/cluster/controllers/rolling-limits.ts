import type { Workload } from '../kube-object.ts';

/** Percentages as Kubernetes rounds them: surge up, unavailable down; both zero would never move. */
export function limitsOf(deployment: Workload): { maxSurge: number; maxUnavailable: number } {
  const desired = deployment.spec.replicas ?? 1;
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {};
  const part = (value: number | string, round: (share: number) => number): number =>
    typeof value === 'number' ? value : round((Number.parseInt(value, 10) * desired) / 100);
  const surge = part(maxSurge, Math.ceil);
  const unavailable = part(maxUnavailable, Math.floor);
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}
