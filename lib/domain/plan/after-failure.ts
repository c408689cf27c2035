import { putsBack, runsOnce } from '../deployment/next-step.ts';
import type { PlannedDeployment } from './plan.ts';

type Planned = Pick<PlannedDeployment, 'key' | 'rollback_strategy' | 'workload' | 'replay'>;

/** How many deployments do what on a failure. */
export interface AfterFailure {
  /** The last good release is restored automatically. */
  readonly restored: number;
  /** A person decides. */
  readonly manual: number;
  /** What runs stays as it is. */
  readonly left: number;
  /** Of the manual ones: nobody wrote a rollback_strategy, so the format's default applies. Absent: none. */
  readonly manual_by_default?: number;
}

/**
 * Whether a failure restores the last good release. A job is not run again, and a rollback has nothing to go back to.
 */
export const restoresItself = (deployment: Omit<Planned, 'key'>): boolean =>
  deployment.rollback_strategy === 'automatic' && !runsOnce(deployment) && !putsBack(deployment);

/** `unasked`: keys of deployments without a written rollback_strategy. */
export const afterFailure = (deployments: readonly Planned[], unasked: ReadonlySet<string>): AfterFailure => {
  const restored = deployments.filter(restoresItself).length;
  const manual = deployments.filter(({ rollback_strategy: strategy }) => strategy === 'manual');
  const byDefault = manual.filter(({ key }) => unasked.has(key)).length;
  return {
    restored,
    manual: manual.length,
    left: deployments.length - restored - manual.length,
    ...(byDefault === 0 ? {} : { manual_by_default: byDefault }),
  };
};
