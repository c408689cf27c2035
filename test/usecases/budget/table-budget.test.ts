import { describe, expect, it } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import { allowedAt, type RequestKind } from '../../../lib/domain/budget/allowance.ts';
import { budgetAt } from '../../../lib/domain/budget/budget.ts';
import type { BudgetNews } from '../../../lib/domain/budget/budget-news.ts';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Clock, RequestBudget, Table } from '../../../lib/domain/ports.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { rowOf } from '../../../lib/domain/record/rows.ts';
import type { BudgetRow } from '../../../lib/domain/record/watch-rows.ts';
import { TableBudget } from '../../../lib/usecases/budget/table-budget.ts';
import { fullestMinute } from '../../domain/budget/send-all.ts';
import { WorldClock } from '../../workflow/world-clock.ts';
import { passTime } from './virtual-time.ts';

const account = 'harness:acme';

/** The same numbers each time, from 0 up to 1. */
const seeded = (seed: number) => {
  let state = seed;
  return {
    next: () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    },
  };
};

/** A table that counts its calls, and takes this many milliseconds for each. */
const countedTable = (clock: WorldClock, takes = 0) => {
  const table = new SqliteTable(':memory:');
  const counts = { reads: 0, writes: 0, conflicts: 0 };
  const pause = async (): Promise<void> => (takes === 0 ? undefined : clock.sleep(takes));
  const counted: Table = {
    get: async (key) => {
      counts.reads += 1;
      await pause();
      return table.get(key);
    },
    query: (query) => table.query(query),
    transact: async (writes) => {
      counts.writes += 1;
      await pause();
      await table.transact(writes).catch((error: unknown) => {
        counts.conflicts += 1;
        throw error;
      });
    },
    synced: () => table.synced(),
  };
  return { table: counted, counts };
};

const budgetOf = (table: Table, clock: Clock, { limit = 300, seed = 1 } = {}): TableBudget =>
  new TableBudget({ table, clock, random: seeded(seed), account, limit });

const rowIn = async (table: Table): Promise<BudgetRow> => rowOf<BudgetRow>(await table.get(keys.budget(account)))!;

/** Asks this often in turn, and notes when it went. */
const keepSending = async (
  budget: RequestBudget,
  clock: WorldClock,
  { kind, until, sent }: { readonly kind: RequestKind; readonly until: number; readonly sent: number[] },
): Promise<void> => {
  while (clock.now() < until) {
    const turn = await budget.turn(kind, until);
    if (turn.kind === 'later') return;
    sent.push(clock.now());
  }
};

const minute = 60_000;

