import { expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import type { Executor, RunRequest, StartResult } from '../../../lib/domain/ports.ts';
import { startRun } from '../../../lib/usecases/deployment/start-run.ts';

/** It turns a start away as written down, and takes the one after. */
const turningAway = (...retryAfter: readonly (number | undefined)[]) => {
  const answers = retryAfter.map(
    (one): StartResult => ({
      ...{ kind: 'rejected', retryable: true, reason: 'ExecutorThrottled', message: '429' },
      ...(one === undefined ? {} : { retryAfter: one }),
    }),
  );
  const executor: Executor = {
    lateStartMilliseconds: 600_000,
    start: async () => answers.shift() ?? { kind: 'started', ref: 'run-1' },
    resolve: () => Promise.reject(new Error('nobody resolves here')),
    observe: () => Promise.reject(new Error('nobody observes here')),
    cancel: () => Promise.reject(new Error('nobody cancels here')),
    findByKey: () => Promise.reject(new Error('nobody looks for a key here')),
  };
  return executor;
};

/** Time that passes by sleeping only. */
const sleepless = () => {
  let now = 1_000_000;
  const sleeps: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => {
    sleeps.push(milliseconds);
    now += milliseconds;
  };
  return { sleeps, clock: { now: () => now, sleep } };
};

test.each<[what: string, asked: readonly (number | undefined)[], sleeps: readonly number[], ends: StartResult['kind']]>(
  [
    ['without it a pause that grows', [undefined, undefined], [1_500, 3_000], 'started'],
    ['no sooner than is asked, and not all at once', [20_000], [20_750], 'started'],
    ['less than the pause there would be', [undefined, 1_000], [1_500, 3_000], 'started'],
    ['as much as fits', [44_000], [44_750], 'started'],
    ['more than fits: given up, as it is certain that there is no run', [60_000], [], 'rejected'],
    ['more than is left: given up', [30_000, 20_000], [30_750], 'rejected'],
  ],
)('Retry-After is heeded: %s', async (_, asked, sleeps, ends) => {
  const { sleeps: slept, clock } = sleepless();
  const pauses = { begin: async () => {}, end: async () => undefined };
  const answer = await startRun(
    { table: new SqliteTable(':memory:'), clock, random: { next: () => 0.5 } },
    turningAway(...asked),
    { key: 'k' } as RunRequest,
    pauses,
  );
  expect([slept, answer.kind]).toEqual([sleeps, ends]);
});
