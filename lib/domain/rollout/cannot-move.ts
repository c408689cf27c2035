import type { Evidence } from './judgement.ts';
import type { Signal } from './signal.ts';

/** A change that is half applied is whole within some seconds: a strategy, a partition, a suspension that is taken back. */
const grace = 10_000;

/** Nothing will happen by itself: `message` says what somebody must do. What `state` names starts the time anew when it changes. */
export const cannotMove = (
  reason: string,
  message: string,
  { state = '', evidence = [] }: { readonly state?: string; readonly evidence?: readonly Evidence[] } = {},
): Signal => ({ key: state === '' ? reason : `${reason} ${state}`, reason, message, grace, evidence });