describe('one process', () => {
  it('sends 500 starts at once with two writes, as fast as the account allows', async () => {
    const clock = new WorldClock();
    const { table, counts } = countedTable(clock);
    const budget = budgetOf(table, clock);
    const begin = clock.now();
    const times: number[] = [];
    const all = Array.from({ length: 500 }, async () => {
      expect(await budget.turn('start')).toEqual({ kind: 'go' });
      times.push(clock.now() - begin);
    });
    await passTime(clock, Promise.all(all));
    expect(counts.writes).toBe(2);
    // Waiting callers only read, about once for each turn.
    expect(counts.reads).toBeLessThanOrEqual(500);
    expect(times.filter((at) => at === 0)).toHaveLength(18);
    expect(times.at(-1)).toBeLessThanOrEqual((482 / 270) * 60_500 + 3_000);
    expect(fullestMinute(times)).toBeLessThanOrEqual(300);
  });

  it('takes one write and no read for one turn after another with nobody else', async () => {
    const clock = new WorldClock();
    const { table, counts } = countedTable(clock);
    const budget = budgetOf(table, clock);
    for (let nth = 0; nth < 10; nth += 1) await passTime(clock, budget.turn('start'));
    expect(counts).toEqual({ reads: 1, writes: 10, conflicts: 0 });
  });

  it('says at once when it would be too late, and takes nothing', async () => {
    const clock = new WorldClock();
    const { table, counts } = countedTable(clock);
    const budget = budgetOf(table, clock);
    await passTime(clock, Promise.all(Array.from({ length: 12 }, () => budget.turn('read'))));
    const { writes } = counts;
    const now = clock.now();
    const turn = await passTime(clock, budget.turn('read', now));
    expect(turn).toEqual({ kind: 'later', at: expect.any(Number) });
    expect((turn as { at: number }).at - now).toBeLessThanOrEqual(60_500 / 270 / 0.4);
    expect(counts.writes).toBe(writes);
    expect(await passTime(clock, budget.turn('read', (turn as { at: number }).at))).toEqual({ kind: 'go' });
  });

  it('asks again for waiting callers after a complaint: those short of time hear so, the others go later', async () => {
    const clock = new WorldClock();
    const { table } = countedTable(clock);
    const budget = budgetOf(table, clock);
    const begin = clock.now();
    const told = { go: 0, later: 0 };
    const all = Array.from({ length: 100 }, async (_, nth) => {
      const turn = await budget.turn('start', nth < 60 ? undefined : begin + 20_000);
      told[turn.kind] += 1;
    });
    const complain = clock.sleep(1_000).then(() => budget.throttled());
    await passTime(clock, Promise.all([...all, complain]));
    expect(told.later).toBeGreaterThan(0);
    expect(told.go).toBeGreaterThanOrEqual(60);
    // It waits for nobody who gave up.
    const { start } = budgetAt(await rowIn(table), clock.now());
    expect(start.issued).toBe(told.go - 18 - 4);
    expect(start.issued - start.paid).toBeLessThan(1e-3);
  });

  it('writes many simultaneous complaints once', async () => {
    const clock = new WorldClock();
    const { table, counts } = countedTable(clock);
    const budget = budgetOf(table, clock);
    await passTime(clock, Promise.all(Array.from({ length: 30 }, () => budget.throttled())));
    expect(counts.writes).toBe(1);
    expect(allowedAt(await rowIn(table), clock.now())).toBe(240);
  });

  it('gives the number of a caller that gave up to those behind', async () => {
    const clock = new WorldClock();
    const { table } = countedTable(clock);
    const budget = budgetOf(table, clock);
    const begin = clock.now();
    // As it looks now, the last of them would go after 5 s. Reads that come then take their share.
    const starts = Array.from({ length: 40 }, () => budget.turn('start', begin + 5_200));
    await passTime(clock, clock.sleep(500));
    const reads = Array.from({ length: 200 }, () => budget.turn('read'));
    const went = (await passTime(clock, Promise.all(starts))).filter(({ kind }) => kind === 'go').length;
    expect(went).toBeLessThan(40);
    const { issued } = (await rowIn(table)).start;
    expect(issued).toBe(40);
    // It takes an unused number, and none that was paid for and skipped.
    expect(await passTime(clock, budget.turn('start'))).toEqual({ kind: 'go' });
    expect((await rowIn(table)).start.issued).toBe(40);
    await passTime(clock, Promise.all([...reads, clock.sleep(2 * minute)]));
    await passTime(clock, budget.turn('start'));
    expect((await rowIn(table)).start.issued).toBe(41);
  });

  it('gives each caller one number, even if reading the row takes longer than a write', async () => {
    const clock = new WorldClock();
    const { table } = countedTable(clock);
    const slow: Table = { ...table, get: async (key) => table.get(key).finally(() => clock.sleep(35)) };
    const budget = budgetOf(slow, clock);
    const all = Array.from({ length: 120 }, async (_, nth) => {
      await clock.sleep(nth * 10);
      return budget.turn('start');
    });
    await passTime(clock, Promise.all(all));
    expect((await rowIn(table)).start.issued).toBe(120);
  });

  it('starts again when somebody removes the row', async () => {
    const clock = new WorldClock();
    const { table } = countedTable(clock);
    const budget = budgetOf(table, clock);
    const all = Array.from({ length: 60 }, () => budget.turn('start'));
    await passTime(clock, clock.sleep(1_000));
    await table.transact([{ delete: keys.budget(account) }]);
    expect(await passTime(clock, Promise.all(all))).toHaveLength(60);
  });
});

