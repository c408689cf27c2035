/** What an account allows at a time: as much as was configured, less where it said that this was too much. */

export type RequestKind = 'start' | 'read';
export const requestKinds: readonly RequestKind[] = ['start', 'read'];

/** Of the flow and of what may be saved up: reads never wait for all starts, and starts never for all reads. */
export const shares: Readonly<Record<RequestKind, number>> = { start: 0.6, read: 0.4 };

export interface Allowance {
  /** Requests a minute, as configured. */
  readonly limit: number;
  /** What was allowed when it was last lowered; it has risen since. */
  readonly rate: number;
  /** When the account last said that it was too much. Absent where it never did. */
  readonly throttled_at?: number;
  /** Since when less than the limit is allowed, or was. */
  readonly lowered_at?: number;
  /** Nobody is sent before this. */
  readonly closed_until?: number;
}

const minute = 60_000;
/** A turn that is noticed so late does not make a minute fuller than it may be. */
const lateness = 500;
const lowest = 20;
const cut = 0.8;
/** A part of the limit, added for each minute in which nobody complained. */
const stepPart = 0.02;
/** Of the answers to requests that were under way together, one lowers. */
const oneBurst = 10_000;
const pause = 5_000;
const longestPause = minute;

const stepOf = ({ limit }: Allowance): number => Math.max(1, limit * stepPart);

/** Requests a minute that are allowed at a time. */
export const allowedAt = (allowance: Allowance, time: number): number => {
  const { limit, rate, throttled_at } = allowance;
  if (throttled_at === undefined) return limit;
  const minutes = Math.max(0, Math.floor((time - throttled_at) / minute));
  return Math.min(limit, rate + minutes * stepOf(allowance));
};

/** Until when `allowedAt` stays the same. */
export const unchangedUntil = (allowance: Allowance, time: number): number => {
  const { limit, throttled_at } = allowance;
  if (throttled_at === undefined || allowedAt(allowance, time) >= limit) return Number.POSITIVE_INFINITY;
  return throttled_at + (Math.max(0, Math.floor((time - throttled_at) / minute)) + 1) * minute;
};

/** What a kind may save up while nobody asks: together a tenth of what is allowed in a minute, and one of each at least. */
export const burstOf = (allowed: number, kind: RequestKind): number => Math.max(1, (allowed / 10) * shares[kind]);

/** Requests for each millisecond. Burst and flow together are what is allowed, in whichever minute one looks. */
export const flowOf = (allowed: number): number => {
  const burst = burstOf(allowed, 'start') + burstOf(allowed, 'read');
  return Math.max(1, allowed - burst) / (minute + lateness);
};

/** What was lowered is forgotten once the limit is allowed again, and the burst that lowered it is over. */
export const forgetComplaint = <A extends Allowance>(allowance: A, now: number): A => {
  const { throttled_at, limit } = allowance;
  if (throttled_at === undefined || now - throttled_at < minute || allowedAt(allowance, now) < limit) return allowance;
  const { throttled_at: _, lowered_at: __, closed_until: ___, ...rest } = allowance;
  return { ...rest, rate: limit } as A;
};

/** Changes nothing where the complaint belongs to the burst that has lowered it already. */
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

/** Another limit was configured, or the clock that wrote this was far ahead: what it says of the future is not waited for. */
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
