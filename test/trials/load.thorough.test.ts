import { describe, expect, test } from 'vitest';
import { someOf } from '../thorough.ts';
import { type Load, type LoadTold, runLoad } from './run-load.ts';

/** What Harness allows one key, and what we use of it. */
const account = { allowed: 400, budget: 300, seconds: 60 } as const;

const loads: readonly (readonly [string, Load])[] = [
  ['10 by webhook', { ...account, mode: 'webhook', count: 10 }],
  ['100 by the execute call', { ...account, mode: 'execute', count: 100 }],
  ['500 by webhook', { ...account, mode: 'webhook', count: 500 }],
  [
    '120 by the execute call, while Harness runs only 30 at once',
    { ...account, mode: 'execute', count: 120, installation: { maxConcurrentRuns: 30 } },
  ],
  [
    '40 by webhook, a third of the reads answered after 33 s',
    {
      ...account,
      ...{ mode: 'webhook', count: 40 },
      faults: [
        { fault: 'slow-answer', on: ['list', 'detail', 'event-details', 'notes'], share: 0.3, milliseconds: 33_000 },
      ],
    },
  ],
];

const readsOf = ({ webhook = 0, execute = 0, abort = 0 }: LoadTold['requests']['by_route'], total: number): number =>
  total - webhook - execute - abort;

/** All requests for one run, at the pace of the budget; a fifth more is allowed. */
const longest = ({ requests }: LoadTold, { budget, seconds, installation, count }: Load): number => {
  const rounds = Math.ceil(count / Math.min(count, installation?.maxConcurrentRuns ?? count));
  return 1.2 * (rounds * seconds * 1_000 + (requests.total / budget) * 60_000);
};

describe('started at once', () => {
  test.each(someOf(loads, 3))('%s: few requests, ends seen soon, nothing late', async (_, load) => {
    const told = await runLoad(load);
    const { requests, lateness, outcomes, duplicates, makespan } = told;
    expect({ outcomes, duplicates }).toEqual({ outcomes: { 'SUCCESS / Verified': load.count }, duplicates: 0 });
    const reads = requests.minutes.map(({ by_route, total }) => readsOf(by_route, total));
    expect(Math.max(...reads), 'reads in a minute').toBeLessThanOrEqual(120);
    expect(requests.busiest_minute).toBeLessThanOrEqual(load.budget);
    expect(requests.throttled).toBe(0);
    expect(lateness).toHaveLength(load.count);
    expect(lateness[Math.floor(load.count * 0.95)]! / 1_000, 'late, p95').toBeLessThanOrEqual(15);
    expect(makespan / 1_000).toBeLessThanOrEqual(longest(told, load) / 1_000);
  });
});
