import { describe, expect, test } from 'vitest';
import type { Json } from '../../lib/engine/json.ts';
import { EngineFixture, machine, task } from './engine-fixture.ts';

const end = { Type: 'Succeed' };
const fail = (error: string): object => ({ Type: 'Fail', Error: error });

const throwing =
  (name: string, message = 'no') =>
  () => {
    throw Object.assign(new Error(message), { name });
  };

describe('variables', () => {
  test('Assign and Output see one snapshot; the next state sees what was assigned', async () => {
    const fixture = new EngineFixture();
    const { value } = await fixture.run(
      machine({
        First: { Type: 'Pass', Assign: { x: 1 }, Next: 'Second' },
        Second: { Type: 'Pass', Assign: { x: '{% $x + 1 %}' }, Output: { during: '{% $x %}' }, Next: 'Third' },
        Third: { Type: 'Pass', Output: { during: '{% $states.input.during %}', after: '{% $x %}' }, End: true },
      }),
    );
    expect(value).toEqual({ during: 1, after: 2 });
  });

  test('does not set what a failed task would have assigned; the catcher assigns its own', async () => {
    const fixture = new EngineFixture({ functions: { f: throwing('Broken') } });
    const { value } = await fixture.run(
      machine({
        Try: task('f', {
          Assign: { done: true },
          Catch: [
            {
              ErrorEquals: ['Broken'],
              Assign: { error: '{% $states.errorOutput.Error %}' },
              Output: {},
              Next: 'After',
            },
          ],
        }),
        After: { Type: 'Pass', Output: { done: '{% $exists($done) %}', error: '{% $error %}' }, End: true },
      }),
    );
    expect(value).toEqual({ done: false, error: 'Broken' });
  });

  test('an iteration sees the variables around it, keeps its own, and shares nothing', async () => {
    const fixture = new EngineFixture();
    const { value } = await fixture.run(
      machine({
        First: { Type: 'Pass', Assign: { outer: 10 }, Next: 'Each' },
        Each: {
          Type: 'Map',
          Items: [1, 2],
          MaxConcurrency: 1,
          ItemProcessor: {
            StartAt: 'Own',
            States: {
              Own: {
                Type: 'Pass',
                Output: { before: '{% $exists($own) %}', sum: '{% $outer + $states.input %}' },
                Assign: { own: 1 },
                End: true,
              },
            },
          },
          Next: 'Last',
        },
        Last: { Type: 'Pass', Output: { list: '{% $states.input %}', own: '{% $exists($own) %}' }, End: true },
      }),
    );
    expect(value).toEqual({
      list: [
        { before: false, sum: 11 },
        { before: false, sum: 12 },
      ],
      own: false,
    });
  });
});

describe('the context object', () => {
  test('of a task: execution, machine, state with its retries, item', async () => {
    const seen: Json[] = [];
    const fixture = new EngineFixture({
      functions: {
        f: (context: Json) => {
          seen.push(context);
          if (seen.length === 1) throw Object.assign(new Error('once'), { name: 'Once' });
          return 1;
        },
      },
    });
    await fixture.run(
      machine({
        Each: {
          Type: 'Map',
          Items: ['a'],
          ItemProcessor: {
            StartAt: 'Call',
            States: {
              Call: task('f', {
                Arguments: { FunctionName: 'f', Payload: '{% $states.context %}' },
                Retry: [{ ErrorEquals: ['Once'] }],
              }),
            },
          },
          End: true,
        },
      }),
      { from: 'outside' },
    );
    const arn = 'arn:aws:states:us-east-1:000000000000';
    expect(seen[0]).toEqual({
      Execution: {
        Id: `${arn}:execution:machine:run`,
        Input: { from: 'outside' },
        StartTime: '2023-11-14T22:13:20.000Z',
        Name: 'run',
        RoleArn: 'arn:aws:iam::000000000000:role/embedded-engine',
        RedriveCount: 0,
      },
      StateMachine: { Id: `${arn}:stateMachine:machine`, Name: 'machine' },
      State: { Name: 'Call', EnteredTime: '2023-11-14T22:13:20.000Z', RetryCount: 0 },
      Map: { Item: { Index: 0, Value: 'a' } },
    });
    expect(seen[1]).toMatchObject({ State: { RetryCount: 1 } });
  });
});

