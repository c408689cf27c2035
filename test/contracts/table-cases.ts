import type { Json, JsonObject } from '../../lib/domain/json.ts';
import type { Item, Query, Write } from '../../lib/domain/ports.ts';

/** Cases of the Table contract. They are functions of the partition, so that each run has its own. */

export interface TransactCase {
  readonly title: string;
  readonly given: (pk: string) => readonly Item[];
  readonly writes: (pk: string) => readonly Write[];
  /** The index of the first condition that does not hold, or `done`. */
  readonly gives: number | 'done';
  readonly leaves: 'unchanged' | ((pk: string) => readonly Item[]);
}

const nothing = (): readonly Item[] => [];
const one =
  (rest: JsonObject, sk = 'a') =>
  (pk: string): readonly Item[] => [{ ...rest, pk, sk }];

const put =
  (rest: JsonObject, when?: Write['when']) =>
  (pk: string): readonly Write[] => [{ put: { ...rest, pk, sk: 'a' }, ...(when === undefined ? {} : { when }) }];
const update =
  (set: JsonObject, remove: readonly string[], when?: Write['when']) =>
  (pk: string): readonly Write[] => [{ update: { pk, sk: 'a' }, set, remove, ...(when === undefined ? {} : { when }) }];
const check =
  (when: NonNullable<Write['when']>) =>
  (pk: string): readonly Write[] => [{ check: { pk, sk: 'a' }, when }];

const holds = (title: string, stored: JsonObject | undefined, when: NonNullable<Write['when']>): TransactCase => ({
  title,
  given: stored === undefined ? nothing : one(stored),
  writes: check(when),
  gives: 'done',
  leaves: 'unchanged',
});
const fails = (title: string, stored: JsonObject | undefined, when: NonNullable<Write['when']>): TransactCase => ({
  ...holds(title, stored, when),
  gives: 0,
});

const conditionCases: readonly TransactCase[] = [
  holds('exists: true holds for an item', {}, { exists: true }),
  fails('exists: true fails for no item', undefined, { exists: true }),
  holds('exists: false holds for no item', undefined, { exists: false }),
  fails('exists: false fails for an item', {}, { exists: false }),
  holds('equals holds for the same value', { n: 1, s: 'a' }, { equals: { n: 1, s: 'a' } }),
  fails('equals needs all its values', { n: 1, s: 'a' }, { equals: { n: 1, s: 'b' } }),
  fails('equals fails for an attribute that is absent', { n: 1 }, { equals: { s: 'a' } }),
  fails('equals fails for no item', undefined, { equals: { n: 1 } }),
  fails('equals null fails for an attribute that is absent', {}, { equals: { n: null } }),
  holds('equals null holds for null', { n: null }, { equals: { n: null } }),
  fails('equals does not take a text for a number', { n: '1' }, { equals: { n: 1 } }),
  fails('equals does not take false for null', { n: null }, { equals: { n: false } }),
  fails('equals does not take an empty text for null', { n: null }, { equals: { n: '' } }),
  holds('equals does not mind the order of names', { o: { a: 1, b: [2] } }, { equals: { o: { b: [2], a: 1 } } }),
  fails('equals minds the order of a list', { l: [1, 2] }, { equals: { l: [2, 1] } }),
  fails('equals compares the whole of an object', { o: { a: 1, b: 2 } }, { equals: { o: { a: 1 } } }),
  fails('equals does not take an empty list for an empty object', { o: {} }, { equals: { o: [] } }),
  holds('equals takes minus zero for zero', { n: 0, o: { n: 0 } }, { equals: { n: -0, o: { n: -0 } } }),
  holds('equals may ask for the key', {}, { equals: { sk: 'a' } }),
  fails('equals does not find what every object of JavaScript has', {}, { equals: { constructor: 'a' } }),
  holds('missing does not find what every object of JavaScript has', {}, { missing: ['constructor', 'toString'] }),
  holds('missing holds for an attribute that is absent', { n: 1 }, { missing: ['s', 't'] }),
  fails('missing fails when one is there', { n: 1 }, { missing: ['s', 'n'] }),
  fails('missing fails for null', { n: null }, { missing: ['n'] }),
  holds('missing holds for no item', undefined, { missing: ['n'] }),
  holds('all clauses hold together', { n: 1 }, { exists: true, equals: { n: 1 }, missing: ['s'] }),
  fails('one clause of several fails', { n: 1, s: 1 }, { exists: true, equals: { n: 1 }, missing: ['s'] }),
  fails('no item and an equal value contradict each other', { n: 1 }, { exists: false, equals: { n: 1 } }),
];

