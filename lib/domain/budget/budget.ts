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

/** The turns of one kind. They are numbered: whoever has a number goes once so many are paid for. */
interface Lane {
  readonly issued: number;
  readonly paid: number;
}

/**
 * The budget of requests of one account, as it was at `at`. Time pays: so much flows in every millisecond, in fixed shares to both
 * kinds; what is paid beyond what was issued is saved up, and where one kind has saved all that it may, its share goes to the other.
 */
export interface Budget extends Allowance {
  readonly at: number;
  /** Of the numbers: with each complaint of the account they begin anew, so that nobody waits behind those who gave up. */
  readonly round: number;
  readonly start: Lane;
  readonly read: Lane;
}

/** Clocks of one account are further apart only where one of them is wrong. */
const farAhead = 5 * 60_000;
/** What sums of parts may be off. */
const tiny = 1e-4;

const fullLane = (allowed: number, kind: RequestKind): Lane => ({ issued: 0, paid: burstOf(allowed, kind) });

/** Of an account that nobody has asked yet. */
export const newBudget = (limit: number, now: number): Budget => ({
  ...{ limit, rate: limit, at: now, round: 0 },
  start: fullLane(limit, 'start'),
  read: fullLane(limit, 'read'),
});

/** By how much somebody whose time is `now` is behind those who wrote it. Nobody follows a clock that is wrong. */
export const lagBehind = ({ at }: Pick<Budget, 'at'>, now: number): number =>
  at - now > farAhead ? 0 : Math.max(0, at - now);

/** As it is now, with the limit that is configured now. */
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

/** How much more a lane takes: what is waited for, and then what may be saved. */
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

/** Nobody has saved more than may be saved by now. */
const clip = (budget: Budget): Budget => {
  const allowed = allowedAt(budget, budget.at);
  const clipped = (kind: RequestKind): Lane => {
    const { issued, paid } = budget[kind];
    return { issued, paid: Math.min(paid, issued + burstOf(allowed, kind)) };
  };
  return { ...budget, start: clipped('start'), read: clipped('read') };
};

/**
 * When a number is paid for, as far as is known: numbers that others take, and complaints, make it later and never sooner. Not before
 * `at`.
 */
export const dueAt = (budget: Budget, kind: RequestKind, number: number): number => {
  const from = Math.max(budget.at, budget.closed_until ?? 0);
  const missing = number - budget[kind].paid;
  if (missing <= tiny) return from;
  const other: RequestKind = kind === 'start' ? 'read' : 'start';
  const othersRoom = roomOf(budget[other], allowedAt(budget, from), other);
  // The other kind takes its share until it has all that it takes.
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

/** The next number. */
export const issue = (budget: Budget, kind: RequestKind): Budget => {
  const lane = budget[kind];
  return { ...budget, [kind]: { ...lane, issued: lane.issued + 1 } };
};

/** The account said that it was too much: less is allowed, what was saved is gone, and whoever waits takes a new number. */
export const lower = (budget: Budget, now: number, retryAfter?: number): Budget => {
  const lowered = lowerAllowance(budget, now, retryAfter);
  if (lowered.throttled_at === budget.throttled_at) return lowered;
  const empty = { issued: 0, paid: 0 };
  return { ...lowered, round: budget.round + 1, start: empty, read: empty };
};
