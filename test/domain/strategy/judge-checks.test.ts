import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricAnswer, MetricPoint } from '../../../lib/domain/metrics-port.ts';
import { judgeChecks, type StepTimes } from '../../../lib/domain/strategy/judge-checks.ts';
import type { Check } from '../../../lib/domain/strategy/strategy.ts';

const minute = 60_000;
const begin = 1_000 * minute;

const errors: Check = { name: 'errors', source: { prometheus: 'up' }, max: 5, for_seconds: 300 };

/** One value for each minute after the start of the step. Undefined if there is none. */
const points = (...values: readonly (number | undefined)[]): MetricAnswer => ({
  kind: 'points',
  points: values.flatMap((value, at): readonly MetricPoint[] =>
    value === undefined ? [] : [{ at: begin + (at + 1) * minute, value }],
  ),
});

const after = (minutes: number, provenSeconds = 600): StepTimes => ({
  since: begin,
  now: begin + minutes * minute,
  provenSeconds,
});

const none = undefined;

interface Row {
  readonly it: string;
  readonly check?: Partial<Check>;
  readonly answer: MetricAnswer;
  readonly times: StepTimes;
  readonly verdict: readonly [kind: string, message: string];
}

const rows: readonly Row[] = [
  {
    it: 'says that it has no data yet',
    ...{ answer: points(), times: after(1) },
    verdict: ['open', 'errors waits for data'],
  },
  {
    it: 'treats NaN as a missing value',
    ...{ answer: points(Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN), times: after(5) },
    verdict: ['open', 'errors waits for data'],
  },
  {
    it: 'is good within its limit',
    ...{ answer: points(0.2), times: after(1) },
    verdict: ['good', 'errors 0.2 (max 5)'],
  },
  { it: 'is good at its limit', answer: points(5), times: after(1), verdict: ['good', 'errors 5 (max 5)'] },
  {
    it: 'waits beyond its limit for as long as the check allows',
    ...{ answer: points(0, 7.2, 7.2), times: after(3) },
    verdict: ['open', 'errors 7.2 is over 5 for 2 minutes, of 5 minutes allowed'],
  },
  {
    it: 'is broken once it stays beyond its limit longer than allowed',
    ...{ answer: points(7, 7, 7, 7, 7.24567), times: after(5) },
    verdict: ['broken', 'errors 7.246 is over 5 for 5 minutes'],
  },
  {
    it: 'is broken by an infinite value',
    ...{ answer: points(9, 9, 9, 9, Number.POSITIVE_INFINITY), times: after(5) },
    verdict: ['broken', 'errors infinite is over 5 for 5 minutes'],
  },
  {
    it: 'is not broken if one of the points was good',
    ...{ answer: points(7, 7, 5, 7, 7, 7), times: after(6) },
    verdict: ['open', 'errors 7 is over 5 for 3 minutes, of 5 minutes allowed'],
  },
  {
    it: 'is not broken before the step has lasted that long',
    ...{ answer: points(7, 7, 7, 7), times: after(4) },
    verdict: ['open', 'errors 7 is over 5 for 4 minutes, of 5 minutes allowed'],
  },
  {
    it: 'is broken even if one of five points is missing',
    ...{ answer: points(7, none, 7, 7, 7), times: after(5) },
    verdict: ['broken', 'errors 7 is over 5 for 5 minutes'],
  },
  {
    it: 'is not broken if two of five are missing',
    ...{ answer: points(7, none, none, 7, 7), times: after(5) },
    verdict: ['open', 'errors 7 is over 5 with too few points to be sure'],
  },
  {
    it: 'counts back from the last point of a late source',
    ...{ answer: points(7, 7, 7, 7, 7), times: after(8) },
    verdict: ['broken', 'errors 7 is over 5 for 5 minutes'],
  },
  {
    it: 'ignores points that are too old',
    ...{ answer: points(7, 7, 7, 7, 7), times: after(11) },
    verdict: ['open', 'errors has had no data for 6 minutes'],
  },
  {
    it: 'is broken below its minimum',
    ...{ check: { min: 10, max: 20, for_seconds: 120 }, answer: points(3, 2), times: after(2) },
    verdict: ['broken', 'errors 2 is under 10 for 2 minutes'],
  },
  {
    it: 'needs one point if it may exceed its limit for less than a minute',
    ...{ check: { for_seconds: 30 }, answer: points(6), times: after(1) },
    verdict: ['broken', 'errors 6 is over 5 for 30 seconds'],
  },
  {
    it: 'is broken by its last point if it may never exceed its limit',
    ...{ check: { for_seconds: 0 }, answer: points(1, 7), times: after(2) },
    verdict: ['broken', 'errors 7 is over 5'],
  },
  {
    it: 'is proven by its last point if that is enough',
    ...{ answer: points(1), times: after(1, 0) },
    verdict: ['proven', 'errors 1 (max 5)'],
  },
  {
    it: 'shows both limits',
    ...{ check: { min: 1 }, answer: points(3), times: after(1) },
    verdict: ['good', 'errors 3 (min 1, max 5)'],
  },
  {
    it: 'is proven after it was good for the required time',
    ...{ answer: points(1, 1, 1), times: after(3, 180) },
    verdict: ['proven', 'errors 1 (max 5)'],
  },
  {
    it: 'is good but not proven between its limit and the limit for proof',
    ...{ check: { proven_max: 2 }, answer: points(1, 3, 1), times: after(3, 180) },
    verdict: ['good', 'errors 1 (max 5)'],
  },
  {
    it: 'is not proven beyond its limit, for any limit for proof',
    ...{ check: { proven_max: 9 }, answer: points(1, 7, 1), times: after(3, 180) },
    verdict: ['good', 'errors 1 (max 5)'],
  },
  {
    it: 'shows the warnings of its source',
    answer: { kind: 'points', points: [{ at: begin + minute, value: 1 }], warnings: ['one store did not answer'] },
    times: after(1),
    verdict: ['good', 'errors 1 (max 5) (its source warns: one store did not answer)'],
  },
  {
    it: 'is open if it cannot be read',
    ...{ answer: { kind: 'unread', message: 'two series' }, times: after(9) },
    verdict: ['open', 'errors cannot be read: two series'],
  },
];

