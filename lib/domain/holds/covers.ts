import { serviceKey } from '../batch/keys-called.ts';
import type { Hold, HoldScope } from './hold.ts';

/** The parts of a deployment that a hold may name. */
export interface HoldCandidate {
  readonly environment: string;
  readonly pillar: string;
  readonly cluster: string;
  /** Its executor's account. */
  readonly executor: string;
  /** `pillar/service_name`, optionally followed by `@` and an infrastructure. */
  readonly key: string;
  readonly batch_id: string;
  readonly isRollback: boolean;
}

/** Whether a hold keeps this deployment from its turn. All parts of its scope must match. */
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

/** All names that a scope may use for a deployment's service. */
export const servicesOf = (key: string): readonly string[] => {
  const service = serviceKey(key);
  return [service, service.slice(service.indexOf('/') + 1)];
};

/** False for a circuit whose hold is over and that now lets one through at a time. */
export const isInForce = ({ circuit }: Pick<Hold, 'circuit'>): boolean => circuit?.trying === undefined;
