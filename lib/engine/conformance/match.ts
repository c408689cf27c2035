import { isJsonObject } from '../json.ts';
import type { RecordedEvent } from './case.ts';

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const wildcard = /\{\{[^{}]+\}\}/;

const differs = (path: string, expected: unknown, actual: unknown): string =>
  `${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`.slice(0, 1000);

const matchText = (expected: string, actual: unknown, path: string): string | undefined => {
  if (/^\{\{[^{}]+\}\}$/.test(expected)) return actual === undefined ? differs(path, expected, actual) : undefined;
  if (!wildcard.test(expected)) return expected === actual ? undefined : differs(path, expected, actual);
  const pattern = new RegExp(`^${expected.split(wildcard).map(literal).join('[\\s\\S]*')}$`);
  return typeof actual === 'string' && pattern.test(actual) ? undefined : differs(path, expected, actual);
};

const parsed = (text: unknown): unknown => {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The first difference between a recorded value with wildcards and an actual one; undefined if they match. */
export const difference = (expected: unknown, actual: unknown, path = ''): string | undefined => {
  if (typeof expected === 'string') return matchText(expected, actual, path);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return differs(path, expected, actual);
    return firstOf(expected, (member, index) => difference(member, actual[index], `${path}[${index}]`));
  }
  if (!isJsonObject(expected)) return expected === actual ? undefined : differs(path, expected, actual);
  if (Object.hasOwn(expected, '$json')) return difference(expected.$json, parsed(actual), `${path}(JSON)`);
  if (Object.hasOwn(expected, '$text')) return difference(expected.$text, actual, path);
  if (!isJsonObject(actual)) return differs(path, expected, actual);
  const extra = Object.keys(actual).find((key) => !Object.hasOwn(expected, key));
  if (extra !== undefined) return differs(`${path}.${extra}`, undefined, actual[extra]);
  return firstOf(Object.entries(expected), ([key, value]) => difference(value, actual[key], `${path}.${key}`));
};

const firstOf = <T>(list: readonly T[], find: (member: T, index: number) => string | undefined): string | undefined => {
  for (const [index, member] of list.entries()) {
    const found = find(member, index);
    if (found !== undefined) return found;
  }
  return undefined;
};

const withoutIds = ({ type, details }: RecordedEvent): unknown => ({
  type,
  ...(details === undefined ? {} : { details }),
});

/** Matches every expected event with an actual one, in any order. Returns the events that are left. */
const takeAll = (
  expected: readonly RecordedEvent[],
  actual: readonly RecordedEvent[],
): { readonly rest: readonly RecordedEvent[]; readonly missing?: RecordedEvent } => {
  const rest = [...actual];
  for (const event of expected) {
    const index = rest.findIndex((candidate) => difference(withoutIds(event), withoutIds(candidate)) === undefined);
    if (index < 0) return { rest, missing: event };
    rest.splice(index, 1);
  }
  return { rest };
};

const exactDifference = (expected: readonly RecordedEvent[], actual: readonly RecordedEvent[]): string | undefined => {
  const found = firstOf(expected, (event, index) => difference(event, actual[index], `event ${index + 1}`));
  if (found !== undefined || expected.length === actual.length) return found;
  return differs('more events', undefined, actual[expected.length]);
};

/** The first difference between two histories, in the order that the recording guarantees. */
export const historyDifference = (
  expected: readonly RecordedEvent[],
  actual: readonly RecordedEvent[],
  order: 'exact' | 'concurrent' | 'parallel-sorted',
): string | undefined => {
  if (order === 'exact') return exactDifference(expected, actual);
  // Sorted recordings have no event for the success of a Parallel.
  const seen = order === 'parallel-sorted' ? actual.filter(({ type }) => type !== 'ParallelStateSucceeded') : actual;
  const { rest, missing } = takeAll(order === 'concurrent' ? expected : expected.filter(({ id }) => id === null), seen);
  if (missing !== undefined) return `no event like ${JSON.stringify(missing)}`.slice(0, 1000);
  return exactDifference(order === 'concurrent' ? [] : expected.filter(({ id }) => id !== null), rest);
};
