import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Retrier } from '../../lib/engine/definition/machine.ts';
import { StateFailure } from '../../lib/engine/failure.ts';
import { matchesError, retryDelay } from '../../lib/engine/recovery.ts';
import { EngineFixture, journalPath, machine, task } from './engine-fixture.ts';

/** Documented (aws.md 7.1), where not marked as recorded. */
describe('what a list of error names matches', () => {
  test.each<[string, string | undefined, boolean, boolean]>([
    ['Mine', 'Mine', true, true],
    ['Mine', 'MineToo', true, false],
    ['Mine', 'mine', true, false],
    ['States.ALL', 'Mine', true, true],
    ['States.ALL', undefined, true, true],
    ['States.ALL', 'States.Timeout', true, true],
    ['States.ALL', 'States.Runtime', false, false],
    ['States.Runtime', 'States.Runtime', false, false],
    ['States.ALL', 'States.DataLimitExceeded', false, false],
    ['States.ALL', 'States.QueryEvaluationError', true, true],
    ['States.TaskFailed', 'Mine', true, true],
    ['States.TaskFailed', 'States.Timeout', true, false],
    ['States.TaskFailed', 'States.HeartbeatTimeout', true, false],
    ['States.Timeout', 'States.HeartbeatTimeout', true, true],
    ['States.HeartbeatTimeout', 'States.Timeout', true, false],
    ['States.HeartbeatTimeout', 'States.HeartbeatTimeout', true, true],
    ['State.ALL', 'Mine', true, false],
  ])('[%s] on %s (catchable: %s): %s', (name, error, isCatchable, isMatch) => {
    expect(matchesError([name], new StateFailure(error, undefined, isCatchable))).toBe(isMatch);
  });
});

