/** How many requests an account allows at a time: the configured limit, or less after the account refused requests. */

export type RequestKind = 'start' | 'read';
export const requestKinds: readonly RequestKind[] = ['start', 'read'];

/**
 * The share of the flow and of the savings that each kind gets. Reads never wait for all starts, nor starts for all
 * reads.
 */
export const shares: Readonly<Record<RequestKind, number>> = { start: 0.6, read: 0.4 };

export interface Allowance {
  /** Configured requests a minute. */
  readonly limit: number;
  /** What was allowed when it was last lowered. It has risen since. */
  readonly rate: number;
  /** When the account last refused a request as one too many. Absent if it never did. */
  readonly throttled_at?: number;
  /** When the allowance last fell below the limit. */
  readonly lowered_at?: number;
  /** No request goes out before this time. */
  readonly closed_until?: number;
}

const minute = 60_000;
/** A turn noticed up to this late doesn't overfill its minute. */
const lateness = 500;
const lowest = 20;
const cut = 0.8;
/** The part of the limit that is added for each minute without a refusal. */
const stepPart = 0.02;
/** Of the refusals of requests that were under way together, only one lowers the allowance. */
const oneBurst = 10_000;
const pause = 5_000;
const longestPause = minute;

const stepOf = ({ limit }: Allowance): number => Math.max(1, limit * stepPart);

/** Allowed requests a minute at a time. */
export const allowedAt = (allowance: Allowance, time: number): number => {
  const { limit, rate, throttled_at } = allowance;
  if (throttled_at === undefined) return limit;
  const minutes = Math.max(0, Math.floor((time - throttled_at) / minute));
  return Math.min(limit, rate + minutes * stepOf(allowance));
};

/** The time until which `allowedAt` stays the same. */
export const unchangedUntil = (allowance: Allowance, time: number): number => {
  const { limit, throttled_at } = allowance;
  if (throttled_at === undefined || allowedAt(allowance, time) >= limit) return Number.POSITIVE_INFINITY;
  return throttled_at + (Math.max(0, Math.floor((time - throttled_at) / minute)) + 1) * minute;
};

/** How much a kind may save up while idle. Together: a tenth of a minute's allowance, and at least one of each. */
export const burstOf = (allowed: number, kind: RequestKind): number => Math.max(1, (allowed / 10) * shares[kind]);

/** Requests per millisecond. In any minute, burst and flow together make up the allowance. */
export const flowOf = (allowed: number): number => {
  const burst = burstOf(allowed, 'start') + burstOf(allowed, 'read');
  return Math.max(1, allowed - burst) / (minute + lateness);
};

/** Forgets the refusal once the full limit is allowed again and its burst is over. */
export const forgetComplaint = <A extends Allowance>(allowance: A, now: number): A => {
  const { throttled_at, limit } = allowance;
  if (throttled_at === undefined || now - throttled_at < minute || allowedAt(allowance, now) < limit) return allowance;
  const { throttled_at: _, lowered_at: __, closed_until: ___, ...rest } = allowance;
  return { ...rest, rate: limit } as A;
};

/** Changes nothing if the refusal belongs to the burst that has already lowered the allowance. */
export const lowerAllowance = <A extends Allowance>(allowance: A, now: number, retryAfter = 0): A => {
  const { limit, throttled_at } = allowance;
  const isSame = throttled_at !== undefined && now - throttled_at < oneBurst;
  const asked = retryAfter > 0 ? Math.min(longestPause, retryAfter) : 0;
  const closed_until = Math.max(allowance.closed_until ?? 0, now + Math.max(isSame ? 0 : pause, asked));
  if (isSame)
    return asked === 0 || closed_until === allowance.closed_until ? allowance : { ...allowance, closed_until };
  const allowed = allowedAt(allowance, now);
  return {
    ...allowance,
    rate: Math.max(Math.min(lowest, limit), allowed * cut),
    throttled_at: now,
    lowered_at: allowance.lowered_at ?? now,
    closed_until,
  };
};

/** Adjusts to a new limit, and ignores what a clock that ran far ahead wrote about the future. */
export const correctAllowance = <A extends Allowance>(allowance: A, limit: number, now: number): A => {
  const { rate, throttled_at, closed_until } = allowance;
  return {
    ...allowance,
    limit,
    rate: throttled_at === undefined ? limit : Math.min(limit, rate),
    ...(throttled_at === undefined ? {} : { throttled_at: Math.min(throttled_at, now) }),
    ...(closed_until === undefined ? {} : { closed_until: Math.min(closed_until, now + longestPause) }),
  };
};