describe('Choice', () => {
  const choice = machine({
    Which: {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $states.input.n = 1 %}', Next: 'One', Output: 'first' },
        { Condition: '{% $states.input.n > 0 %}', Next: 'Some', Assign: { x: 1 } },
      ],
      Default: 'None',
      Output: 'default',
    },
    One: end,
    Some: { Type: 'Succeed', Output: '{% $x %}' },
    None: end,
  });

  test.each<[Json, unknown]>([
    [{ n: 1 }, 'first'],
    [{ n: 5 }, 1],
    [{ n: 0 }, 'default'],
  ])('%j gives %j', async (input, output) => {
    expect((await new EngineFixture().run(choice, input)).value).toEqual(output);
  });

  test('a condition must be boolean', async () => {
    const { error, cause } = await new EngineFixture().run(
      machine({
        Which: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.n %}', Next: 'A' }], Default: 'A' },
        A: end,
      }),
      { n: 1 },
    );
    expect(error).toBe('States.QueryEvaluationError');
    expect(cause).toContain(`Expected 'boolean', but was 'number' for value: 1`);
  });

  test('no match and no default', async () => {
    const only = machine({ Which: { Type: 'Choice', Choices: [{ Condition: false, Next: 'A' }] }, A: end });
    expect(await new EngineFixture().run(only)).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });
});

describe('Wait', () => {
  test.each<[string, object, Json, number]>([
    ['seconds', { Seconds: 90 }, {}, 90_000],
    ['seconds of an expression', { Seconds: '{% $states.input.s %}' }, { s: 7 }, 7000],
    ['a moment', { Timestamp: '{% $states.input.t %}' }, { t: '2023-11-14T22:14:20Z' }, 60_000],
    ['a moment with an offset', { Timestamp: '{% $states.input.t %}' }, { t: '2023-11-15T00:14:20+02:00' }, 60_000],
    [
      'a moment to the nanosecond',
      { Timestamp: '{% $states.input.t %}' },
      { t: '2023-11-14T22:14:20.123456789Z' },
      60_123,
    ],
    ['a moment without seconds', { Timestamp: '2023-11-14T22:14Z' }, {}, 40_000],
    ['a moment that has passed', { Timestamp: '2020-01-01T00:00:00Z' }, {}, 0],
  ])('%s', async (_, fields, input, milliseconds) => {
    const fixture = new EngineFixture();
    const before = fixture.clock.now();
    const { status } = await fixture.run(machine({ Wait: { Type: 'Wait', ...fields, End: true } }), input);
    expect(status).toBe('SUCCEEDED');
    expect(fixture.clock.now() - before).toBe(milliseconds);
  });

  test.each<[string, object]>([
    ['a negative number', { Seconds: '{% -1 %}' }],
    ['half a second', { Seconds: '{% 0.5 %}' }],
    ['a text', { Seconds: `{% '5' %}` }],
    ['an invalid time', { Timestamp: '{% "tomorrow" %}' }],
    ['no offset', { Timestamp: '{% "2023-11-14T22:14:20" %}' }],
  ])('%s fails the evaluation', async (_, fields) => {
    const { error } = await new EngineFixture().run(machine({ Wait: { Type: 'Wait', ...fields, End: true } }));
    expect(error).toBe('States.QueryEvaluationError');
  });
});

describe('the call of a function', () => {
  const call = async (payload: Json | undefined): Promise<{ got: Json | undefined; result: Json | undefined }> => {
    let got: Json | undefined;
    const fixture = new EngineFixture({
      functions: {
        f: (given: Json) => {
          got = given;
          return undefined;
        },
      },
    });
    const Arguments = {
      FunctionName: 'arn:aws:lambda:us-east-1:111111111111:function:f:live',
      ...(payload === undefined ? {} : { Payload: payload }),
    };
    const { value } = await fixture.run(
      machine({ Call: task('f', { Arguments, Output: '{% $states.result.Payload %}' }) }),
    );
    return { got, result: value };
  };

  test.each<[string, Json | undefined, Json]>([
    ['an object', { a: [1] }, { a: [1] }],
    ['null becomes an empty object', null, {}],
    ['nothing becomes an empty object', undefined, {}],
    ['a text that holds JSON arrives parsed', '{"a":1}', { a: 1 }],
    ['a number', 5, 5],
  ])('%s', async (_, payload, arrives) => {
    expect(await call(payload)).toEqual({ got: arrives, result: null });
  });

  test('passes copies to a function, and copies its result', async () => {
    const kept: { list: number[] } = { list: [] };
    const fixture = new EngineFixture({
      functions: {
        change: (payload: { list: number[] }) => {
          payload.list.push(9);
          return kept;
        },
        look: () => {
          kept.list.push(7);
          return 0;
        },
      },
    });
    const { value } = await fixture.run(
      machine({
        Change: task('change', {
          Assign: { result: '{% $states.result.Payload %}' },
          Output: '{% $states.input %}',
          Next: 'Look',
          End: undefined,
        }),
        Look: task('look', { Output: { input: '{% $states.input %}', result: '{% $result %}' } }),
      }),
      { list: [1] },
    );
    expect(value).toEqual({ input: { list: [1] }, result: { list: [] } });
  });

  test('a thrown error has its name and, as the cause, what the Node runtime of Lambda reports', async () => {
    const fixture = new EngineFixture({ functions: { f: throwing('BatchInvalid', 'three problems') } });
    const { error, cause } = await fixture.run(machine({ Call: task('f') }));
    expect(error).toBe('BatchInvalid');
    expect(JSON.parse(cause ?? '')).toEqual({
      errorType: 'BatchInvalid',
      errorMessage: 'three problems',
      trace: expect.any(Array),
    });
  });

  test('an error of the Lambda service has a plain text as its cause', async () => {
    const fixture = new EngineFixture({
      functions: { f: throwing('Lambda.TooManyRequestsException', 'Rate exceeded') },
    });
    expect(await fixture.run(machine({ Call: task('f') }))).toMatchObject({
      error: 'Lambda.TooManyRequestsException',
      cause: 'Rate exceeded',
    });
  });
});