describe('the budget reports', () => {
  const told = () => {
    const clock = new WorldClock();
    const { table } = countedTable(clock);
    const news: BudgetNews[] = [];
    const tell = (each: BudgetNews): void => void news.push(each);
    const budgets = [1, 2].map(
      (seed) => new TableBudget({ table, clock, random: seeded(seed), account, limit: 300, tell }),
    );
    return { clock, news, one: budgets[0]!, other: budgets[1]! };
  };

  it('that less is allowed, and that it is back: once, no matter which process sees it', async () => {
    const { clock, news, one, other } = told();
    await passTime(clock, Promise.all([one.throttled(), other.throttled()]));
    expect(news).toEqual([{ kind: 'lowered', account, limit: 300, allowed: 240 }]);
    await passTime(clock, clock.sleep(11 * minute));
    await passTime(clock, Promise.all([one.turn('read'), other.turn('read')]));
    expect(news.slice(1).filter(({ kind }) => kind !== 'waited')).toEqual([{ kind: 'back', account, limit: 300 }]);
  });

  it('how long a caller waited, and nothing for callers that did not', async () => {
    const { clock, news, one } = told();
    await passTime(clock, Promise.all([...Array(13)].map(() => one.turn('read'))));
    expect(news).toEqual([{ kind: 'waited', account, request: 'read', milliseconds: expect.any(Number) }]);
  });
});

