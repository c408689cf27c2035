import { describe, expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Executor, RunRequest, StartResult } from '../../../lib/domain/ports.ts';
import type { Failure } from '../../../lib/domain/record/rows.ts';
import { type Pauses, startRun } from '../../../lib/usecases/deployment/start-run.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { unaskedExecutor } from '../../unasked-executor.ts';

/** It turns a start away as the list says, and takes the next one. */
const turningAway = (...retryAfter: readonly (number | undefined)[]) => {
  const answers = retryAfter.map(
    (one): StartResult => ({
      ...{ kind: 'rejected', retryable: true, reason: 'ExecutorThrottled', message: '429' },
      ...(one === undefined ? {} : { retryAfter: one }),
    }),
  );
  const executor: Executor = {
    ...unaskedExecutor,
    lateStartMilliseconds: 600_000,
    start: async () => answers.shift() ?? { kind: 'started', ref: 'run-1' },
  };
  return executor;
};

/** Time passes only by sleeping. */
const sleepless = () => {
  let now = 1_000_000;
  const sleeps: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => {
    sleeps.push(milliseconds);
    now += milliseconds;
  };
  return { sleeps, clock: { now: () => now, sleep } };
};

test.each<
  [
    what: string,
    asked: readonly (number | undefined)[],
    sleeps: readonly number[],
    ends: StartResult['kind'] | 'queued',
  ]
>([
  ['without it a pause that grows', [undefined, undefined], [1_500, 3_000], 'started'],
  ['no sooner than it asks, and not all at once', [20_000], [20_750], 'started'],
  ['less than the pause would be', [undefined, 1_000], [1_500, 3_000], 'started'],
  ['as much as fits', [44_000], [44_750], 'started'],
  ['more than fits: left to the queue, as there is certainly no run', [60_000], [], 'queued'],
  ['more than is left: left to the queue', [30_000, 20_000], [30_750], 'queued'],
])('respects Retry-After: %s', async (_, asked, sleeps, ends) => {
  const { sleeps: slept, clock } = sleepless();
  const pauses = { begin: async () => {}, end: async () => undefined };
  const answer = await startRun(
    { table: new SqliteTable(':memory:'), clock, random: { next: () => 0.5 }, pace: cloudPace },
    turningAway(...asked),
    { key: 'k' } as RunRequest,
    pauses,
  );
  expect([slept, answer.kind]).toEqual([sleeps, ends]);
});

test('a cluster webhook that does not answer is asked again for a while, and then the attempt fails', async () => {
  const { sleeps, clock } = sleepless();
  const rejected: StartResult = { kind: 'rejected', retryable: true, reason: 'WebhookUnavailable', message: 'down' };
  const executor: Executor = { ...unaskedExecutor, lateStartMilliseconds: 120_000, start: async () => rejected };
  const answer = await startRun(
    { table: new SqliteTable(':memory:'), clock, random: { next: () => 0.5 }, pace: cloudPace },
    executor,
    { key: 'k' } as RunRequest,
    { begin: async () => {}, end: async () => undefined },
  );
  expect(answer).toEqual(rejected);
  expect(sleeps).toEqual([1_500, 3_000, 6_000, 11_250, 11_250, 11_250]);
});

const refused: Failure = { reason: 'BatchCancelled', message: 'It was cancelled.' };

describe('a start that is turned away', () => {
  test('is recorded with its reason and time each time before it waits', async () => {
    const { clock } = sleepless();
    const told: unknown[] = [];
    const later = <Result>(what: unknown, result: Result) =>
      new Promise<Result>((resolve) =>
        setImmediate(() => {
          told.push(what);
          resolve(result);
        }),
      );
    const pauses: Pauses = {
      begin: (paused) => later(['begin', paused], undefined),
      end: (asked) => later(['end', asked, clock.now()], asked === 2 ? refused : undefined),
    };
    const late = {
      now: clock.now,
      sleep: (wait: number) => later(['sleep', wait], undefined).then(() => clock.sleep(wait)),
    };
    const deps = { table: new SqliteTable(':memory:'), clock: late, random: { next: () => 0.5 }, pace: cloudPace };
    const end = await startRun(deps, turningAway(undefined, undefined, undefined), { key: 'k' } as RunRequest, pauses);
    const turned_away = (until: number) => ({ reason: 'ExecutorThrottled', message: '429', until });
    expect(told).toEqual([
      ['begin', { asked: 0, turned_away: turned_away(1_001_500) }],
      ['sleep', 1_500],
      ['end', 1, 1_001_500],
      ['begin', { asked: 1, turned_away: turned_away(1_004_500) }],
      ['sleep', 3_000],
      ['end', 2, 1_004_500],
    ]);
    expect(end).toEqual({ kind: 'refused', failure: refused });
  });

  const none: Pauses = { begin: async () => {}, end: async () => undefined };
  const answering = (...answers: readonly (StartResult | Error)[]) => {
    const left = [...answers];
    const start = async () => {
      const answer = left.shift()!;
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { ...turningAway(), start };
  };
  const run = (executor: Executor) => {
    const { clock, sleeps } = sleepless();
    const deps = { table: new SqliteTable(':memory:'), clock, random: { next: () => 0.5 }, pace: cloudPace };
    return startRun(deps, executor, { key: 'k' } as RunRequest, none).then((end) => ({ end, sleeps }));
  };
  const started: StartResult = { kind: 'started', ref: 'run-1' };

  test('because its executor is down is recorded too, and reported as down if it stays so', async () => {
    const away = new FlotillaError('ExecutorUnavailable', 'no route');
    expect(await run(answering(away, started))).toEqual({ end: started, sleeps: [1_500] });
    const { end, sleeps } = await run(answering(...Array(9).fill(away)));
    expect(end).toEqual({ kind: 'rejected', retryable: true, reason: 'ExecutorUnavailable', message: 'no route' });
    expect(sleeps).toEqual([1_500, 3_000, 6_000, 11_250, 11_250, 11_250]);
  });

  test('for good is not tried again, and the message says what is broken', async () => {
    const never: StartResult = { kind: 'rejected', retryable: false, reason: 'X', message: 'x' };
    expect(await run(answering(never))).toEqual({ end: never, sleeps: [] });
    await expect(run(answering(new Error('a bug')))).rejects.toThrow('a bug');
  });
});
