import { describe, expect, test } from 'vitest';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { budgetLines, troubleLines } from '../../lib/cli/budget-lines.ts';
import { timesIn } from '../../lib/cli/times.ts';
import type { Catalogue, HarnessAccount } from '../../lib/domain/catalogue/catalogue.ts';
import type { Table } from '../../lib/domain/ports.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { TableBudget } from '../../lib/usecases/budget/table-budget.ts';
import { readHealth } from '../../lib/usecases/read-health.ts';
import { WorldClock } from '../workflow/world-clock.ts';
import { passTime } from './budget/virtual-time.ts';

const unverified = { simulated: false, unverified: true as const };
const catalogue: Catalogue = {
  ...{ simulated: false, pillars: {}, infrastructures: {} },
  clusters: { b: { simulated: true }, e: unverified, c: { simulated: false }, a: { simulated: true }, d: unverified },
  harness: { simulated: false, account: 'acme' },
};

const worldOf = (harness: HarnessAccount = catalogue.harness!) => {
  const [clock, table] = [new WorldClock(), new SqliteTable(':memory:')];
  const deps = { clock, table, catalogue: async () => ({ ...catalogue, harness }) };
  const budget = new TableBudget({ clock, table, random: { next: () => 0 }, account: 'harness:acme', limit: 300 });
  return { deps, clock, budget };
};

const nobody = { start: { count: 0 }, read: { count: 0 } };

test('health lists what is simulated, and what is not verified, in order', async () => {
  expect(await readHealth(worldOf().deps)).toMatchObject({
    ...{ status: 'ok', simulated: { harness: false, clusters: ['a', 'b'] }, unverified: { clusters: ['d', 'e'] } },
  });
});

describe('health shows the budget of requests', () => {
  test.each([
    ['300 by default', { simulated: false, account: 'acme' }, 300],
    ['as many as the configuration says', { simulated: false, account: 'acme', requests_per_minute: 50 }, 50],
    ['of a simulated one, too', { simulated: true, account: 'acme', requests_per_minute: 50 }, 50],
  ])('%s', async (_, harness, limit) => {
    const { budgets } = await readHealth(worldOf(harness).deps);
    expect(budgets).toEqual([{ account: 'harness:acme', limit, allowed: limit, waiting: nobody }]);
  });

  test('nothing where nothing counts requests', async () => {
    expect((await readHealth(worldOf({ simulated: true, account: 'simulated' }).deps)).budgets).toEqual([]);
  });

  test('how many wait, and until when', async () => {
    const { deps, clock, budget } = worldOf();
    const begin = clock.now();
    const all = [...Array(118)].map(() => budget.turn('start'));
    await passTime(clock, clock.sleep(1));
    const [told] = (await readHealth(deps)).budgets;
    expect(told).toMatchObject({ limit: 300, allowed: 300, waiting: { start: { count: 100 }, read: { count: 0 } } });
    await passTime(clock, Promise.all(all));
    // The forecast has come true.
    expect(Math.abs(Date.parse(told!.waiting.start.until!) - clock.now())).toBeLessThan(100);
    expect(clock.now() - begin).toBeGreaterThan(20_000);
    expect((await readHealth(deps)).budgets[0]).toMatchObject({ waiting: nobody });
  });

  test('and also the starts that the poller is to send', async () => {
    const { deps, clock } = worldOf();
    const rows = ['queued', 'started', 'queued', 'intended'].map((phase, index) => ({
      put: itemOf(keys.watch('executor:harness:acme', 'B', index, 'deploy-1'), { phase }),
    }));
    const other = { put: itemOf(keys.watch('executor:harness:other', 'B', 0, 'deploy-1'), { phase: 'queued' }) };
    await deps.table.transact([...rows, other]);
    const until = new Date(clock.now()).toISOString();
    const waiting = { start: { count: 2, until }, read: { count: 0 } };
    expect((await readHealth(deps)).budgets).toMatchObject([{ waiting }]);
  });

  test('at most one request reads those, no matter how many are in flight', async () => {
    const { deps } = worldOf();
    for (let from = 0; from < 600; from += 100) {
      const indices = [...Array(100)].map((_, nth) => from + nth);
      const rows = indices.map((index) => keys.watch('executor:harness:acme', 'B', index, 'deploy-1'));
      await deps.table.transact(rows.map((key) => ({ put: itemOf(key, { phase: 'queued' }) })));
    }
    const queries: unknown[] = [];
    const { table } = deps;
    const query: Table['query'] = (asked) => {
      queries.push(asked);
      return table.query(asked);
    };
    const counting: Table = {
      ...{ get: (key) => table.get(key), transact: (writes) => table.transact(writes), synced: () => table.synced() },
      query,
    };
    const { budgets } = await readHealth({ ...deps, table: counting });
    expect(budgets[0]!.waiting).toEqual({ start: { count: 500, at_least: true }, read: { count: 0 } });
    expect(queries).toHaveLength(1);
  });

  test('why and since when it is lower, until it is back', async () => {
    const { deps, clock, budget } = worldOf();
    const at = new Date(clock.now()).toISOString();
    await passTime(clock, budget.throttled());
    const closed_until = new Date(clock.now() + 5_000).toISOString();
    const lowered = { since: at, reason: 'ExecutorThrottled', message: expect.stringContaining(at) };
    const budgets = [{ account: 'harness:acme', limit: 300, allowed: 240, lowered, closed_until, waiting: nobody }];
    expect((await readHealth(deps)).budgets).toEqual(budgets);
    await passTime(clock, clock.sleep(9 * 60_000));
    expect((await readHealth(deps)).budgets).toMatchObject([{ allowed: 294, lowered }]);
    await passTime(clock, clock.sleep(60_000));
    expect((await readHealth(deps)).budgets).toEqual([
      { account: 'harness:acme', limit: 300, allowed: 300, waiting: nobody },
    ]);
  });
});

test('the command line says what holds somebody up', () => {
  const budget = { account: 'harness:acme', limit: 300, allowed: 300, waiting: nobody };
  const lowered = { since: '2026-09-30T06:00:00.000Z', reason: 'ExecutorThrottled' as const, message: '' };
  const until = '2026-09-30T06:01:00.000Z';
  const waiting = { start: { count: 12, until }, read: { count: 1 } };
  expect(budgetLines([budget, { ...budget, allowed: 240, lowered, waiting }], timesIn('UTC'))).toEqual([
    'harness:acme: 240 of 300 requests a minute since 2026-09-30 06:00:00Z, because it refused some as too many; ' +
      '12 starts wait for room in its budget until about 06:01:00.000Z; 1 read waits for room in its budget.',
  ]);
  const many = { start: { count: 500, at_least: true as const }, read: { count: 0 } };
  expect(budgetLines([{ ...budget, waiting: many }], timesIn('UTC'))).toEqual([
    'harness:acme: at least 500 starts wait for room in its budget.',
  ]);
});

test('an account that cannot be read has a line', () => {
  const trouble = {
    account: 'harness:acme',
    since: '2026-09-30T06:00:00.000Z',
    asked: 'the list of runs',
    answered: '502',
  };
  expect(troubleLines([trouble], timesIn('UTC'))).toEqual([
    'harness:acme cannot be read since 2026-09-30 06:00:00Z. Asked for the list of runs: 502',
  ]);
});