const writeCases: readonly TransactCase[] = [
  { title: 'a put makes an item', given: nothing, writes: put({ n: 1 }), gives: 'done', leaves: one({ n: 1 }) },
  {
    title: 'a put replaces the whole item',
    given: one({ n: 1, s: 'a' }),
    writes: put({ n: 2 }),
    gives: 'done',
    leaves: one({ n: 2 }),
  },
  {
    title: 'a put under a condition',
    given: one({ n: 1 }),
    writes: put({ n: 2 }, { equals: { n: 1 } }),
    gives: 'done',
    leaves: one({ n: 2 }),
  },
  {
    title: 'a put that may not replace',
    given: one({ n: 1 }),
    writes: put({ n: 2 }, { exists: false }),
    gives: 0,
    leaves: 'unchanged',
  },
  {
    title: 'an empty condition always holds',
    given: nothing,
    writes: put({ n: 1 }, {}),
    gives: 'done',
    leaves: one({ n: 1 }),
  },
  {
    title: 'an update sets and removes',
    given: one({ n: 1, s: 'a', t: 'b' }),
    writes: update({ n: 2, u: [] }, ['s', 'x']),
    gives: 'done',
    leaves: one({ n: 2, t: 'b', u: [] }),
  },
  {
    title: 'an update replaces whole attributes',
    given: one({ o: { a: 1 } }),
    writes: update({ o: { b: 2 } }, []),
    gives: 'done',
    leaves: one({ o: { b: 2 } }),
  },
  {
    title: 'an update makes an item',
    given: nothing,
    writes: update({ n: 1 }, ['s']),
    gives: 'done',
    leaves: one({ n: 1 }),
  },
  {
    title: 'an update that only removes makes an item',
    given: nothing,
    writes: update({}, ['s']),
    gives: 'done',
    leaves: one({}),
  },
  {
    title: 'an update that may not make an item',
    given: nothing,
    writes: update({ n: 1 }, [], { exists: true }),
    gives: 0,
    leaves: 'unchanged',
  },
  {
    title: 'an update under a condition on what it sets',
    given: one({ n: 1 }),
    writes: update({ n: 2 }, [], { equals: { n: 1 } }),
    gives: 'done',
    leaves: one({ n: 2 }),
  },
  {
    title: 'an update under a condition on what it removes',
    given: one({ n: 1, s: 'a' }),
    writes: update({}, ['s'], { equals: { s: 'a' } }),
    gives: 'done',
    leaves: one({ n: 1 }),
  },
  {
    title: 'reserved words are names like others',
    given: nothing,
    writes: update({ status: 'a', name: 'b', 'a.b': 1, '#n0': 2, ':v0': 3 }, ['size', 'key']),
    gives: 'done',
    leaves: one({ status: 'a', name: 'b', 'a.b': 1, '#n0': 2, ':v0': 3 }),
  },
  {
    title: 'a delete removes',
    given: one({ n: 1 }),
    writes: (pk) => [{ delete: { pk, sk: 'a' } }],
    gives: 'done',
    leaves: nothing,
  },
  {
    title: 'a delete of nothing',
    given: nothing,
    writes: (pk) => [{ delete: { pk, sk: 'a' } }],
    gives: 'done',
    leaves: nothing,
  },
  {
    title: 'a delete under a condition',
    given: one({ n: 1 }),
    writes: (pk) => [{ delete: { pk, sk: 'a' }, when: { equals: { n: 2 } } }],
    gives: 0,
    leaves: 'unchanged',
  },
];

