import type { Status } from './status.ts';

/** Where a deployment stands in a list. */
export interface Standing {
  readonly index: number;
  readonly rank: number;
  /** Milliseconds since 1970: since when it has been so, where that decides; else 0. */
  readonly since: number;
}

/** What somebody must look at first; all others come behind. */
const worstFirst: readonly Status[] = ['FAILED', 'UNKNOWN', 'PROCESSING', 'PENDING'];

/** Of what is in work, and of what waits, that comes first which has been so for the longest. */
export const troubleOf = (index: number, status: Status, since: number): Standing => {
  const rank = worstFirst.indexOf(status);
  const counts = status === 'PROCESSING' || status === 'PENDING';
  return { index, rank: rank < 0 ? worstFirst.length : rank, since: counts ? since : 0 };
};

/** In the order of the plan. */
export const asPlanned = (index: number): Standing => ({ index, rank: 0, since: 0 });

export const inOrder = (a: Standing, b: Standing): number => a.rank - b.rank || a.since - b.since || a.index - b.index;

/** As a page ends with it. */
export const positionOf = ({ rank, since, index }: Standing): string => `${rank}.${since}.${index}`;

/** Undefined for what is no position. */
export const standingAt = (position: string): Standing | undefined => {
  const [rank, since, index, ...rest] = position.split('.').map(Number);
  const isOne = [rank, since, index].every((part) => Number.isSafeInteger(part)) && rest.length === 0;
  return isOne ? { rank: rank!, since: since!, index: index! } : undefined;
};
