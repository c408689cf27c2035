import { describe, expect, test } from 'vitest';
import { EngineFixture, journalPath, machine, task, tokenTask } from './engine-fixture.ts';

/** Time-outs, stop and starts. Documented, not recorded (aws.md 7.1, 7.3; R13, R14, R19). */

const forever = { never: () => new Promise(() => undefined) };
const after = { Type: 'Succeed', Output: '{% $states.input.Error %}' };

describe('the time-out of a state', () => {
  test.each<[string, object, number]>([
    ['a literal', { TimeoutSeconds: 30 }, 30],
    ['an expression', { TimeoutSeconds: '{% $states.input.limit * 2 %}' }, 10],
  ])('%s', async (_, fields, seconds) => {
    const fixture = new EngineFixture({ functions: forever });
    const before = fixture.clock.now();
    const states = {
      Call: task('never', { ...fields, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'After' }] }),
      After: after,
    };
    expect((await fixture.run(machine(states), { limit: 5 })).value).toBe('States.Timeout');
    expect(fixture.clock.now() - before).toBe(seconds * 1000);
  });

  test.each(['{% 0 %}', '{% 1.5 %}', '{% "1" %}', '{% -1 %}'])('%s fails the evaluation', async (TimeoutSeconds) => {
    const fixture = new EngineFixture({ functions: forever });
    expect((await fixture.run(machine({ Call: task('never', { TimeoutSeconds }) }))).error).toBe(
      'States.QueryEvaluationError',
    );
  });

  test('gives each attempt the full time', async () => {
    const fixture = new EngineFixture({ functions: forever });
    const before = fixture.clock.now();
    const Retry = [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 2, BackoffRate: 1 }];
    await fixture.run(machine({ Call: task('never', { TimeoutSeconds: 10, Retry }) }));
    expect(fixture.clock.now() - before).toBe(32_000);
    expect(fixture.calls).toHaveLength(3);
  });

  test('ignores what the function returns or throws afterwards', async () => {
    const late: ((value: number) => void)[] = [];
    const fixture = new EngineFixture({ functions: { f: () => new Promise<number>((resolve) => late.push(resolve)) } });
    const states = {
      Call: task('f', { TimeoutSeconds: 10, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Pause' }] }),
      Pause: { Type: 'Wait', Seconds: 100, Next: 'After' },
      After: after,
    };
    const arn = await fixture.start(machine(states));
    fixture.clock.runNext();
    await fixture.engine.idle();
    const events = fixture.types(arn);
    late[0]?.(5);
    await fixture.engine.idle();
    expect(fixture.types(arn)).toEqual(events);
    expect((await fixture.finish(arn)).value).toBe('States.Timeout');
  });
});

describe('the time-out of the machine', () => {
  const definition = machine(
    {
      Call: task('never', { TimeoutSeconds: 500, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'After' }] }),
      After: after,
    },
    { TimeoutSeconds: 60 },
  );

  test('ends as TIMED_OUT, and no Catch runs', async () => {
    const fixture = new EngineFixture({ functions: forever });
    const arn = await fixture.start(definition);
    expect(await fixture.finish(arn)).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
    expect(fixture.visited(arn)).toEqual(['Call']);
    expect(fixture.types(arn).at(-1)).toBe('ExecutionTimedOut');
    expect(fixture.clock.next).toBeUndefined();
  });

  test('counts from the start, across a restart', async () => {
    const path = journalPath();
    const fixture = new EngineFixture({ functions: forever, path });
    const arn = await fixture.start(definition);
    fixture.clock.skip(50_000);
    fixture.engine.abandon();
    const next = new EngineFixture({ functions: forever, path, clock: fixture.clock });
    await next.engine.resume();
    await next.finish(arn);
    expect(next.clock.now()).toBe(1_700_000_060_000);
  });
});