describe('a check', () => {
  it.each(rows)('$it', ({ check, answer, times, verdict: [kind, message] }) => {
    expect(judgeChecks([{ check: { ...errors, ...check }, answer }], times)).toEqual({ kind, message });
  });
});

describe('several checks', () => {
  const late: Check = { ...errors, name: 'latency', max: 900 };

  it.each([
    ['broken', [points(7, 7, 7, 7, 7), points(1, 1, 1, 1, 1)], 'errors 7 is over 5 for 5 minutes'],
    ['open', [points(1, 1, 1, 1, 1), points()], 'errors 1 (max 5), latency waits for data'],
    ['good', [points(1, 1, 1, 1, 1), points(1)], 'errors 1 (max 5), latency 1 (max 900)'],
  ] as const)('are %s when the worst is', (kind, [first, second], message) => {
    const seen = [
      { check: errors, answer: first },
      { check: late, answer: second },
    ];
    expect(judgeChecks(seen, after(5, 300))).toEqual({ kind, message });
  });

  it.each([
    [9, 'good'],
    [10, 'proven'],
  ])('without any: after %s of 10 minutes, %s', (minutes, kind) => {
    expect(judgeChecks([], after(minutes)).kind).toBe(kind);
  });
});

const value = fc.oneof(fc.constant(Number.NaN), fc.constant(undefined), fc.double({ min: 0, max: 10, noNaN: true }));
const series = fc.array(value, { maxLength: 30 });
const limits = fc.record({
  max: fc.double({ min: 0, max: 10, noNaN: true }),
  seconds: fc.integer({ min: 1, max: 1_200 }),
});

describe('for any points, a check', () => {
  it('is broken only if there are points and none of the last ones was within its limit', () => {
    fc.assert(
      fc.property(series, limits, (values, { max, seconds }) => {
        const check = { ...errors, max, for_seconds: seconds };
        const { kind } = judgeChecks([{ check, answer: points(...values) }], after(values.length));
        if (kind !== 'broken') return;
        const numbers = values.filter((one) => one !== undefined && !Number.isNaN(one));
        expect(seconds * 1_000).toBeLessThanOrEqual(values.length * minute);
        expect(numbers.at(-1)).toBeGreaterThan(max);
      }),
    );
  });

  it('does not become broken, or good, by a missing point', () => {
    fc.assert(
      fc.property(fc.array(fc.constant(Number.NaN), { maxLength: 30 }), (values) => {
        expect(judgeChecks([{ check: errors, answer: points(...values) }], after(values.length)).kind).toBe('open');
      }),
    );
  });

  it('stays proven, or good, when every point becomes smaller', () => {
    fc.assert(
      fc.property(series, limits, (values, { max, seconds }) => {
        const kindOf = (all: typeof values) =>
          judgeChecks([{ check: { ...errors, max }, answer: points(...all) }], after(all.length, seconds)).kind;
        const worst = ['broken', 'open', 'good', 'proven'];
        const smaller = values.map((one) => (one === undefined ? one : one / 2));
        expect(worst.indexOf(kindOf(smaller))).toBeGreaterThanOrEqual(worst.indexOf(kindOf(values)));
      }),
    );
  });
});
