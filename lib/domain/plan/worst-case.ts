import { attemptSeconds } from '../strategy/steps-of.ts';
import { restoresItself } from './after-failure.ts';
import type { PlannedDeployment, Strategy } from './plan.ts';

/**
 * How long the slowest deployment takes if everything goes wrong. Waiting for a turn or for a person does not count.
 */
export interface WorstCase {
  /** The first of those that can take longest. */
  readonly key: string;
  /** How many others can take as long. */
  readonly others: number;
  readonly seconds: number;
  readonly tries: number;
  /** For one attempt: its timeout, and its strategy's steps. */
  readonly try_seconds: number;
  /** For restoring and verifying the last good release. Absent if nothing is restored automatically. */
  readonly restore_seconds?: number;
  /** The slowest chain of dependencies; absent if one deployment takes longer than every chain. */
  readonly chain?: WorstChain;
}

export interface WorstChain {
  readonly seconds: number;
  readonly deployments: number;
  /** The key of its last deployment. */
  readonly last: string;
}

interface Planning {
  readonly deployments: readonly PlannedDeployment[];
  readonly strategy: Pick<Strategy, 'mode' | 'on_failure'>;
}

/** Undefined for a plan without deployments. */
export const worstCase = (plan: Planning): WorstCase | undefined => {
  const times = plan.deployments.map(timesOf);
  const seconds = times.map(({ total }) => total);
  const most = seconds.reduce((longest, one) => Math.max(longest, one), 0);
  const place = seconds.indexOf(most);
  const worst = times[place];
  if (worst === undefined) return undefined;
  const { tries, trySeconds, restore } = worst;
  const chain = longestChain(plan, times);
  return {
    key: plan.deployments[place]!.key,
    others: seconds.filter((one) => one === most).length - 1,
    seconds: most,
    tries,
    try_seconds: trySeconds,
    ...(restore === 0 ? {} : { restore_seconds: restore }),
    ...(chain === undefined ? {} : { chain }),
  };
};

interface Times {
  readonly tries: number;
  readonly trySeconds: number;
  /** 0 if nothing is restored automatically. */
  readonly restore: number;
  readonly total: number;
}

/** A restore has the timeout of one attempt, without steps. */
const timesOf = (deployment: PlannedDeployment): Times => {
  const tries = deployment.retry_count + 1;
  const trySeconds = attemptSeconds(deployment);
  const restore = restoresItself(deployment) ? attemptSeconds(deployment, { isRestore: true }) : 0;
  return { tries, trySeconds, restore, total: tries * trySeconds + restore };
};

/**
 * A deployment starts when its dependencies have succeeded, at the latest in their last attempt: only the end of a
 * chain can fail and be restored. With one at a time, all deployments form one chain. If the batch rolls back as a
 * whole, that comes on top, so no chain is reported.
 */
const longestChain = ({ deployments, strategy }: Planning, times: readonly Times[]): WorstChain | undefined => {
  if (strategy.on_failure === 'rollback' || deployments.length < 2) return undefined;
  if (strategy.mode === 'sequential') {
    const seconds = times.reduce((sum, { total }) => sum + total, 0);
    return { seconds, deployments: deployments.length, last: deployments.at(-1)!.key };
  }
  const until = chainsUntil(deployments, times);
  const worst = until.reduce((longest, one) => (one.seconds > longest.seconds ? one : longest));
  return worst.length === 1
    ? undefined
    : { seconds: worst.seconds, deployments: worst.length, last: deployments[worst.index]!.key };
};

interface Chain {
  readonly index: number;
  readonly length: number;
  /** Until it has succeeded in its last attempt. */
  readonly good: number;
  /** Until it has failed and been restored. */
  readonly seconds: number;
}

/** In plan order, with dependencies first. */
const chainsUntil = (deployments: readonly PlannedDeployment[], times: readonly Times[]): readonly Chain[] => {
  const chains: Chain[] = [];
  for (const [index, { dependencies }] of deployments.entries()) {
    const { tries, trySeconds, restore } = times[index]!;
    const before = dependencies
      .map((dependency) => chains[dependency]!)
      .reduce((longest, one) => (one.good > longest.good ? one : longest), nothingBefore);
    const good = before.good + tries * trySeconds;
    chains.push({ index, length: before.length + 1, good, seconds: good + restore });
  }
  return chains;
};

const nothingBefore: Chain = { index: -1, length: 0, good: 0, seconds: 0 };
