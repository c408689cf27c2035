import type { Catcher, Retrier } from './definition/machine.ts';
import type { StateFailure } from './failure.ts';

/**
 * Whether a list of error names matches a failure, as documented (aws.md 7.1). Names match exactly. States.ALL matches
 * everything that can be caught. States.TaskFailed matches everything except timeouts. States.Timeout also matches a
 * lost heartbeat. What cannot be caught matches nothing, not even its own name.
 */
export const matchesError = (errorEquals: readonly string[], failure: StateFailure): boolean => {
  if (!failure.isCatchable) return false;
  const { error } = failure;
  const isTimeout = error === 'States.Timeout' || error === 'States.HeartbeatTimeout';
  return errorEquals.some(
    (name) =>
      name === 'States.ALL' ||
      name === error ||
      (name === 'States.TaskFailed' && !isTimeout) ||
      (name === 'States.Timeout' && error === 'States.HeartbeatTimeout'),
  );
};

/** How many milliseconds a retrier waits before its attempt number `done + 1`. `chance` is from 0 up to 1. */
export const retryDelay = (retrier: Retrier, done: number, chance: number): number => {
  const { intervalSeconds, backoffRate, maxDelaySeconds, hasFullJitter } = retrier;
  const delay = Math.min(intervalSeconds * backoffRate ** done, maxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return Math.round(delay * (hasFullJitter ? chance : 1) * 1000);
};

/** The index of the first matching retrier; -1 if there is none. */
export const retrierIndex = (retriers: readonly Retrier[], failure: StateFailure): number =>
  retriers.findIndex(({ errorEquals }) => matchesError(errorEquals, failure));

/** The first matching retrier if it has attempts left. A matching one without attempts ends the search. */
export const findRetrier = (
  retriers: readonly Retrier[],
  counts: readonly number[],
  failure: StateFailure,
): { readonly retrier: Retrier; readonly index: number; readonly done: number } | undefined => {
  const index = retrierIndex(retriers, failure);
  const retrier = retriers[index];
  if (retrier === undefined) return undefined;
  const done = counts[index] ?? 0;
  return done < retrier.maxAttempts ? { retrier, index, done } : undefined;
};

/** The first matching catcher. */
export const findCatcher = (catchers: readonly Catcher[], failure: StateFailure): Catcher | undefined =>
  catchers.find(({ errorEquals }) => matchesError(errorEquals, failure));