describe('Parallel', () => {
  const parallel = (branches: object[], more: object = {}): object =>
    machine({
      Both: { Type: 'Parallel', Branches: branches, Next: 'Last', ...more },
      Last: end,
    });

  test('gives the outputs in the order of the branches; Arguments are what they get', async () => {
    const slow = {
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 5, Output: '{% $states.input.a & "1" %}', End: true } },
    };
    const fast = { StartAt: 'P', States: { P: { Type: 'Pass', Output: '{% $states.input.a & "2" %}', End: true } } };
    const { value } = await new EngineFixture().run(parallel([slow, fast], { Arguments: { a: 'x' } }));
    expect(value).toEqual(['x1', 'x2']);
  });

  test('a branch that fails stops its siblings before Catch goes on', async () => {
    const fixture = new EngineFixture({ functions: { never: () => new Promise(() => undefined) } });
    const waits = { StartAt: 'W', States: { W: task('never', { Next: 'X', End: undefined }), X: end } };
    const fails = { StartAt: 'F', States: { F: fail('Boom') } };
    const arn = await fixture.start(parallel([waits, fails], { Catch: [{ ErrorEquals: ['Boom'], Next: 'Last' }] }));
    expect(await fixture.describe(arn)).toMatchObject({ status: 'SUCCEEDED', value: { Error: 'Boom' } });
    expect(fixture.visited(arn)).toEqual(['Both', 'W', 'F', 'Last']);
    expect(fixture.types(arn)).toContain('TaskStateAborted');
  });
});

describe('limits', () => {
  const large = { Type: 'Pass', Output: "{% $pad('', 270000, 'x') %}", End: true };

  test('an output above 256 KiB fails the execution, and nothing catches it', async () => {
    const { error, status } = await new EngineFixture().run(
      machine({
        Both: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'L', States: { L: large } }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }],
          End: true,
        },
        C: end,
      }),
    );
    expect([status, error]).toEqual(['FAILED', 'States.DataLimitExceeded']);
  });

  test('an output above 256 KiB in an iteration is no failure that a Map tolerates', async () => {
    const { error, status } = await new EngineFixture().run(
      machine({
        Each: {
          Type: 'Map',
          Items: [1, 2],
          ToleratedFailurePercentage: 100,
          ItemProcessor: { StartAt: 'L', States: { L: large } },
          End: true,
        },
      }),
    );
    expect([status, error]).toEqual(['FAILED', 'States.DataLimitExceeded']);
  });

  test('refuses an input above 256 KiB', async () => {
    await expect(new EngineFixture().start(machine({ A: end }), 'x'.repeat(263_000))).rejects.toThrow('262144');
  });

  test('25,000 events end an execution', async () => {
    const fixture = new EngineFixture();
    const { error, cause } = await fixture.run(
      machine({
        A: { Type: 'Pass', Next: 'B' },
        B: { Type: 'Choice', Choices: [{ Condition: false, Next: 'C' }], Default: 'A' },
        C: end,
      }),
    );
    expect(error).toBe('States.Runtime');
    expect(cause).toContain('maximum number of history events (25000)');
  });
});
