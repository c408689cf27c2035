import { afterEach, expect, test, vi } from 'vitest';
import { type About, observeBy, observer } from '../../functions/runtime/observer.ts';
import { tellBudget } from '../../functions/runtime/told-budget.ts';
import type { BudgetNews } from '../../lib/domain/budget/budget-news.ts';
import type { Measurement } from '../../lib/domain/measurement/measurement.ts';
import { tellBudget as tellBudgetHere } from '../../lib/local/runtime/tell-budget.ts';

const before = observer();

afterEach(() => observeBy(before));

const account = 'harness:acme';
const lowered: BudgetNews = { kind: 'lowered', account, limit: 300, allowed: 240 };
const back: BudgetNews = { kind: 'back', account, limit: 300 };
const waited: BudgetNews = { kind: 'waited', account, request: 'start', milliseconds: 1_500 };

const less = 'the executor refused requests as too many: fewer are sent';
const again = 'requests to the executor are back at the configured rate';

test.each<[BudgetNews, readonly Measurement[], lines: readonly unknown[]]>([
  [lowered, [{ name: 'ExecutorBudgetAllowed', value: 240 }], [[less, { account, limit: 300, allowed: 240 }]]],
  [back, [{ name: 'ExecutorBudgetAllowed', value: 300 }], [[again, { account, limit: 300, allowed: 300 }]]],
  [waited, [{ name: 'ExecutorBudgetWait', value: 1_500, by: 'start' }], []],
])('on AWS %j is measured, and logged unless somebody only waited', (news, measured, lines) => {
  const measurements: Measurement[] = [];
  const told: [string, About][] = [];
  observeBy({
    around: (_, run) => run(),
    measure: (more) => void measurements.push(...more),
    tell: (message, about) => void told.push([message, about]),
    fault: () => {},
  });
  tellBudget(news);
  expect(measurements).toEqual(measured);
  expect(told).toEqual(lines);
});

test.each<[BudgetNews, lines: readonly unknown[]]>([
  [lowered, [{ level: 'WARN', message: less, account, limit: 300, allowed: 240 }]],
  [back, [{ level: 'INFO', message: again, account, limit: 300, allowed: 300 }]],
  [waited, []],
])('on one machine %j is logged unless somebody only waited', (news, lines) => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => {});
  tellBudgetHere(news);
  expect(told.mock.calls.map(([line]) => JSON.parse(String(line)))).toEqual(lines);
  told.mockRestore();
});