describe('a table that fails', () => {
  const failing = (until: (now: number) => boolean, name: 'TableBusy' | 'ContractBroken' = 'TableBusy') => {
    const clock = new WorldClock();
    const { table } = countedTable(clock);
    const begin = clock.now();
    const orFail = async (): Promise<void> => {
      if (until(clock.now() - begin)) throw new FlotillaError(name, 'it fails');
    };
    const broken: Table = {
      ...table,
      get: (key) => orFail().then(() => table.get(key)),
      transact: (writes) => orFail().then(() => table.transact(writes)),
    };
    return { clock, begin, budget: budgetOf(broken, clock) };
  };

  it('is asked again until it answers', async () => {
    const { clock, budget } = failing((at) => at < 8_000);
    expect(await passTime(clock, budget.turn('start'))).toEqual({ kind: 'go' });
  });

  it('tells a caller whose turn would come too late', async () => {
    const { clock, begin, budget } = failing(() => true);
    const turn = passTime(clock, budget.turn('start', begin + 3_000));
    expect(await turn).toEqual({ kind: 'later', at: expect.any(Number) });
    expect(clock.now() - begin).toBeLessThan(5_000);
  });

  it('fails callers in the end, and never delays a complaint', async () => {
    const { clock, budget } = failing(() => true);
    const [turn] = await passTime(clock, Promise.allSettled([budget.turn('start'), budget.throttled()]));
    expect(turn).toMatchObject({ status: 'rejected', reason: { name: 'TableBusy' } });
  });

  it('fails waiting callers too', async () => {
    const { clock, budget } = failing((at) => at > 500);
    const all = Array.from({ length: 60 }, () => budget.turn('start'));
    const told = await passTime(clock, Promise.allSettled(all));
    expect(told.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(18);
    expect(told.at(-1)).toMatchObject({ status: 'rejected', reason: { name: 'TableBusy' } });
  });

  it('tells a waiting caller whose turn would now come too late', async () => {
    const { clock, begin, budget } = failing((at) => at > 500);
    const all = Array.from({ length: 60 }, () => budget.turn('start', begin + 12_000));
    const told = await passTime(clock, Promise.all(all));
    expect(told.at(-1)).toEqual({ kind: 'later', at: expect.any(Number) });
    expect(clock.now() - begin).toBeLessThan(14_000);
  });

  it('reports at once a fault that does not pass', async () => {
    const { clock, begin, budget } = failing(() => true, 'ContractBroken');
    await expect(passTime(clock, budget.turn('read'))).rejects.toMatchObject({ name: 'ContractBroken' });
    expect(clock.now()).toBe(begin);
  });
});

describe('three processes', () => {
  it.each([0, 15])(
    'never send more than the limit in any minute, and get equal shares: a table that takes %i ms',
    async (takes) => {
      const clock = new WorldClock();
      const { table, counts } = countedTable(clock, takes);
      const until = clock.now() + 4 * minute;
      const sent = [1, 2, 3].map(() => ({ start: [] as number[], read: [] as number[] }));
      const busy = sent.flatMap((times, nth) => {
        const budget = budgetOf(table, clock, { seed: nth + 1 });
        const each = (kind: RequestKind) => keepSending(budget, clock, { kind, until, sent: times[kind] });
        return [...Array(4)].flatMap(() => [each('start'), each('read')]);
      });
      await passTime(clock, Promise.all(busy));
      const all = sent.flatMap(({ start, read }) => [...start, ...read]).sort((a, b) => a - b);
      expect(fullestMinute(all)).toBeLessThanOrEqual(300);
      expect(all.length).toBeGreaterThan(4 * 260);
      const [starts, reads] = (['start', 'read'] as const).map((kind) => sent.map((times) => times[kind].length));
      for (const counts of [starts!, reads!]) expect(Math.min(...counts)).toBeGreaterThan(Math.max(...counts) * 0.85);
      const shareOfStarts = starts!.reduce((a, b) => a + b) / all.length;
      expect(shareOfStarts).toBeGreaterThan(0.57);
      expect(shareOfStarts).toBeLessThan(0.63);
      if (takes > 0) expect(counts.conflicts).toBeGreaterThan(0);
    },
  );
});

describe('clocks that differ', () => {
  /** Two that always have something to send, a while after each other. The clock of one is this far behind. */
  const sendBoth = async (behind: number, { every, latest }: { readonly every: number; readonly latest?: number }) => {
    const clock = new WorldClock();
    const { table } = countedTable(clock, 5);
    const slow: Clock = {
      now: () => clock.now() - behind,
      sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
    };
    const until = clock.now() + 3 * minute;
    const send = async (own: Clock, seed: number): Promise<readonly number[]> => {
      const budget = budgetOf(table, own, { seed });
      const sent: number[] = [];
      for (; clock.now() < until; await clock.sleep(every)) {
        const turn = await budget.turn('start', latest === undefined ? undefined : own.now() + latest);
        if (turn.kind === 'go') sent.push(clock.now());
      }
      return sent;
    };
    return passTime(clock, Promise.all([send(clock, 1), send(slow, 2)]));
  };

  it.each([0, 500, 9_000, 240_000])('gives an equal share to a process whose clock is %i ms behind', async (behind) => {
    for (const latest of [undefined, 8_000]) {
      const [ahead, slow] = await sendBoth(behind, { every: 250, ...(latest === undefined ? {} : { latest }) });
      expect(slow!.length).toBeGreaterThan(ahead!.length * 0.85);
      expect(ahead!.length).toBeGreaterThan(slow!.length * 0.85);
      const all = [...ahead!, ...slow!].sort((a, b) => a - b);
      expect(fullestMinute(all)).toBeLessThanOrEqual(300);
      expect(all.length).toBeGreaterThan(3 * 250);
    }
  });

  it('also tells a caller that it is its turn when many wait', async () => {
    const clock = new WorldClock();
    const { table } = countedTable(clock);
    const slow: Clock = { now: () => clock.now() - 9_000, sleep: (milliseconds) => clock.sleep(milliseconds) };
    const [ahead, behind] = [budgetOf(table, clock), budgetOf(table, slow, { seed: 2 })];
    const begin = clock.now();
    const all = Array.from({ length: 100 }, async (_, nth) => {
      await (nth % 2 === 0 ? ahead : behind).turn('start');
      return clock.now() - begin;
    });
    const times = await passTime(clock, Promise.all(all));
    expect(Math.max(...times)).toBeLessThanOrEqual((82 / 270) * 60_500 + 1_000);
  });
});

it('sends for a hundred processes that start at once, as fast as the account allows, despite conflicts', async () => {
  const clock = new WorldClock();
  const { table, counts } = countedTable(clock, 10);
  const begin = clock.now();
  const times: number[] = [];
  const all = Array.from({ length: 100 }, async (_, nth) => {
    const budget = budgetOf(table, clock, { seed: 1 + nth * 7_919 });
    expect(await budget.turn('start', begin + 45_000)).toEqual({ kind: 'go' });
    times.push(clock.now() - begin);
  });
  await passTime(clock, Promise.all(all));
  expect(counts.conflicts).toBeGreaterThan(100);
  // 18 at once, the rest at the steady rate. A few seconds go by until all have a number.
  expect(times.at(-1)).toBeLessThanOrEqual((82 / 270) * 60_500 + 3_000);
});

describe('an account that allows less than was configured', () => {
  /** What guards the account: this many in any 60 seconds, and no more. */
  const gate = (most: number) => {
    const passed: number[] = [];
    return (now: number): boolean => {
      while (passed[0] !== undefined && passed[0] <= now - minute) passed.shift();
      if (passed.length >= most) return false;
      passed.push(now);
      return true;
    };
  };

  it('settles near it too when many ask at once, every ten seconds', async () => {
    const clock = new WorldClock();
    const { table } = countedTable(clock);
    const budget = budgetOf(table, clock);
    const begin = clock.now();
    const isLetIn = gate(120);
    const told = { passed: 0, refused: 0 };
    const ask = async (kind: RequestKind): Promise<void> => {
      if ((await budget.turn(kind, clock.now() + 20_000)).kind === 'later') return;
      const isIn = isLetIn(clock.now());
      if (clock.now() - begin >= 5 * minute) told[isIn ? 'passed' : 'refused'] += 1;
      await clock.sleep(150);
      if (!isIn) await budget.throttled();
    };
    const all: Promise<void>[] = [];
    const look = async (): Promise<void> => {
      for (; clock.now() < begin + 35 * minute; await clock.sleep(10_000))
        for (let nth = 0; nth < 28; nth += 1) all.push(ask(nth % 4 === 0 ? 'start' : 'read'));
    };
    await passTime(
      clock,
      look().then(() => Promise.all(all)),
    );
    expect(told.refused / (told.passed + told.refused)).toBeLessThanOrEqual(0.02);
    expect(told.passed / 30).toBeGreaterThan(120 * 0.7);
  });

  it.each([120, 45, 250])('settles near %i a minute, with hardly a refusal', async (most) => {
    const clock = new WorldClock();
    const { table } = countedTable(clock);
    const begin = clock.now();
    const [settled, until] = [begin + 5 * minute, begin + 35 * minute];
    const isLetIn = gate(most);
    const told = { passed: 0, refused: 0 };
    const send = async (budget: RequestBudget, kind: RequestKind): Promise<void> => {
      while (clock.now() < until) {
        if ((await budget.turn(kind, until)).kind === 'later') return;
        const isIn = isLetIn(clock.now());
        if (clock.now() >= settled) told[isIn ? 'passed' : 'refused'] += 1;
        // The answer takes its time.
        await clock.sleep(150);
        if (!isIn) await budget.throttled();
      }
    };
    const busy = [1, 2].flatMap((seed) => {
      const budget = budgetOf(table, clock, { seed });
      return [...Array(4)].flatMap(() => [send(budget, 'start'), send(budget, 'read')]);
    });
    await passTime(clock, Promise.all(busy));
    expect(told.refused / (told.passed + told.refused)).toBeLessThanOrEqual(0.02);
    expect(told.passed / 30).toBeGreaterThan(most * 0.75);
  });
});
