import type { Evidence } from './judgement.ts';
import type { Signal } from './signal.ts';

/** A change in several steps is complete within seconds: a strategy, a partition, a suspension that is lifted. */
const grace = 10_000;

/**
 * Nothing will happen by itself: `message` says what somebody must do. A change of `state` restarts the grace period.
 */
export const cannotMove = (
  reason: string,
  message: string,
  { state = '', evidence = [] }: { readonly state?: string; readonly evidence?: readonly Evidence[] } = {},
): Signal => ({ key: state === '' ? reason : `${reason} ${state}`, reason, message, grace, evidence });
