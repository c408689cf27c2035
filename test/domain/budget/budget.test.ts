import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowedAt, flowOf, type RequestKind, requestKinds, shares } from '../../../lib/domain/budget/allowance.ts';
import { type Budget, budgetAt, dueAt, issue, lower, newBudget } from '../../../lib/domain/budget/budget.ts';
import { takeNumbers } from '../../../lib/domain/budget/take-numbers.ts';
import { fullestMinute, type Happening, type Sent, sendAll } from './send-all.ts';

const minute = 60_000;
const kinds = fc.constantFrom<RequestKind>('start', 'read');

const asking: fc.Arbitrary<Happening> = fc.record({
  at: fc.integer({ min: 0, max: 5 * minute }),
  kind: kinds,
  count: fc.integer({ min: 1, max: 60 }),
});
const complaining: fc.Arbitrary<Happening> = fc.record({
  at: fc.integer({ min: 0, max: 5 * minute }),
  complaint: fc.constant(true as const),
});

const timesOf = (sent: readonly Sent[], kind?: RequestKind): number[] =>
  sent.filter((each) => kind === undefined || each.kind === kind).map(({ at }) => at);

const within = (times: readonly number[], from: number, to: number): number =>
  times.filter((at) => at >= from && at < to).length;

describe('any order of requests', () => {
  it('never exceeds the limit in 60 seconds, and serves everybody, each kind in the order of asking', () => {
    const happenings = fc.array(fc.oneof({ weight: 6, arbitrary: asking }, complaining), { maxLength: 25 });
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 400 }), happenings, (limit, all) => {
        const sent = sendAll(newBudget(limit, 0), all);
        expect(fullestMinute(timesOf(sent))).toBeLessThanOrEqual(limit);
        const asked = all.reduce((sum, each) => sum + ('count' in each ? each.count : 0), 0);
        expect(sent).toHaveLength(asked);
        for (const kind of requestKinds) {
          const order = sent.filter((each) => each.kind === kind).map((each) => each.asked);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the limit even when turns are noticed half a second late', () => {
    const asked = requestKinds.map((kind): Happening => ({ at: 0, kind, count: 600 }));
    const late = timesOf(sendAll(newBudget(400, 0), asked)).map((at) => Math.max(500, at));
    expect(within(late, 500, 500 + minute)).toBeGreaterThan(395);
    expect(fullestMinute(late)).toBeLessThanOrEqual(400);
  });

  it('neither kind waits longer than its own share takes, no matter how much of the other there is', () => {
    const counts = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 400 }), counts, counts, (limit, starts, reads) => {
        const sent = sendAll(newBudget(limit, 0), [
          { at: 0, kind: 'start', count: starts },
          { at: 0, kind: 'read', count: reads },
        ]);
        for (const kind of requestKinds) {
          const times = timesOf(sent, kind);
          expect(times.at(-1)!).toBeLessThanOrEqual(times.length / (flowOf(limit) * shares[kind]) + 1);
        }
      }),
    );
  });

  it.each(requestKinds)('%s alone gets the whole flow', (kind) => {
    const times = timesOf(sendAll(newBudget(300, 0), [{ at: 0, kind, count: 1_000 }]));
    expect(within(times, 0, 1)).toBe(Math.floor(30 * shares[kind]));
    for (const nth of [1, 2]) expect(within(times, nth * minute, (nth + 1) * minute)).toBeGreaterThanOrEqual(267);
  });

  it('unused shares go to the other kind: a few reads among many starts take only their own', () => {
    const reads = Array.from({ length: 180 }, (_, nth): Happening => ({ at: nth * 1_000, kind: 'read', count: 1 }));
    const sent = sendAll(newBudget(300, 0), [{ at: 0, kind: 'start', count: 900 }, ...reads]);
    for (const { at, asked, kind } of sent) if (kind === 'read') expect(at - asked).toBeLessThanOrEqual(1);
    expect(within(timesOf(sent, 'start'), minute, 2 * minute)).toBeGreaterThanOrEqual(267 - 61);
  });
});

describe('the due time of a number', () => {
  it('moves later through others or a complaint, never sooner', () => {
    fc.assert(
      fc.property(
        fc.array(kinds, { minLength: 1, maxLength: 200 }),
        fc.array(fc.oneof(kinds, fc.constant('time' as const)), { maxLength: 40 }),
        (before, after) => {
          const full = before.reduce((budget, kind) => issue(budget, kind), newBudget(120, 0));
          const [kind] = before;
          const number = full[kind!].issued;
          let budget = full;
          let due = dueAt(budget, kind!, number);
          for (const what of after) {
            budget = what === 'time' ? budgetAt(budget, budget.at + 700) : issue(budget, what);
            const next = dueAt(budget, kind!, number);
            if (budget.at < due) expect(next).toBeGreaterThanOrEqual(due - 1);
            due = next;
          }
        },
      ),
    );
  });

  it('a request that would be too late takes no number', () => {
    const asks = Array.from({ length: 40 }, () => ({ kind: 'start', latest: 2_000 }) as const);
    const { budget, taken } = takeNumbers(newBudget(300, 0), asks, 0);
    const numbers = taken.filter((each) => each.kind === 'number');
    expect(budget.start.issued).toBe(numbers.length);
    expect(numbers.length).toBeGreaterThan(18);
    expect(numbers.every(({ due }) => due <= 2_000)).toBe(true);
    expect(taken.at(-1)).toEqual({ kind: 'later', due: dueAt(budget, 'start', numbers.length + 1) });
  });
});

