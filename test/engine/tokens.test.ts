import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../lib/engine/virtual-clock.ts';
import { EngineFixture, journalPath, machine, tokenTask } from './engine-fixture.ts';

/** Documented, not recorded (aws.md 7.1, 7.3 and requirements R13, R14). */

const waits = (more: object = {}): object => machine({ Wait: tokenTask('f', more) });

/** A fixture whose function keeps its tokens. */
const fixtureWithTokens = (path = ':memory:') => {
  const tokens: string[] = [];
  const functions = {
    f: ({ token }: { token: string }) => {
      tokens.push(token);
    },
  };
  return { tokens, functions, fixture: new EngineFixture({ functions, path }) };
};

const token = (tokens: readonly string[], index = 0): string => {
  const found = tokens[index];
  if (found === undefined) throw new Error(`There is no token ${index}`);
  return found;
};

describe('an answer', () => {
  test('success is the result of the state', async () => {
    const { tokens, fixture } = fixtureWithTokens();
    const arn = await fixture.start(waits({ Output: { got: '{% $states.result %}' } }));
    expect((await fixture.describe(arn)).status).toBe('RUNNING');
    await fixture.engine.sendTaskSuccess({ taskToken: token(tokens), output: '{"a":1}' });
    await fixture.engine.idle();
    expect((await fixture.describe(arn)).value).toEqual({ got: { a: 1 } });
    expect(fixture.types(arn)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded'],
      ...['TaskStateExited', 'ExecutionSucceeded'],
    ]);
  });

  test('failure has the error and cause that were sent, which Catch sees', async () => {
    const { tokens, fixture } = fixtureWithTokens();
    const arn = await fixture.start(
      machine({
        Wait: tokenTask('f', { Catch: [{ ErrorEquals: ['AttemptFailed'], Next: 'After' }] }),
        After: { Type: 'Succeed' },
      }),
    );
    await fixture.engine.sendTaskFailure({
      taskToken: token(tokens),
      error: 'AttemptFailed',
      cause: 'ImagePullBackOff',
    });
    await fixture.engine.idle();
    expect((await fixture.describe(arn)).value).toEqual({ Error: 'AttemptFailed', Cause: 'ImagePullBackOff' });
  });

  test('may come from within the function that got the token', async () => {
    const fixture: EngineFixture = new EngineFixture({
      functions: {
        f: async ({ token: taskToken }: { token: string }) => {
          await fixture.engine.sendTaskSuccess({ taskToken, output: '"early"' });
          throw new Error('too late to matter');
        },
      },
    });
    expect((await fixture.run(waits())).value).toBe('early');
  });

  test('fails the task when its function fails, and the token is gone', async () => {
    const tokens: string[] = [];
    const fixture = new EngineFixture({
      functions: {
        f: ({ token: given }: { token: string }) => {
          tokens.push(given);
          throw Object.assign(new Error('no'), { name: 'Refused' });
        },
      },
    });
    expect(await fixture.run(waits())).toMatchObject({ status: 'FAILED', error: 'Refused' });
    await expect(fixture.engine.sendTaskSuccess({ taskToken: token(tokens), output: '1' })).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
  });

  test('is durable when it is accepted', async () => {
    const path = journalPath();
    const { tokens, functions, fixture } = fixtureWithTokens(path);
    const arn = await fixture.start(waits());
    await fixture.engine.sendTaskSuccess({ taskToken: token(tokens), output: '7' });
    fixture.engine.abandon();
    const next = new EngineFixture({ functions, path });
    await next.engine.resume();
    expect((await next.describe(arn)).value).toBe(7);
  });
});

describe('a refused answer', () => {
  const unknown = Buffer.from(
    JSON.stringify({ execution: 'arn:aws:states:us-east-1:0:execution:m:x', id: 'y' }),
  ).toString('base64url');

  test.each<[string, (tokens: string[]) => string, string]>([
    ['to an unknown token', () => unknown, 'TaskDoesNotExist'],
    ['to something other than a token', () => 'abc', 'InvalidToken'],
    ['to JSON that is no token', () => Buffer.from('[]').toString('base64url'), 'InvalidToken'],
    ['to the token of an attempt that has ended', (tokens) => token(tokens), 'TaskTimedOut'],
  ])('%s', async (_, choose, name) => {
    const { tokens, fixture } = fixtureWithTokens();
    await fixture.start(waits());
    await fixture.engine.sendTaskSuccess({ taskToken: token(tokens), output: '1' });
    const taskToken = choose(tokens);
    await expect(fixture.engine.sendTaskSuccess({ taskToken, output: '1' })).rejects.toMatchObject({ name });
    await expect(fixture.engine.sendTaskFailure({ taskToken })).rejects.toMatchObject({ name });
    await expect(fixture.engine.sendTaskHeartbeat({ taskToken })).rejects.toMatchObject({ name });
  });

  test.each([
    ['no JSON', '{'],
    ['above 256 KiB', JSON.stringify('x'.repeat(263_000))],
  ])('an output that is %s leaves the task waiting', async (_, output) => {
    const { tokens, fixture } = fixtureWithTokens();
    const arn = await fixture.start(waits());
    await expect(fixture.engine.sendTaskSuccess({ taskToken: token(tokens), output })).rejects.toMatchObject({
      name: 'InvalidOutput',
    });
    expect((await fixture.describe(arn)).status).toBe('RUNNING');
  });

  test('after the time-out of the task', async () => {
    const { tokens, fixture } = fixtureWithTokens();
    expect(await fixture.run(waits({ TimeoutSeconds: 60 }))).toMatchObject({
      status: 'FAILED',
      error: 'States.Timeout',
    });
    await expect(fixture.engine.sendTaskSuccess({ taskToken: token(tokens), output: '1' })).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
  });

  test('after the execution was stopped', async () => {
    const { tokens, fixture } = fixtureWithTokens();
    const executionArn = await fixture.start(waits());
    await fixture.engine.stopExecution({ executionArn });
    await expect(fixture.engine.sendTaskSuccess({ taskToken: token(tokens), output: '1' })).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
  });
});