describe('stopExecution', () => {
  const definition = machine({
    Wait: tokenTask('f', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'After' }] }),
    After: after,
  });
  const functions = { f: () => undefined };

  test('ends as ABORTED with the given error and cause, and no Catch runs', async () => {
    const fixture = new EngineFixture({ functions });
    const executionArn = await fixture.start(definition);
    await fixture.engine.stopExecution({ executionArn, error: 'Cancelled', cause: 'by somebody' });
    expect(await fixture.describe(executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'Cancelled',
      cause: 'by somebody',
    });
    expect(fixture.visited(executionArn)).toEqual(['Wait']);
    expect(fixture.engine.history(executionArn).at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      details: { error: 'Cancelled', cause: 'by somebody' },
    });
  });

  test('is durable when it is answered', async () => {
    const path = journalPath();
    const fixture = new EngineFixture({ functions, path });
    const executionArn = await fixture.start(definition);
    await fixture.engine.stopExecution({ executionArn });
    fixture.engine.abandon();
    expect((await new EngineFixture({ functions, path }).describe(executionArn)).status).toBe('ABORTED');
  });

  test('changes nothing after the execution has ended', async () => {
    const fixture = new EngineFixture();
    const executionArn = await fixture.start(machine({ A: { Type: 'Succeed' } }));
    const before = await fixture.describe(executionArn);
    expect(await fixture.engine.stopExecution({ executionArn })).toEqual({ stopDate: before.stopDate });
    expect(await fixture.describe(executionArn)).toEqual(before);
  });

  test('fails for an unknown execution', async () => {
    const request = { executionArn: 'arn:aws:states:us-east-1:000000000000:execution:machine:none' };
    await expect(new EngineFixture().engine.stopExecution(request)).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
  });
});

describe('startExecution', () => {
  const waiting = machine({ Wait: { Type: 'Wait', Seconds: 60, End: true } });
  const startAgain = async (fixture: EngineFixture, name: string, input: string) => {
    const stateMachineArn = fixture.engine.stateMachineArn('machine');
    return await fixture.engine.startExecution({ stateMachineArn, name, input });
  };

  test('the same name and input during a run is the same execution', async () => {
    const fixture = new EngineFixture();
    const arn = await fixture.start(waiting, { a: 1 });
    expect((await startAgain(fixture, 'run', '{ "a": 1 }')).executionArn).toBe(arn);
  });

  test('refuses another input, or the name of an ended execution', async () => {
    const fixture = new EngineFixture();
    const arn = await fixture.start(waiting, { a: 1 });
    await expect(startAgain(fixture, 'run', '{"a":2}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await fixture.finish(arn);
    await expect(startAgain(fixture, 'run', '{"a":1}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  test.each([
    ['a name with a slash', 'a/b', '{}', 'InvalidName'],
    ['a name of 81 characters', 'x'.repeat(81), '{}', 'InvalidName'],
    ['an input that is no JSON', 'new', '{', 'InvalidExecutionInput'],
  ])('refuses %s', async (_, name, input, error) => {
    const fixture = new EngineFixture();
    await fixture.start(waiting);
    await expect(startAgain(fixture, name, input)).rejects.toMatchObject({ name: error });
  });

  test('refuses an unknown machine', async () => {
    const request = { stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:none' };
    await expect(new EngineFixture().engine.startExecution(request)).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
  });
});

test('a replaced machine serves new executions; running ones keep their definition, across a restart', async () => {
  const path = journalPath();
  const version = (text: string): object =>
    machine({ Wait: { Type: 'Wait', Seconds: 60, Next: 'Say' }, Say: { Type: 'Pass', Output: text, End: true } });
  const fixture = new EngineFixture({ path });
  const first = await fixture.start(version('old'), {}, 'first');
  const second = await fixture.start(version('new'), {}, 'second');
  fixture.engine.close();
  const next = new EngineFixture({ path, clock: fixture.clock });
  await next.engine.resume();
  expect([(await next.finish(first)).value, (await next.finish(second)).value]).toEqual(['old', 'new']);
});
