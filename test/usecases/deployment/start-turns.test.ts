import { describe, expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import type { Executor, RequestBudget, RunRequest } from '../../../lib/domain/ports.ts';
import { localPace } from '../../../lib/local/runtime/local-pace.ts';
import { TableBudget } from '../../../lib/usecases/budget/table-budget.ts';
import { type Pauses, startRun } from '../../../lib/usecases/deployment/start-run.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { SeededRandom } from '../../seeded-random.ts';
import { unaskedExecutor } from '../../unasked-executor.ts';
import { WorldClock } from '../../workflow/world-clock.ts';
import { passTime } from '../budget/virtual-time.ts';

const paces = [
  ['on AWS', cloudPace],
  ['on one machine', localPace(false)],
] as const;
const none: Pauses = { begin: async () => {}, end: async () => undefined };

/** What a budget lets through starts at once. */
const throughBudget = (budget: RequestBudget): Executor => ({
  ...unaskedExecutor,
  lateStartMilliseconds: 600_000,
  start: async ({ key }, latest) => {
    const turn = await budget.turn('start', latest);
    return turn.kind === 'go' ? { kind: 'started', ref: key } : { kind: 'busy', until: turn.at };
  },
});

describe.each(paces)('who gets the turns of an account: %s', (_, pace) => {
  const minutes = 5 * 60_000;

  test.each([3, 4, 5])('keeps none of the queued starts waiting with %i new starts a second', async (perSecond) => {
    const [clock, table] = [new WorldClock(), new SqliteTable(':memory:')];
    const budgetOf = (seed: number) =>
      new TableBudget({ table, clock, random: new SeededRandom(seed), account: 'a', limit: 300 });
    const [functions, poller] = [throughBudget(budgetOf(1)), budgetOf(2)];
    const deps = { table, clock, random: new SeededRandom(3), pace };
    const end = clock.now() + minutes;
    const begin = () => void startRun(deps, functions, { key: 'k' } as RunRequest, none);
    const arrive = async (): Promise<void> => {
      for (; clock.now() < end; await clock.sleep(1_000 / perSecond)) begin();
    };
    const read = async (): Promise<void> => {
      for (; clock.now() < end; await clock.sleep(1_000)) await poller.turn('read');
    };
    let queued = 50;
    const sendQueued = async (): Promise<void> => {
      for (; clock.now() < end; await clock.sleep(pace.pollExecutor)) {
        while (queued > 0) {
          const { kind } = await poller.turn('start', clock.now() + pace.pollExecutor);
          if (kind === 'later') break;
          queued -= 1;
        }
      }
    };
    // Nobody finds an account that has just been idle.
    for (let nth = 0; nth < 300; nth += 1) begin();
    await passTime(clock, Promise.all([arrive(), read(), sendQueued()]));
    expect(queued).toBe(0);
  });
});

/** As the adapter gives it to a start. */
const longestRequest = 30_000;

test.each(paces)('nobody looks up the run of a start that may still be under way: %s', async (_, pace) => {
  const [clock, table] = [new WorldClock(), new SqliteTable(':memory:')];
  const begin = clock.now();
  const executor: Executor = {
    ...unaskedExecutor,
    lateStartMilliseconds: 600_000,
    start: async (__, latest = begin) => {
      await clock.sleep(latest - begin + longestRequest);
      return { kind: 'unknown', message: 'no answer' };
    },
  };
  const deps = { table, clock, random: new SeededRandom(1), pace };
  const answer = await passTime(clock, startRun(deps, executor, { key: 'k' } as RunRequest, none));
  expect(answer.kind).toBe('unknown');
  expect(clock.now() - begin).toBeGreaterThan(longestRequest);
  expect(clock.now() - begin).toBeLessThan(pace.intentGrace - 5_000);
});
