import type { Query } from '../domain/ports.ts';

interface Bound {
  readonly key: string;
  /** An open bound does not belong to the range. */
  readonly open: boolean;
}

export interface SortKeyRange {
  readonly low?: Bound;
  readonly high?: Bound;
}

/** DynamoDB and SQLite sort keys by UTF-8 bytes; JavaScript sorts by UTF-16. */
export const compareSortKeys = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const LAST_CODE_POINT = 0x10ffff;

/** The smallest text greater than every text with this prefix; none if all its characters are the last one. */
const successorOf = (prefix: string): string | undefined => {
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  while (points.at(-1) === LAST_CODE_POINT) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // After U+D7FF come the surrogates, which are not characters.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
};

/** The range that a query selects by prefix, from and to, before paging. */
export const rangeOf = (query: Query): SortKeyRange => {
  if (query.prefix !== undefined) {
    const end = successorOf(query.prefix);
    const low = { key: query.prefix, open: false };
    return end === undefined ? { low } : { low, high: { key: end, open: true } };
  }
  return {
    ...(query.from === undefined ? {} : { low: { key: query.from, open: false } }),
    ...(query.to === undefined ? {} : { high: { key: query.to, open: false } }),
  };
};

const isBelow = (key: string, low: Bound | undefined): boolean => {
  if (low === undefined) return false;
  const order = compareSortKeys(key, low.key);
  return order < 0 || (order === 0 && low.open);
};

const isAbove = (key: string, high: Bound | undefined): boolean => {
  if (high === undefined) return false;
  const order = compareSortKeys(key, high.key);
  return order > 0 || (order === 0 && high.open);
};

export const isEmptyRange = ({ low, high }: SortKeyRange): boolean =>
  low !== undefined && high !== undefined && (isAbove(low.key, high) || isBelow(high.key, low));

/** `after`, unless it lies before the range in the query's direction, where it excludes nothing. */
export const startOf = (query: Query): string | undefined => {
  if (query.after === undefined) return undefined;
  const { low, high } = rangeOf(query);
  const isOutside = query.newestFirst ? isAbove(query.after, high) : isBelow(query.after, low);
  return isOutside ? undefined : query.after;
};

/** The rest of a query's range behind `after`; empty if `after` lies behind the range. */
export const restOf = (query: Query): SortKeyRange => {
  const start = startOf(query);
  if (start === undefined) return rangeOf(query);
  const bound = { key: start, open: true };
  return query.newestFirst ? { ...rangeOf(query), high: bound } : { ...rangeOf(query), low: bound };
};
