import { describe, expect, it } from 'vitest';
import { type Build, compare, medianOf } from './compare.ts';
import type { Measurement } from './plan.ts';
import { readMeasurements } from './read-measurements.ts';

describe('the output of a benchmark', () => {
  it('is read from the frame, even when a unit has more text', () => {
    const text = [
      'Node v24.21.0, linux x64',
      '┌──────────────────────────────────┬───────┬─────────────────────┐',
      '│ what                             │ value │ unit                │',
      '├──────────────────────────────────┼───────┼─────────────────────┤',
      '│ read 1000 deployments (0.25 MB)  │  68.2 │ ms                  │',
      '│ whole batch of 100, 100 at once  │    -4 │ s                   │',
      '│ answer deep lists                │     3 │ ms, 0.4 times that  │',
      '└──────────────────────────────────┴───────┴─────────────────────┘',
    ].join('\n');
    expect(readMeasurements(text)).toEqual([
      { name: 'read 1000 deployments (0.25 MB)', value: 68.2, unit: 'ms' },
      { name: 'whole batch of 100, 100 at once', value: -4, unit: 's' },
      { name: 'answer deep lists', value: 3, unit: 'ms' },
    ]);
  });

  it('is read from the tables of costs, as far as they are numbers', () => {
    const text = [
      '| counted | 100, 50 at once | 1,000, 50 at once |\n| --- | ---: | ---: |\n| write units | 9,421 | 96,001 |',
      'Prices in us-east-1.',
      '| USD for 1,000 deployments | 100, 50 at once |\n| --- | ---: |\n| **all** | **0.248** |',
      '| written / read for one deployment | 100 |\n| --- | ---: |\n| `BATCH#…` | 1.0 / 2.0 |',
    ].join('\n\n');
    expect(readMeasurements(text)).toEqual([
      { name: 'counted, write units, 100, 50 at once', value: 9421, unit: '' },
      { name: 'counted, write units, 1,000, 50 at once', value: 96_001, unit: '' },
      { name: 'USD for 1,000 deployments, all, 100, 50 at once', value: 0.248, unit: '' },
    ]);
  });
});

it.each([
  [[3], 3],
  [[5, 1, 3], 3],
  [[4, 1, 2, 100], 3],
  [[10, 9, 100, 1, 11], 10],
])('the median of %j is %d', (values, median) => {
  expect(medianOf(values)).toBe(median);
});

/** A build whose rounds give these numbers. */
const build = (name: string, asked: string[], rounds: readonly (readonly Measurement[])[] | undefined): Build => ({
  name,
  measure: async () => {
    const round = asked.filter((one) => one === name).length;
    asked.push(name);
    return rounds?.[round];
  },
});
const ms = (name: string, value: number): Measurement => ({ name, value, unit: 'ms' });

describe('two builds', () => {
  const compared = async (
    old: readonly (readonly Measurement[])[] | undefined,
    now: readonly (readonly Measurement[])[],
  ) => {
    const asked: string[] = [];
    const builds = { old: build('c4c0118', asked, old), now: build('this tree', asked, now) };
    const lines = await compare('plan', { ...builds, rounds: now.length, onRound: () => {} });
    return { asked, lines };
  };

  it('are measured in turn, and their medians compared', async () => {
    const { asked, lines } = await compared(
      [[ms('a', 100)], [ms('a', 10)], [ms('a', 12)]],
      [[ms('a', 1)], [ms('a', 4)], [ms('a', 3)]],
    );
    expect(asked).toEqual(['c4c0118', 'this tree', 'c4c0118', 'this tree', 'c4c0118', 'this tree']);
    expect(lines).toEqual(['a: 12 → 3 ms, ratio 0.25']);
  });

  it.each([
    [[ms('a', 0)], [ms('a', 0)], ['a: 0 → 0 ms, ratio 1.00']],
    [[ms('a', 0)], [ms('a', 3)], ['a: 0 → 3 ms, no ratio to 0']],
    [[ms('a', 68.24)], [ms('a', 21.1)], ['a: 68.24 → 21.1 ms, ratio 0.31']],
    [[{ name: 'a', value: 96_001, unit: '' }], [{ name: 'a', value: 9, unit: '' }], ['a: 96000 → 9, ratio 0.00']],
    [[], [ms('new', 3)], ['new: not measured at c4c0118 → 3 ms, no ratio']],
    [[ms('old', 3)], [], ['old: 3 ms at c4c0118, no longer measured']],
  ])('compares %j and %j as %j', async (old, now, lines) => {
    expect((await compared([old], [now])).lines).toEqual(lines);
  });

  it('are not compared by a benchmark that the older one does not have', async () => {
    const { asked, lines } = await compared(undefined, [[ms('a', 1)]]);
    expect(lines).toEqual(['plan: c4c0118 does not have this benchmark']);
    expect(asked).toEqual(['c4c0118']);
  });
});
