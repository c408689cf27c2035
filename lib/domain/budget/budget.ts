import {
  type Allowance,
  allowedAt,
  burstOf,
  correctAllowance,
  flowOf,
  forgetComplaint,
  lowerAllowance,
  type RequestKind,
  shares,
  unchangedUntil,
} from './allowance.ts';

/** The turns of one kind, numbered. A number's turn comes once that many are paid for. */
interface Lane {
  readonly issued: number;
  readonly paid: number;
}

/**
 * One account's request budget, as it was at `at`. Time pays: a fixed flow per millisecond goes to both kinds in fixed
 * shares. What is paid beyond what was issued is saved up. When one kind has saved all it may, its share goes to the
 * other.
 */
export interface Budget extends Allowance {
  readonly at: number;
  /**
   * The round of the numbers. Each refusal by the account starts a new one, so nobody waits behind those who gave up.
   */
  readonly round: number;
  readonly start: Lane;
  readonly read: Lane;
}

/** Clocks of one account are further apart than this only if one of them is wrong. */
const farAhead = 5 * 60_000;
/** The error that sums of fractions may have. */
const tiny = 1e-4;

const fullLane = (allowed: number, kind: RequestKind): Lane => ({ issued: 0, paid: burstOf(allowed, kind) });

/** The budget of an account that nobody has asked yet. */
export const newBudget = (limit: number, now: number): Budget => ({
  ...{ limit, rate: limit, at: now, round: 0 },
  start: fullLane(limit, 'start'),
  read: fullLane(limit, 'read'),
});

/** How far a caller whose time is `now` lags behind the budget's last writer. Nobody follows a wrong clock. */
export const lagBehind = ({ at }: Pick<Budget, 'at'>, now: number): number =>
  at - now > farAhead ? 0 : Math.max(0, at - now);

/** The budget at `now`, with the limit configured now. */
export const budgetAt = (budget: Budget, now: number, limit = budget.limit): Budget => {
  const isWrong = budget.at - now > farAhead;
  const settled = forgetComplaint(pay(isWrong ? { ...budget, at: now } : budget, now), now);
  return isWrong || limit !== budget.limit ? clip(correctAllowance(settled, limit, now)) : settled;
};

const pay = (budget: Budget, now: number): Budget => {
  let { start, read } = budget;
  for (let from = Math.max(budget.at, budget.closed_until ?? 0); from < now; ) {
    const until = Math.min(now, unchangedUntil(budget, from));
    const allowed = allowedAt(budget, from);
    const amount = flowOf(allowed) * (until - from);
    [start, read] = pour({ start, read }, allowed, amount);
    from = until;
  }
  return { ...budget, at: Math.max(budget.at, now), start, read };
};

/** How much more a lane takes: what callers wait for, then what may be saved. */
const roomOf = ({ issued, paid }: Lane, allowed: number, kind: RequestKind): number =>
  Math.max(0, issued + burstOf(allowed, kind) - paid);

const pour = ({ start, read }: Pick<Budget, RequestKind>, allowed: number, amount: number): readonly [Lane, Lane] => {
  const room = { start: roomOf(start, allowed, 'start'), read: roomOf(read, allowed, 'read') };
  const toStart = Math.min(room.start, Math.max(amount * shares.start, amount - room.read));
  const toRead = Math.min(room.read, amount - toStart);
  return [
    { ...start, paid: start.paid + toStart },
    { ...read, paid: read.paid + toRead },
  ];
};

/** Caps each kind's savings at what may be saved now. */
const clip = (budget: Budget): Budget => {
  const allowed = allowedAt(budget, budget.at);
  const clipped = (kind: RequestKind): Lane => {
    const { issued, paid } = budget[kind];
    return { issued, paid: Math.min(paid, issued + burstOf(allowed, kind)) };
  };
  return { ...budget, start: clipped('start'), read: clipped('read') };
};

/**
 * When a number will be paid for, as far as is known. Other callers' numbers and refusals make it later, never sooner.
 * Not before `at`.
 */
export const dueAt = (budget: Budget, kind: RequestKind, number: number): number => {
  const from = Math.max(budget.at, budget.closed_until ?? 0);
  const missing = number - budget[kind].paid;
  if (missing <= tiny) return from;
  const other: RequestKind = kind === 'start' ? 'read' : 'start';
  const othersRoom = roomOf(budget[other], allowedAt(budget, from), other);
  // The other kind takes its share until it is full.
  const amount = Math.min(missing / shares[kind], missing + othersRoom);
  return Math.max(budget.at + 1, Math.ceil(whenFlown(budget, from, amount)));
};

const whenFlown = (budget: Budget, begin: number, amount: number): number => {
  let from = begin;
  for (let left = amount; ; ) {
    const flow = flowOf(allowedAt(budget, from));
    const until = unchangedUntil(budget, from);
    if (left <= flow * (until - from)) return from + left / flow;
    left -= flow * (until - from);
    from = until;
  }
};

/** Issues the next number. */
export const issue = (budget: Budget, kind: RequestKind): Budget => {
  const lane = budget[kind];
  return { ...budget, [kind]: { ...lane, issued: lane.issued + 1 } };
};

/**
 * The account refused a request as too many: less is allowed, the savings are gone, and callers in line take new
 * numbers.
 */
export const lower = (budget: Budget, now: number, retryAfter?: number): Budget => {
  const lowered = lowerAllowance(budget, now, retryAfter);
  if (lowered.throttled_at === budget.throttled_at) return lowered;
  const empty = { issued: 0, paid: 0 };
  return { ...lowered, round: budget.round + 1, start: empty, read: empty };
};