describe('a complaint of the account', () => {
  const used: Budget = [...Array(50)].reduce<Budget>((budget) => issue(budget, 'start'), newBudget(300, 0));

  it('lowers the rate by a fifth, drops what was saved and stops everybody for 5 seconds', () => {
    const lowered = lower(used, 0);
    expect(lowered).toMatchObject({ round: 1, start: { issued: 0, paid: 0 }, read: { issued: 0, paid: 0 } });
    expect(allowedAt(lowered, 0)).toBe(240);
    expect(dueAt(issue(lowered, 'start'), 'start', 1)).toBeGreaterThan(5_000);
  });

  it.each([
    ['one at the same time belongs to the same burst', 9_999, 240],
    ['one later starts another burst', 10_000, 192],
  ])('%s', (_, later, allowed) => {
    expect(allowedAt(lower(lower(used, 0), later), later)).toBe(allowed);
  });

  it.each([
    ['nothing', undefined, 5_000],
    ['a moment', 1_000, 5_000],
    ['a while', 20_000, 20_000],
    ['a day', 86_400_000, minute],
  ])('stops for as long as the answer asks, within reason: %s', (_, retryAfter, until) => {
    expect(lower(used, 0, retryAfter).closed_until).toBe(until);
    // Also within the same burst.
    expect(lower(lower(used, 0), 1_000, retryAfter).closed_until).toBe(
      Math.max(5_000, retryAfter === undefined ? 0 : Math.min(minute, retryAfter) + 1_000),
    );
  });

  it('belongs to its burst even when the rate cannot fall further', () => {
    const lowest = budgetAt(lower(newBudget(10, 0), 0), 5_000);
    expect(lower(lowest, 5_000)).toBe(lowest);
  });

  it('never leaves less than 20 a minute, or less than a limit below that', () => {
    const often = (limit: number): Budget =>
      [...Array(30).keys()].reduce<Budget>((budget, nth) => lower(budget, nth * 10_000), newBudget(limit, 0));
    expect(allowedAt(often(300), 300_000)).toBe(20);
    expect(allowedAt(often(10), 300_000)).toBe(10);
  });

  it('recovers in steps: a fiftieth of the limit per minute without another, up to the limit', () => {
    const lowered = lower(used, 0);
    const allowed = [0, 59_999, minute, 5 * minute, 9 * minute, 10 * minute, 60 * minute].map((at) =>
      allowedAt(lowered, at),
    );
    expect(allowed).toEqual([240, 240, 246, 270, 294, 300, 300]);
  });

  it('counts from the first reduction until full recovery', () => {
    const twice = lower(lower(used, 1_000), 20_000);
    expect(twice.lowered_at).toBe(1_000);
    expect(lower(budgetAt(twice, 60 * minute), 60 * minute).lowered_at).toBe(60 * minute);
  });

  it('gives the same result no matter how often it is checked in between', () => {
    const lowered = lower(used, 0);
    const waiting = [...Array(400)].reduce<Budget>((budget) => issue(budget, 'read'), lowered);
    let often = waiting;
    for (let at = 0; at <= 10 * minute; at += 777) often = budgetAt(often, at);
    const once = budgetAt(waiting, often.at);
    expect(often.read.paid).toBeCloseTo(once.read.paid, 6);
    expect(often.start.paid).toBeCloseTo(once.start.paid, 6);
  });
});

describe('what was written elsewhere', () => {
  it('a new limit applies at once, and caps what was saved', () => {
    const budget = budgetAt(newBudget(300, 0), 1_000, 20);
    expect(allowedAt(budget, 1_000)).toBe(20);
    expect(budget.start.paid + budget.read.paid).toBeLessThanOrEqual(2.3);
    expect(allowedAt(budgetAt(lower(newBudget(300, 0), 0), 1_000, 1_000), 1_000)).toBe(240);
  });

  it('a clock that was an hour ahead delays nobody by an hour', () => {
    const hour = 60 * minute;
    const ahead = issue(lower(newBudget(300, hour), hour, minute), 'read');
    const budget = budgetAt(ahead, 0);
    expect(dueAt(budget, 'read', 1)).toBeLessThan(minute + 2_000);
    expect(allowedAt(budget, minute)).toBe(246);
  });
});
