import { allowedAt, type RequestKind } from './allowance.ts';
import { type Budget, dueAt } from './budget.ts';

/** Those of a kind who wait: with a number, or in a queue of their own until it is worth taking one. */
export interface Waiting {
  readonly count: number;
  /** When the last of them goes, as far as is known. */
  readonly until?: number;
}

/** What a budget is like at its moment. Times are milliseconds since 1970. */
interface BudgetDescription {
  readonly limit: number;
  /** Requests a minute. */
  readonly allowed: number;
  /** Absent where the limit is allowed. */
  readonly lowered?: { readonly since: number; readonly refused_at: number };
  /** Nobody is sent before; absent where somebody may be. */
  readonly closed_until?: number;
  readonly waiting: Readonly<Record<RequestKind, Waiting>>;
}

export const describeBudget = (budget: Budget, queuedStarts: number): BudgetDescription => {
  const { limit, at, throttled_at, lowered_at, closed_until = 0 } = budget;
  const allowed = Math.floor(allowedAt(budget, at));
  return {
    limit,
    allowed,
    ...(throttled_at === undefined ? {} : { lowered: { since: lowered_at ?? throttled_at, refused_at: throttled_at } }),
    ...(closed_until > at ? { closed_until } : {}),
    waiting: { start: waitingOf(budget, 'start', queuedStarts), read: waitingOf(budget, 'read', 0) },
  };
};

const waitingOf = (budget: Budget, kind: RequestKind, queued: number): Waiting => {
  const { issued, paid } = budget[kind];
  // A sum of parts may be a little short of the whole.
  const count = Math.max(0, Math.ceil(issued - paid - 1e-3)) + queued;
  return count === 0 ? { count } : { count, until: dueAt(budget, kind, issued + queued) };
};