describe('attempts', () => {
  test('gives each attempt its own token; the earlier one is invalid', async () => {
    const { tokens, fixture } = fixtureWithTokens();
    const arn = await fixture.start(waits({ Retry: [{ ErrorEquals: ['Again'] }] }));
    await fixture.engine.sendTaskFailure({ taskToken: token(tokens), error: 'Again' });
    await fixture.engine.idle();
    fixture.clock.runNext();
    await fixture.engine.idle();
    expect(new Set(tokens).size).toBe(2);
    await expect(fixture.engine.sendTaskSuccess({ taskToken: token(tokens), output: '1' })).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
    await fixture.engine.sendTaskSuccess({ taskToken: token(tokens, 1), output: '2' });
    await fixture.engine.idle();
    expect((await fixture.describe(arn)).value).toBe(2);
  });

  test('a wait survives a restart with its token and its deadline', async () => {
    const path = journalPath();
    const { tokens, functions, fixture } = fixtureWithTokens(path);
    const arn = await fixture.start(waits({ TimeoutSeconds: 100 }));
    fixture.engine.abandon();
    fixture.clock.skip(40_000);
    const next = new EngineFixture({ functions, path, clock: fixture.clock });
    await next.engine.resume();
    expect(tokens).toHaveLength(1);
    expect(next.clock.next).toBe(1_700_000_100_000);
    await next.engine.sendTaskSuccess({ taskToken: token(tokens), output: '3' });
    await next.engine.idle();
    expect((await next.describe(arn)).value).toBe(3);
  });

  test('a deadline that passed while the engine was down ends the wait at once', async () => {
    const path = journalPath();
    const { functions, fixture } = fixtureWithTokens(path);
    const arn = await fixture.start(waits({ TimeoutSeconds: 100 }));
    fixture.engine.abandon();
    fixture.clock.skip(500_000);
    const next = new EngineFixture({ functions, path, clock: fixture.clock });
    await next.engine.resume();
    const now = next.clock.now();
    expect(await next.finish(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(next.clock.now()).toBe(now);
  });
});

describe('heartbeats', () => {
  const beating = waits({ TimeoutSeconds: 100, HeartbeatSeconds: 10 });

  test('a missed one is States.HeartbeatTimeout', async () => {
    const { fixture } = fixtureWithTokens();
    const before = fixture.clock.now();
    expect(await fixture.run(beating)).toMatchObject({ status: 'FAILED', error: 'States.HeartbeatTimeout' });
    expect(fixture.clock.now() - before).toBe(10_000);
  });

  test('restarts the heartbeat timer, but not TimeoutSeconds', async () => {
    const { tokens, fixture } = fixtureWithTokens();
    const arn = await fixture.start(beating);
    const before = fixture.clock.now();
    for (let beat = 0; beat < 12; beat += 1) {
      fixture.clock.skip(9000);
      if ((fixture.clock.next ?? 0) <= fixture.clock.now()) break;
      await fixture.engine.sendTaskHeartbeat({ taskToken: token(tokens) });
    }
    expect(await fixture.finish(arn)).toMatchObject({ error: 'States.Timeout' });
    expect(fixture.clock.now() - before).toBe(108_000);
  });

  test('its moment survives a restart', async () => {
    const path = journalPath();
    const { tokens, functions, fixture } = fixtureWithTokens(path);
    await fixture.start(beating);
    fixture.clock.skip(6000);
    await fixture.engine.sendTaskHeartbeat({ taskToken: token(tokens) });
    fixture.engine.abandon();
    const next = new EngineFixture({ functions, path, clock: new VirtualClock(fixture.clock.now()) });
    await next.engine.resume();
    expect(next.clock.next).toBe(1_700_000_016_000);
  });

  test('is accepted without HeartbeatSeconds, and changes nothing', async () => {
    const { tokens, fixture } = fixtureWithTokens();
    await fixture.start(waits({ TimeoutSeconds: 100 }));
    await fixture.engine.sendTaskHeartbeat({ taskToken: token(tokens) });
    expect(fixture.clock.next).toBe(1_700_000_100_000);
  });
});