const severalCases: readonly TransactCase[] = [
  {
    title: 'names the first of several conditions that do not hold, and does nothing',
    given: one({ n: 1 }),
    writes: (pk) => [
      { put: { pk, sk: 'b' } },
      { update: { pk, sk: 'a' }, set: { n: 2 }, when: { equals: { n: 1 } } },
      { check: { pk, sk: 'c' }, when: { exists: true } },
      { delete: { pk, sk: 'd' }, when: { exists: true } },
    ],
    gives: 2,
    leaves: 'unchanged',
  },
  {
    title: 'does writes of all kinds together',
    given: (pk) => [
      { pk, sk: 'a', n: 1 },
      { pk, sk: 'b' },
      { pk, sk: 'c' },
    ],
    writes: (pk) => [
      { check: { pk, sk: 'c' }, when: { exists: true } },
      { delete: { pk, sk: 'b' } },
      { put: { pk, sk: 'd' }, when: { exists: false } },
      { update: { pk, sk: 'a' }, set: { n: 2 } },
    ],
    gives: 'done',
    leaves: (pk) => [
      { pk, sk: 'a', n: 2 },
      { pk, sk: 'c' },
      { pk, sk: 'd' },
    ],
  },
];

export const transactCases: readonly TransactCase[] = [...conditionCases, ...writeCases, ...severalCases];

const nested = (depth: number): Json => (depth === 0 ? 0 : [nested(depth - 1)]);
const bad =
  (value: unknown) =>
  (pk: string): readonly Write[] => [{ put: { pk, sk: 'a', value: value as Json } }];

/** Refused before anything is sent; each case comes with a valid write, which must not happen. */
export const refusals: readonly { title: string; writes: (pk: string) => readonly Write[]; gives: string }[] = [
  {
    title: '101 writes',
    writes: (pk) => Array.from({ length: 100 }, (_, n) => ({ put: { pk, sk: `x${n}` } })),
    gives: 'ContractBroken',
  },
  {
    title: 'the same item twice',
    writes: (pk) => [{ put: { pk, sk: 'a' } }, { check: { pk, sk: 'a' }, when: { exists: true } }],
    gives: 'ContractBroken',
  },
  { title: 'an empty sort key', writes: (pk) => [{ put: { pk, sk: '' } }], gives: 'ContractBroken' },
  { title: 'an empty partition key', writes: () => [{ delete: { pk: '', sk: 'a' } }], gives: 'ContractBroken' },
  {
    title: 'a sort key of more than 1,024 bytes',
    writes: (pk) => [{ put: { pk, sk: 'ä'.repeat(513) } }],
    gives: 'ContractBroken',
  },
  { title: 'half a character', writes: bad('\ud800'), gives: 'ContractBroken' },
  { title: 'a value that is undefined', writes: bad(undefined), gives: 'ContractBroken' },
  { title: 'a number that is none', writes: bad(Number.NaN), gives: 'ContractBroken' },
  { title: 'a number that is not exact', writes: bad(2 ** 53), gives: 'ContractBroken' },
  { title: 'a number too close to zero', writes: bad(1e-131), gives: 'ContractBroken' },
  { title: 'an attribute without a name', writes: bad({ '': 1 }), gives: 'ContractBroken' },
  { title: 'values nested too deep', writes: bad(nested(33)), gives: 'ContractBroken' },
  { title: 'an update of nothing', writes: (pk) => [{ update: { pk, sk: 'a' } }], gives: 'ContractBroken' },
  {
    title: 'an update of the key',
    writes: (pk) => [{ update: { pk, sk: 'a' }, set: { sk: 'b' } }],
    gives: 'ContractBroken',
  },
  {
    title: 'an update that sets and removes the same',
    writes: (pk) => [{ update: { pk, sk: 'a' }, set: { n: 1 }, remove: ['n'] }],
    gives: 'ContractBroken',
  },
  { title: 'a check of nothing', writes: (pk) => [{ check: { pk, sk: 'a' }, when: {} }], gives: 'ContractBroken' },
  { title: 'an item over 400 KB', writes: bad('x'.repeat(410_000)), gives: 'ItemTooLarge' },
  {
    title: 'an item over 400 KB of characters of several bytes',
    writes: bad('€'.repeat(140_000)),
    gives: 'ItemTooLarge',
  },
  {
    title: 'a transaction over 4 MB',
    writes: (pk) => Array.from({ length: 12 }, (_, n) => ({ put: { pk, sk: `x${n}`, text: 'x'.repeat(380_000) } })),
    gives: 'ItemTooLarge',
  },
];

