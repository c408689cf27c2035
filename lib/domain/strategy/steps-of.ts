import type { KubernetesSettings } from '../manifests/kubernetes-settings.ts';
import { type Acting, deploys } from '../plan/action.ts';
import type { PlannedDeployment, Replay } from '../plan/plan.ts';
import type { Strategy } from './strategy.ts';

interface Deploying extends Acting, Pick<PlannedDeployment, 'executor'> {
  readonly replay?: Pick<Replay, 'kind'> | undefined;
}

/** By which steps a deployment takes over; undefined where it does at once. What goes back always does. */
export const strategyOf = ({ executor, action, replay }: Deploying): Strategy | undefined => {
  if (executor.name !== 'kubernetes' || !deploys({ action }) || replay?.kind === 'rollback') return undefined;
  return (executor.settings as Pick<KubernetesSettings, 'strategy'>).strategy;
};

/**
 * Seconds that the steps take at least, which are no time of the attempt itself. The last step takes until the checks have proven it, where
 * it then goes on by itself; the time that a person takes is counted apart.
 */
export const strategySeconds = ({ steps, step_seconds, proceed, proven_seconds }: Strategy): number => {
  const last = proceed === 'automatic' ? Math.max(step_seconds, proven_seconds) : step_seconds;
  return (steps.length - 1) * step_seconds + last;
};

/** Of an Argo Rollout, which has steps of its own. */
const ownPauses = ({ executor }: Deploying): number =>
  (executor.name === 'kubernetes' && (executor.settings as KubernetesSettings).manifests?.pause_seconds) || 0;

/** Seconds that one attempt may take, with its steps. A restore has none. */
export const attemptSeconds = (
  deployment: Deploying & Pick<PlannedDeployment, 'timeout'>,
  { isRestore }: { readonly isRestore: boolean } = { isRestore: false },
): number => {
  if (isRestore) return deployment.timeout;
  const strategy = strategyOf(deployment);
  return deployment.timeout + (strategy === undefined ? ownPauses(deployment) : strategySeconds(strategy));
};
