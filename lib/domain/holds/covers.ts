import type { Hold, HoldScope } from './hold.ts';

/** What of a deployment a hold may name. */
export interface HoldCandidate {
  readonly environment: string;
  readonly pillar: string;
  readonly cluster: string;
  /** The account of its executor. */
  readonly executor: string;
  /** `pillar/service_name`, with or without an infrastructure behind an `@`. */
  readonly key: string;
  readonly batch_id: string;
  readonly isRollback: boolean;
}

/** Whether a hold keeps this deployment from its turn: all that its scope names must fit. */
export const covers = ({ scope, rollbacks }: Pick<Hold, 'scope' | 'rollbacks'>, candidate: HoldCandidate): boolean =>
  (rollbacks || !candidate.isRollback) && isWithin(scope, candidate);

const isWithin = (scope: HoldScope, { key, batch_id, ...place }: HoldCandidate): boolean =>
  fits(scope.environment, place.environment) &&
  fits(scope.pillar, place.pillar) &&
  fits(scope.cluster, place.cluster) &&
  fits(scope.executor, place.executor) &&
  fits(scope.batch, batch_id) &&
  (scope.service === undefined || servicesOf(key).includes(scope.service));

const fits = (named: string | undefined, own: string): boolean => named === undefined || named === own;

/** All that a scope may call the service of a deployment. */
export const servicesOf = (key: string): readonly string[] => {
  const service = key.split('@')[0]!;
  return [service, service.slice(service.indexOf('/') + 1)];
};

/** Its hold is over, and what is left of a circuit is that one at a time is let through. */
export const isInForce = ({ circuit }: Pick<Hold, 'circuit'>): boolean => circuit?.trying === undefined;
