import { expect, test } from 'vitest';
import { covers, type HoldCandidate, isInForce } from '../../../lib/domain/holds/covers.ts';
import { describeScope } from '../../../lib/domain/holds/describe-scope.ts';
import type { Hold, HoldScope } from '../../../lib/domain/holds/hold.ts';

const candidate: HoldCandidate = {
  ...{ environment: 'uat', pillar: 'risk', cluster: 'eu', executor: 'harness:acme' },
  ...{ key: 'risk/cva', batch_id: 'B1', isRollback: false },
};

const fitting: readonly HoldScope[] = [
  { environment: 'uat' },
  { pillar: 'risk' },
  { service: 'risk/cva' },
  { service: 'cva' },
  { cluster: 'eu' },
  { executor: 'harness:acme' },
  { batch: 'B1' },
];
const other: readonly HoldScope[] = [
  { environment: 'prod' },
  { pillar: 'data' },
  { service: 'data/cva' },
  { service: 'risk' },
  { cluster: 'us' },
  { executor: 'harness:other' },
  { batch: 'B2' },
];
const pairs = fitting.flatMap((one) => fitting.map((two): HoldScope => ({ ...one, ...two })));
const mixed = fitting.flatMap((one) =>
  other.filter((two) => !(Object.keys(two)[0]! in one)).map((two): HoldScope => ({ ...one, ...two })),
);

const isCovered = (scope: HoldScope, fields: Partial<HoldCandidate> = {}, rollbacks = false): boolean =>
  covers({ scope, rollbacks }, { ...candidate, ...fields });

test('a hold without a scope covers everything, and one with names covers what matches all of them', () => {
  for (const scope of [{}, ...fitting, ...pairs]) expect([scope, isCovered(scope)]).toEqual([scope, true]);
  for (const scope of [...other, ...mixed]) expect([scope, isCovered(scope)]).toEqual([scope, false]);
});

test('a service is the same on all infrastructures', () => {
  const key = 'risk/cva@eu-2';
  expect(
    [{ service: 'risk/cva' }, { service: 'cva' }, { service: 'cva@eu-2' }].map((scope) => isCovered(scope, { key })),
  ).toEqual([true, true, false]);
});

test('rollbacks continue unless the hold says otherwise', () => {
  const isRollback = true;
  expect([isCovered({}, { isRollback }), isCovered({}, { isRollback }, true), isCovered({}, {}, true)]).toEqual([
    false,
    true,
    true,
  ]);
});

test('a circuit on trial holds nothing by itself', () => {
  const circuit: NonNullable<Hold['circuit']> = { opened: 1, seen: 'no answer', seen_at: 1 };
  expect([isInForce({}), isInForce({ circuit }), isInForce({ circuit: { ...circuit, trying: true } })]).toEqual([
    true,
    true,
    false,
  ]);
});

test.each<[HoldScope, string]>([
  [{}, 'everything'],
  [{ environment: 'uat' }, 'environment uat'],
  [{ pillar: 'risk', environment: 'uat' }, 'environment uat and pillar risk'],
  [
    { batch: 'B1', executor: 'a', cluster: 'eu', service: 'cva', pillar: 'risk', environment: 'uat' },
    'environment uat and pillar risk and service cva and cluster eu and executor a and batch B1',
  ],
])('%j in words: %s', (scope, words) => {
  expect(describeScope(scope)).toBe(words);
});
