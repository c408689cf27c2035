import type { KubernetesSettings } from '../manifests/kubernetes-settings.ts';
import { type Acting, deploys } from '../plan/action.ts';
import type { PlannedDeployment, Replay } from '../plan/plan.ts';
import type { Strategy } from './strategy.ts';

interface Deploying extends Acting, Pick<PlannedDeployment, 'executor'> {
  readonly replay?: Pick<Replay, 'kind'> | undefined;
}

/** The steps of a deployment; undefined if it takes over at once. Rollbacks always do. */
export const strategyOf = ({ executor, action, replay }: Deploying): Strategy | undefined => {
  if (executor.name !== 'kubernetes' || !deploys({ action }) || replay?.kind === 'rollback') return undefined;
  return (executor.settings as Pick<KubernetesSettings, 'strategy'>).strategy;
};

/**
 * The minimum duration of the steps in seconds, which does not count towards the attempt. The last step lasts until the
 * checks are proven, if it then continues by itself. Time that a person takes is counted separately.
 */
export const strategySeconds = ({ steps, step_seconds, proceed, proven_seconds }: Strategy): number => {
  const last = proceed === 'automatic' ? Math.max(step_seconds, proven_seconds) : step_seconds;
  return (steps.length - 1) * step_seconds + last;
};

/** An Argo Rollout has its own steps. */
const ownPauses = ({ executor }: Deploying): number =>
  (executor.name === 'kubernetes' && (executor.settings as KubernetesSettings).manifests?.pause_seconds) || 0;

/** The seconds that one attempt may take, including its steps. A restore has none. */
export const attemptSeconds = (
  deployment: Deploying & Pick<PlannedDeployment, 'timeout'>,
  { isRestore }: { readonly isRestore: boolean } = { isRestore: false },
): number => {
  if (isRestore) return deployment.timeout;
  const strategy = strategyOf(deployment);
  return deployment.timeout + (strategy === undefined ? ownPauses(deployment) : strategySeconds(strategy));
};
