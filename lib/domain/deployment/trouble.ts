import type { Status } from './status.ts';

/** A deployment's place in a list. */
export interface Standing {
  readonly index: number;
  readonly rank: number;
  /** Milliseconds since 1970: how long it has been so, if that decides; otherwise 0. */
  readonly since: number;
}

/** What a person must look at first. Everything else comes after. */
const worstFirst: readonly Status[] = ['FAILED', 'UNKNOWN', 'PROCESSING', 'PENDING'];

/** Among those in work, and among those waiting, the longest comes first. */
export const troubleOf = (index: number, status: Status, since: number): Standing => {
  const rank = worstFirst.indexOf(status);
  const counts = status === 'PROCESSING' || status === 'PENDING';
  return { index, rank: rank < 0 ? worstFirst.length : rank, since: counts ? since : 0 };
};

/** In plan order. */
export const asPlanned = (index: number): Standing => ({ index, rank: 0, since: 0 });

export const inOrder = (a: Standing, b: Standing): number => a.rank - b.rank || a.since - b.since || a.index - b.index;

/** The position at the end of a page. */
export const positionOf = ({ rank, since, index }: Standing): string => `${rank}.${since}.${index}`;

/** Undefined if it is not a position. */
export const standingAt = (position: string): Standing | undefined => {
  const [rank, since, index, ...rest] = position.split('.').map(Number);
  const isOne = [rank, since, index].every((part) => Number.isSafeInteger(part)) && rest.length === 0;
  return isOne ? { rank: rank!, since: since!, index: index! } : undefined;
};