/** In the order of their UTF-8 bytes, which is not the order of JavaScript: U+FF5E comes before U+1F600. */
export const querySortKeys = ['a', 'a#1', 'a#10', 'a#2', 'b#1', 'b#2', 'b\ud7ff', 'c', '\uff5e', '😀', '😀x'] as const;

export const queryCases: readonly {
  title: string;
  query: Partial<Query>;
  gives: readonly string[];
  next?: string;
}[] = [
  { title: 'the whole partition in the order of its bytes', query: {}, gives: querySortKeys },
  { title: 'the newest first', query: { newestFirst: true }, gives: querySortKeys.toReversed() },
  { title: 'a prefix', query: { prefix: 'a#' }, gives: ['a#1', 'a#10', 'a#2'] },
  { title: 'a prefix that is itself a key', query: { prefix: 'a' }, gives: ['a', 'a#1', 'a#10', 'a#2'] },
  { title: 'a prefix backwards', query: { prefix: 'b#', newestFirst: true }, gives: ['b#2', 'b#1'] },
  { title: 'a prefix of a large character', query: { prefix: '😀' }, gives: ['😀', '😀x'] },
  { title: 'a prefix before the surrogates', query: { prefix: 'b\ud7ff' }, gives: ['b\ud7ff'] },
  { title: 'a prefix that nothing has', query: { prefix: 'x' }, gives: [] },
  { title: 'from, which is included', query: { from: 'c' }, gives: ['c', '\uff5e', '😀', '😀x'] },
  { title: 'to, which is included', query: { to: 'a#10' }, gives: ['a', 'a#1', 'a#10'] },
  { title: 'from and to', query: { from: 'a#1', to: 'b#1' }, gives: ['a#1', 'a#10', 'a#2', 'b#1'] },
  { title: 'from and to that are the same', query: { from: 'c', to: 'c' }, gives: ['c'] },
  { title: 'from behind to', query: { from: 'c', to: 'a' }, gives: [] },
  { title: 'as many as the limit says', query: { limit: 2 }, gives: ['a', 'a#1'], next: 'a#1' },
  { title: 'no next when the page ends exactly at the limit', query: { limit: 11 }, gives: querySortKeys },
  {
    title: 'no next when the prefix ends at the limit',
    query: { prefix: 'a#', limit: 3 },
    gives: ['a#1', 'a#10', 'a#2'],
  },
  { title: 'the next page', query: { limit: 2, after: 'a#1' }, gives: ['a#10', 'a#2'], next: 'a#2' },
  { title: 'the next page of a prefix', query: { prefix: 'a#', limit: 2, after: 'a#1' }, gives: ['a#10', 'a#2'] },
  {
    title: 'the next page backwards',
    query: { newestFirst: true, limit: 2, after: 'b#1' },
    gives: ['a#2', 'a#10'],
    next: 'a#10',
  },
  {
    title: 'the next page of from and to, backwards',
    query: { from: 'a#1', to: 'b#1', newestFirst: true, limit: 2, after: 'a#2' },
    gives: ['a#10', 'a#1'],
  },
  { title: 'after a missing key', query: { prefix: 'a#', after: 'a#11' }, gives: ['a#2'] },
  { title: 'after a key before the range', query: { prefix: 'b#', after: 'a' }, gives: ['b#1', 'b#2'] },
  { title: 'after a key beyond the range', query: { prefix: 'a#', after: 'b' }, gives: [] },
  {
    title: 'after a key beyond the range, backwards',
    query: { prefix: 'a#', after: 'b', newestFirst: true },
    gives: ['a#2', 'a#10', 'a#1'],
  },
  {
    title: 'after a key just beyond the prefix, backwards',
    query: { prefix: 'a#', after: 'a$', newestFirst: true },
    gives: ['a#2', 'a#10', 'a#1'],
  },
  {
    title: 'after a key before the range, backwards',
    query: { prefix: 'b#', after: 'a', newestFirst: true },
    gives: [],
  },
  { title: 'after the end of the range', query: { to: 'b#1', after: 'b#1' }, gives: [] },
  {
    title: 'after the beginning of the range, backwards',
    query: { from: 'b#1', after: 'b#1', newestFirst: true },
    gives: [],
  },
  { title: 'after a key that JavaScript would order otherwise', query: { after: '\uff5e' }, gives: ['😀', '😀x'] },
];
