import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { costReport, loads, parseCounts } from '../bench/cost-report.ts';
import { countCosts } from '../bench/count-costs.ts';
import { priceOf, totalOf } from '../bench/price.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'cost.md'), 'utf8');
const printed = text.split(/<!-- from here on: .* -->|<!-- to here -->/)[1]?.trim() ?? '';
const columns = parseCounts(printed);

describe('docs/cost.md', () => {
  test('describes the loads that the benchmark counts', () => {
    expect(columns.map(({ load }) => load)).toEqual(loads);
  });

  test('every amount follows from its counts by the formula', () => {
    expect(costReport(columns)).toBe(printed);
  });

  test("has the program's current counts for the smallest batch", async () => {
    const { load, counts: told } = columns[0]!;
    const { counts } = await countCosts(load);
    expect(Object.keys(counts)).toEqual(Object.keys(told));
    for (const [name, count] of Object.entries(counts)) {
      const most = Math.max(2, told[name]! * 0.1);
      expect.soft(Math.abs(count - told[name]!), `${name}: ${count}, told ${told[name]}`).toBeLessThanOrEqual(most);
    }
    const [now, then] = [totalOf(priceOf(counts)), totalOf(priceOf(told))];
    expect(Math.abs(now / then - 1)).toBeLessThan(0.03);
  });

  test('mentions the price that the table prints', () => {
    const told = Number(/It is missed: ([\d.]+) USD/.exec(text)?.[1]);
    expect(told).toBe(Number(totalOf(priceOf(columns[1]!.counts)).toFixed(2)));
  });

  test('docs/aws.md names the same price', () => {
    const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'aws.md'), 'utf8');
    const told = Number(/50 at once, would cost about ([\d.]+) USD/.exec(page)?.[1]);
    expect(told).toBe(Number(totalOf(priceOf(columns[1]!.counts)).toFixed(2)));
  });
});