describe('the delay before a retry', () => {
  const retrier: Retrier = {
    errorEquals: ['A'],
    intervalSeconds: 1,
    maxAttempts: 3,
    backoffRate: 2,
    maxDelaySeconds: undefined,
    hasFullJitter: false,
  };

  test.each<[string, Partial<Retrier>, number[]]>([
    ['the defaults double from a second', {}, [1000, 2000, 4000, 8000]],
    ['an interval and a factor', { intervalSeconds: 3, backoffRate: 1.5 }, [3000, 4500, 6750, 10125]],
    ['no growth', { backoffRate: 1 }, [1000, 1000, 1000]],
    ['a cap', { maxDelaySeconds: 3 }, [1000, 2000, 3000, 3000]],
    ['full jitter, with a chance of a half', { hasFullJitter: true }, [500, 1000, 2000]],
    ['applies full jitter to the capped delay', { hasFullJitter: true, maxDelaySeconds: 3 }, [500, 1000, 1500, 1500]],
  ])('%s', (_, fields, delays) => {
    expect(delays.map((_delay, done) => retryDelay({ ...retrier, ...fields }, done, 0.5))).toEqual(delays);
  });

  test('is never above the cap, and with jitter never above the delay without', () => {
    const retriers = fc.record({
      intervalSeconds: fc.integer({ min: 1, max: 100 }),
      backoffRate: fc.double({ min: 1, max: 10, noNaN: true }),
      maxDelaySeconds: fc.option(fc.integer({ min: 101, max: 1000 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(retriers, fc.nat(50), fc.double({ min: 0, max: 0.999, noNaN: true }), (fields, done, chance) => {
        const plain = retryDelay({ ...retrier, ...fields }, done, chance);
        const jittered = retryDelay({ ...retrier, ...fields, hasFullJitter: true }, done, chance);
        return (
          jittered >= 0 && jittered <= plain && plain <= (fields.maxDelaySeconds ?? Number.POSITIVE_INFINITY) * 1000
        );
      }),
    );
  });
});

describe('retries of a task', () => {
  /** Fails with these names, one after the other, and then succeeds. */
  const failing = (names: string[]) => {
    const left = [...names];
    return () => {
      const name = left.shift();
      if (name !== undefined) throw Object.assign(new Error('again'), { name });
      return 'done';
    };
  };

  test.each<[string, string[], object[], { calls: number; status: string; seconds: number; transitions: number }]>([
    ['no retrier', ['A'], [], { calls: 1, status: 'FAILED', seconds: 0, transitions: 1 }],
    [
      'succeeds at the second attempt',
      ['A'],
      [{ ErrorEquals: ['A'] }],
      { calls: 2, status: 'SUCCEEDED', seconds: 1, transitions: 2 },
    ],
    [
      'three attempts by default',
      ['A', 'A', 'A', 'A'],
      [{ ErrorEquals: ['A'] }],
      { calls: 4, status: 'FAILED', seconds: 7, transitions: 4 },
    ],
    [
      'none at all',
      ['A'],
      [{ ErrorEquals: ['A'], MaxAttempts: 0 }],
      { calls: 1, status: 'FAILED', seconds: 0, transitions: 1 },
    ],
    [
      'counts attempts for each retrier',
      ['A', 'B', 'A', 'B', 'A'],
      [
        { ErrorEquals: ['A'], MaxAttempts: 2, BackoffRate: 1 },
        { ErrorEquals: ['B'], MaxAttempts: 2, BackoffRate: 1, IntervalSeconds: 10 },
      ],
      { calls: 5, status: 'FAILED', seconds: 22, transitions: 5 },
    ],
    [
      'uses the first retrier that matches, even when it has no attempt left',
      ['A', 'A'],
      [
        { ErrorEquals: ['A'], MaxAttempts: 1 },
        { ErrorEquals: ['States.ALL'], MaxAttempts: 5 },
      ],
      { calls: 2, status: 'FAILED', seconds: 1, transitions: 2 },
    ],
    ['another error', ['B'], [{ ErrorEquals: ['A'] }], { calls: 1, status: 'FAILED', seconds: 0, transitions: 1 }],
  ])('%s', async (_, names, Retry, expected) => {
    const fixture = new EngineFixture({ functions: { f: failing(names) } });
    const before = fixture.clock.now();
    const arn = await fixture.start(machine({ Call: task('f', { Retry }) }));
    const { status } = await fixture.finish(arn);
    const seconds = (fixture.clock.now() - before) / 1000;
    expect({ calls: fixture.calls.length, status, seconds, transitions: fixture.engine.transitions(arn) }).toEqual(
      expected,
    );
  });

  test('counts from zero when the state is entered again', async () => {
    const fixture = new EngineFixture({ functions: { f: failing(['A', 'A', 'A']) } });
    const loop = machine({
      Call: task('f', {
        Retry: [{ ErrorEquals: ['A'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['A'], Next: 'Call' }],
      }),
    });
    expect(await fixture.run(loop)).toMatchObject({ status: 'SUCCEEDED' });
    expect(fixture.calls).toHaveLength(4);
  });
});

test('keeps its attempts across a restart, and the delay goes on', async () => {
  const path = journalPath();
  const functions = {
    f: () => {
      throw Object.assign(new Error('no'), { name: 'A' });
    },
  };
  const fixture = new EngineFixture({ functions, path });
  const arn = await fixture.start(
    machine({ Call: task('f', { Retry: [{ ErrorEquals: ['A'], MaxAttempts: 1, IntervalSeconds: 30 }] }) }),
  );
  fixture.clock.skip(10_000);
  fixture.engine.abandon();
  const next = new EngineFixture({ functions, path, clock: fixture.clock });
  await next.engine.resume();
  expect(next.calls).toEqual([]);
  expect(await next.finish(arn)).toMatchObject({ status: 'FAILED', error: 'A' });
  expect(next.calls).toEqual(['f']);
  expect(next.clock.now()).toBe(1_700_000_030_000);
  expect(next.engine.transitions(arn)).toBe(2);
});

describe('Catch', () => {
  const caught = (Catch: object[]): object =>
    machine({
      Call: task('f', { Catch }),
      First: { Type: 'Succeed', Output: 'first' },
      Second: { Type: 'Succeed', Output: 'second' },
    });
  const throws = (name: string) => ({
    f: () => {
      throw Object.assign(new Error('no'), { name });
    },
  });

  test.each<[string, object[], string, unknown]>([
    [
      'in order',
      [
        { ErrorEquals: ['A'], Next: 'First' },
        { ErrorEquals: ['States.ALL'], Next: 'Second' },
      ],
      'A',
      'first',
    ],
    [
      'the next that matches',
      [
        { ErrorEquals: ['A'], Next: 'First' },
        { ErrorEquals: ['States.ALL'], Next: 'Second' },
      ],
      'B',
      'second',
    ],
    [
      'one of several names',
      [
        { ErrorEquals: ['B', 'A'], Next: 'First' },
        { ErrorEquals: ['C'], Next: 'Second' },
      ],
      'A',
      'first',
    ],
  ])('%s', async (_, catchers, error, output) => {
    expect((await new EngineFixture({ functions: throws(error) }).run(caught(catchers))).value).toBe(output);
  });

  test('an evaluation error is caught too', async () => {
    const { value } = await new EngineFixture({ functions: { f: () => 1 } }).run(
      machine({
        Call: task('f', {
          Output: '{% $nothing %}',
          Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }],
        }),
        Caught: { Type: 'Succeed', Output: '{% $states.input.Error %}' },
      }),
    );
    expect(value).toBe('States.QueryEvaluationError');
  });

  test('a catcher whose own expressions fail ends the execution', async () => {
    const { status, error } = await new EngineFixture({ functions: throws('A') }).run(
      machine({
        Call: task('f', { Catch: [{ ErrorEquals: ['A'], Output: '{% $nothing %}', Next: 'C' }] }),
        C: { Type: 'Succeed' },
      }),
    );
    expect([status, error]).toEqual(['FAILED', 'States.QueryEvaluationError']);
  });

  test('a result above 256 KiB fails the task, and States.ALL catches that (recorded)', async () => {
    const functions = { f: () => 'x'.repeat(263_000) };
    const catchers = [
      { ErrorEquals: ['A'], Next: 'First' },
      { ErrorEquals: ['States.ALL'], Next: 'Second' },
    ];
    expect((await new EngineFixture({ functions }).run(caught(catchers))).value).toBe('second');
  });
});
