import { allowedAt, type RequestKind } from './allowance.ts';
import { type Budget, dueAt } from './budget.ts';

/** The callers of a kind in line: with a number, or in their own queue until taking one is worthwhile. */
export interface Waiting {
  readonly count: number;
  /** When the last of them gets its turn, as far as is known. */
  readonly until?: number;
}

/** A snapshot of a budget. Times are milliseconds since 1970. */
interface BudgetDescription {
  readonly limit: number;
  /** Allowed requests a minute. */
  readonly allowed: number;
  /** Absent while the full limit is allowed. */
  readonly lowered?: { readonly since: number; readonly refused_at: number };
  /** No request goes out before this; absent if requests may go out. */
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
  // A sum of fractions may fall a little short of the whole.
  const count = Math.max(0, Math.ceil(issued - paid - 1e-3)) + queued;
  return count === 0 ? { count } : { count, until: dueAt(budget, kind, issued + queued) };
};
