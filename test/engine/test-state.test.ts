import { SFNClient, TestStateCommand, type TestStateCommandInput } from '@aws-sdk/client-sfn';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../lib/engine/listen.ts';
import { distributedMap, EngineFixture, machine, task, tokenTask } from './engine-fixture.ts';

/** Without the test marker, the host name begins with `sync-`. */
const settings = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  disableHostPrefix: true,
};

const connect = async (fixture = new EngineFixture()): Promise<SFNClient> => {
  const server = await listen(fixture.engine);
  const client = new SFNClient({ ...settings, endpoint: server.url, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    await server.close();
  });
  return client;
};

const context = {
  Execution: {
    Id: 'arn:aws:states:eu-west-1:111122223333:execution:batch:b-1',
    Input: { batch_id: 'b-1' },
    Name: 'b-1',
    RoleArn: 'arn:aws:iam::111122223333:role/machine',
    StartTime: '2026-01-15T10:30:00.000Z',
  },
  State: { Name: 'A', EnteredTime: '2026-01-15T10:30:01.500Z', RetryCount: 0 },
  StateMachine: { Id: 'arn:aws:states:eu-west-1:111122223333:stateMachine:batch', Name: 'batch' },
};

const retrier = { ErrorEquals: ['Busy'], IntervalSeconds: 1, MaxAttempts: 5, BackoffRate: 2 };
const caught = { Output: { error: '{% $states.errorOutput %}' } };
const catches = [
  { ErrorEquals: ['Known'], ...caught, Next: 'B' },
  { ErrorEquals: ['States.ALL'], ...caught, Next: 'C' },
];
const ends = { B: { Type: 'Succeed' }, C: { Type: 'Succeed' } };
/** Every state must be reachable. */
const first = {
  Type: 'Choice',
  Choices: ['A', 'B'].map((Next) => ({ Condition: '{% $states.input.way = $states.input.way %}', Next })),
  Default: 'C',
};
const role = 'arn:aws:iam::111122223333:role/tester';
const unmocked: Readonly<Record<string, object>> = {
  Choice: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'B' }] },
  Wait: { Type: 'Wait', Seconds: 1, End: true },
  Pass: { Type: 'Pass', End: true },
  Fail: { Type: 'Fail' },
  Succeed: { Type: 'Succeed' },
};
const withState = (state: object): string => JSON.stringify(machine({ First: first, A: state, ...ends }));

const result = (value: unknown): TestStateCommandInput['mock'] => ({
  result: JSON.stringify(value),
  fieldValidationMode: 'NONE',
});
const failure = (error: string, cause = 'ordered'): TestStateCommandInput['mock'] => ({
  errorOutput: { error, cause },
});

const send = async (given: Partial<TestStateCommandInput>) => {
  const client = await connect();
  const definition =
    given.definition ?? withState(task('f', { Retry: [retrier], Catch: catches, End: undefined, Next: 'B' }));
  const { $metadata: _, ...answer } = await client.send(
    new TestStateCommand({ stateName: 'A', inspectionLevel: 'DEBUG', ...given, definition }),
  );
  return answer;
};

/** The answer, as far as the row covers it: JSON texts as values. */
const read = (answer: Awaited<ReturnType<typeof send>>) => {
  const { output, inspectionData, ...rest } = answer;
  return { ...rest, ...(output === undefined ? {} : { output: JSON.parse(output) as unknown }), inspectionData };
};

type Row = readonly [string, Partial<TestStateCommandInput>, object];

const tasks: readonly Row[] = [
  [
    'a result: all of it, and what comes next',
    { mock: result({ Payload: { n: 1 } }) },
    { status: 'SUCCEEDED', output: { Payload: { n: 1 } }, nextState: 'B' },
  ],
  [
    'an error that is retried: the pause doubles, and nothing is left',
    { mock: failure('Busy'), stateConfiguration: { retrierRetryCount: 4 } },
    {
      ...{ status: 'RETRIABLE', error: 'Busy', cause: 'ordered' },
      inspectionData: expect.objectContaining({ errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 16 } }),
    },
  ],
  [
    'an error without retries left goes to the Catch',
    { mock: failure('Busy'), stateConfiguration: { retrierRetryCount: 5 } },
    {
      ...{
        status: 'CAUGHT_ERROR',
        error: 'Busy',
        nextState: 'C',
        output: { error: { Error: 'Busy', Cause: 'ordered' } },
      },
      inspectionData: expect.objectContaining({ errorDetails: { retryIndex: 0, catchIndex: 1 } }),
    },
  ],
  [
    'the first Catch that matches',
    { mock: failure('Known') },
    {
      ...{ status: 'CAUGHT_ERROR', nextState: 'B' },
      inspectionData: expect.objectContaining({ errorDetails: { catchIndex: 0 } }),
    },
  ],
  [
    'nothing catches States.Runtime',
    { mock: failure('States.Runtime') },
    { status: 'FAILED', error: 'States.Runtime' },
  ],
  [
    'without a Catch, an error without retries left shows its Retry, but no pause',
    {
      definition: withState(task('f', { Retry: [retrier] })),
      mock: failure('Busy'),
      stateConfiguration: { retrierRetryCount: 5 },
    },
    { status: 'FAILED', inspectionData: expect.objectContaining({ errorDetails: { retryIndex: 0 } }) },
  ],
  [
    'without a Catch',
    { definition: withState(task('f')), mock: failure('Known') },
    { status: 'FAILED', error: 'Known', cause: 'ordered' },
  ],
  [
    'a Catch whose output cannot be evaluated',
    {
      definition: withState(
        task('f', { Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.input.none %}', Next: 'B' }] }),
      ),
      mock: failure('Known'),
    },
    { status: 'FAILED', error: 'States.QueryEvaluationError' },
  ],
  [
    'arguments that cannot be evaluated fail before any call',
    {
      definition: withState(task('f', { Arguments: { FunctionName: 'f', Payload: '{% $states.input.none %}' } })),
      mock: result(1),
    },
    { status: 'FAILED', error: 'States.QueryEvaluationError' },
  ],
  [
    'the context, the token of a task that waits, and variables',
    {
      definition: withState(
        tokenTask('f', {
          Arguments: {
            FunctionName: 'f',
            Payload: ['{% $states.context.Task.Token %}', '{% $states.context.Execution %}'],
          },
          Output: ['{% $v %}', '{% $states.result %}'],
        }),
      ),
      context: JSON.stringify({ ...context, Task: { Token: 'abc' } }),
      variables: '{"v":7}',
      mock: result({ done: true }),
    },
    {
      ...{ status: 'SUCCEEDED', output: [7, { done: true }] },
      inspectionData: expect.objectContaining({
        afterArguments: expect.stringContaining(
          `"Payload":["abc",{"Id":"${context.Execution.Id}","Input":{"batch_id":"b-1"}`,
        ),
        variables: '{"v":7}',
      }),
    },
  ],
];

const map = (more: object = {}): string =>
  withState(
    distributedMap(
      { Inner: task('f') },
      {
        ItemSelector: { n: '{% $states.context.Map.Item.Value %}' },
        ToleratedFailureCount: 1,
        MaxConcurrency: 7,
        ...more,
      },
    ),
  );
const inlineMap = withState({
  ...{ Type: 'Map', End: true },
  ItemProcessor: { StartAt: 'Inner', States: { Inner: task('f') } },
});
const parallel = withState({
  ...{ Type: 'Parallel', Next: 'B', Catch: catches, Arguments: { n: '{% $states.input.n %}' } },
  Output: { n: '{% $states.input.n %}', all: '{% $states.result %}' },
  Branches: ['P1', 'P2'].map((name) => ({ StartAt: name, States: { [name]: { Type: 'Pass', End: true } } })),
});
const catchingMap = map({ Catch: catches });
const items = '{"items":[1,2,3]}';

const others: readonly Row[] = [
  [
    'a Map: what its children would get',
    { definition: map(), input: items, mock: result([1, 1, 1]), stateConfiguration: { mapIterationFailureCount: 1 } },
    {
      ...{ status: 'SUCCEEDED', output: [1, 1, 1] },
      inspectionData: expect.objectContaining({ afterItemSelector: '[{"n":1},{"n":2},{"n":3}]', maxConcurrency: 7 }),
    },
  ],
  [
    'a Map with too many failures',
    { definition: catchingMap, input: items, mock: result([1]), stateConfiguration: { mapIterationFailureCount: 2 } },
    { status: 'CAUGHT_ERROR', error: 'States.ExceedToleratedFailureThreshold', nextState: 'C' },
  ],
  [
    'a Map that fails',
    {
      definition: catchingMap,
      input: items,
      mock: failure('Known'),
      stateConfiguration: { errorCausedByState: 'Inner' },
    },
    { status: 'CAUGHT_ERROR', nextState: 'B' },
  ],
  [
    'a state of the children',
    { definition: map(), stateName: 'Inner', mock: result(3) },
    { status: 'SUCCEEDED', output: 3 },
  ],
  [
    'a Choice, whose execution has the input that the state has',
    {
      definition: withState({
        Type: 'Choice',
        Choices: [{ Condition: "{% $states.context.Execution.Input.kind = 'x' %}", Next: 'B' }],
        Default: 'C',
      }),
      input: '{"kind":"x"}',
    },
    { status: 'SUCCEEDED', nextState: 'B', output: { kind: 'x' } },
  ],
  [
    'a Map: a tolerance that it lacks is not exceeded',
    {
      definition: map({ ToleratedFailureCount: undefined }),
      input: items,
      mock: result([1]),
      stateConfiguration: { mapIterationFailureCount: 2 },
    },
    { status: 'SUCCEEDED', output: [1] },
  ],
  [
    'a Map: a share of its items',
    {
      definition: map({ ToleratedFailureCount: undefined, ToleratedFailurePercentage: 50, Catch: catches }),
      input: items,
      mock: result([1]),
      stateConfiguration: { mapIterationFailureCount: 2 },
    },
    {
      ...{ status: 'CAUGHT_ERROR', error: 'States.ExceedToleratedFailureThreshold', nextState: 'C' },
      inspectionData: expect.objectContaining({ toleratedFailurePercentage: 50, errorDetails: { catchIndex: 1 } }),
    },
  ],
  [
    'an inline Map',
    { definition: inlineMap, input: '[4,5]', mock: result([1, 2]) },
    { status: 'SUCCEEDED', output: [1, 2] },
  ],
  [
    'a state of an inline Map',
    { definition: inlineMap, stateName: 'Inner', input: '4', mock: result('done'), context: '{}' },
    { status: 'SUCCEEDED', output: 'done' },
  ],
  [
    'a Parallel: nothing but its input is shown',
    { definition: parallel, input: '{"n":1}', mock: result([1, 2]), inspectionLevel: 'TRACE' },
    { status: 'SUCCEEDED', output: { n: 1, all: [1, 2] }, nextState: 'B', inspectionData: { input: '{"n":1}' } },
  ],
  [
    'a Parallel that fails',
    {
      ...{ definition: parallel, input: '{"n":1}' },
      ...{ mock: failure('Known'), stateConfiguration: { errorCausedByState: 'P2' } },
    },
    { status: 'CAUGHT_ERROR', nextState: 'B', error: 'Known' },
  ],
  [
    'a Fail',
    { definition: withState({ Type: 'Fail', Error: 'Bad', Cause: 'so' }) },
    { status: 'FAILED', error: 'Bad', cause: 'so' },
  ],
  ['a Succeed', { stateName: 'B', input: '[1]' }, { status: 'SUCCEEDED', output: [1] }],
];

describe('TestState', () => {
  test.each([...tasks, ...others])('%s', async (_, request, expected) => {
    expect(read(await send(request))).toMatchObject(expected);
  });

  test('shows nothing but the outcome unless asked', async () => {
    const answer = await send({ mock: failure('Busy'), inspectionLevel: 'INFO' });
    expect(answer).toEqual({ status: 'RETRIABLE', error: 'Busy', cause: 'ordered' });
  });

  test('waits as long as a Wait says', async () => {
    const fixture = new EngineFixture();
    const client = await connect(fixture);
    const definition = withState({ Type: 'Wait', Seconds: 5, Next: 'B' });
    const begin = fixture.clock.now();
    const asked = client.send(new TestStateCommand({ definition, stateName: 'A' }));
    await expect.poll(() => fixture.clock.next).toBe(begin + 5_000);
    fixture.clock.runNext();
    expect(await asked).toMatchObject({ status: 'SUCCEEDED', nextState: 'B' });
  });

  const invoked = (answer: unknown, mode?: 'STRICT' | 'PRESENT' | 'NONE'): Partial<TestStateCommandInput> => ({
    mock: { result: JSON.stringify(answer), ...(mode === undefined ? {} : { fieldValidationMode: mode }) },
  });
  const ofContext = (context: object): Partial<TestStateCommandInput> => ({
    ...{ context: JSON.stringify(context), mock: result(1) },
  });
  const invalid = 'Invalid Context object provided: ';
  const schema = 'Mock result schema validation error: ';
  const noMock = 'when a mock is not specified.';

  test.each<readonly [string, Partial<TestStateCommandInput>, string | RegExp]>([
    ['a task without a role to call with', {}, 'RoleArn must be specified when testing a Task state'],
    ['a task that waits for a token', { definition: withState(tokenTask('f')), roleArn: role }, /with a mock only/],
    ...['Choice', 'Wait', 'Pass', 'Fail', 'Succeed'].map(
      (type) =>
        [
          `a ${type} with a mock`,
          { definition: withState(unmocked[type] ?? {}), mock: result(1) },
          `State type '${type}' is not supported when a mock is specified`,
        ] as const,
    ),
    ['an unknown state', { stateName: 'Z', mock: result(1) }, 'State not found in definition'],
    [
      'a result of a Map that is no list',
      { definition: map(), input: items, mock: result(1) },
      'Mocked result must be an array.',
    ],
    [
      'a result of a Parallel that is no list',
      { definition: parallel, mock: result(1) },
      'Mocked result must be an array.',
    ],
    ['a result of a Parallel with other branches', { definition: parallel, mock: result([1]) }, /2 branches/],
    [
      'an error of a Map from nowhere',
      { definition: map(), input: items, mock: failure('Known') },
      /errorCausedByState/,
    ],
    [
      'an error of a Parallel from another state',
      { definition: parallel, mock: failure('Known'), stateConfiguration: { errorCausedByState: 'B' } },
      /errorCausedByState/,
    ],
    [
      'an answer of a function with its payload as JSON',
      invoked({ Payload: {} }),
      `${schema}Field 'Payload' must be a string`,
    ],
    [
      'a status that is text',
      invoked({ StatusCode: '200' }, 'PRESENT'),
      `${schema}Field 'StatusCode' must be a number`,
    ],
    ['an answer of a function that is a list', invoked([1]), 'Mock result must be a valid JSON object'],
    [
      'a mock that is both',
      { mock: { ...result(1), ...failure('Known') } },
      'A test mock should have only one of the following fields: [result, errorOutput].',
    ],
    ['a mock that is neither', { mock: {} }, /only one of/],
    ['a result that is no JSON', { mock: { result: '{' } }, 'Mocked result must be valid JSON'],
    [
      'attempts without a mock',
      { stateConfiguration: { retrierRetryCount: 1 } },
      `TestState does not support RetrierRetryCount ${noMock}`,
    ],
    [
      'failures of a Map without a mock',
      { definition: map(), stateConfiguration: { mapIterationFailureCount: 0 } },
      `TestState does not support MapIterationFailureCount ${noMock}`,
    ],
    ['a context without a mock', { context: '{}' }, `TestState does not support Context ${noMock}`],
    [
      'data without an ItemReader',
      { stateConfiguration: { mapItemReaderData: '[]' }, mock: result(1) },
      /mapItemReaderData/,
    ],
    [
      'secrets of a mock',
      { revealSecrets: true, mock: result(1) },
      'TestState does not support RevealSecrets when a mock is specified.',
    ],
    [
      'a context with an id that is a number',
      ofContext({ Execution: { Id: 1 } }),
      `${invalid}Execution.Id must be a string`,
    ],
    [
      'a context with half of an attempt',
      ofContext({ State: { RetryCount: 0.5 } }),
      `${invalid}State.RetryCount must be an integer`,
    ],
    [
      'a context with a machine that is text',
      ofContext({ StateMachine: 'm' }),
      `${invalid}StateMachine must be an object`,
    ],
    [
      'a context with an item',
      ofContext({ Map: {} }),
      `${invalid}'Map' field is not supported when mocking a Context object`,
    ],
    ['a context with something else', ofContext({ Weather: {} }), `${invalid}Field 'Weather' is not allowed`],
    ['a context with something else within', ofContext({ Task: { Id: 'x' } }), `${invalid}Field 'Id' is not allowed`],
    ['an unknown field', { inspectionLevel: 'ALL' as 'INFO' }, /inspectionLevel/],
  ])('refuses %s', async (_, request, message) => {
    await expect(send(request)).rejects.toMatchObject({
      name: 'ValidationException',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  test.each([
    ['a Map', map()],
    ['an inline Map', inlineMap],
    ['a Parallel', parallel],
  ])('refuses %s without a mock as a definition, as AWS does', async (_, definition) => {
    await expect(send({ definition })).rejects.toMatchObject({
      name: 'InvalidDefinition',
      message: expect.stringContaining('TestState API does not support Map or Parallel states.'),
    });
  });

  test.each([
    ['{}', /Type/],
    [JSON.stringify(machine({ A: { Type: 'Pass', End: true } })), /Type/],
    ['[]', /A definition is an object/],
    ['{', /JSON/],
  ])('refuses %s for the definition of one state', async (definition, message) => {
    const client = await connect();
    await expect(client.send(new TestStateCommand({ definition }))).rejects.toMatchObject({
      name: 'InvalidDefinition',
      message: expect.stringMatching(message),
    });
  });
});

describe('TestState on the definition of one state', () => {
  const ask = async (state: object, more: Partial<TestStateCommandInput> = {}, functions = {}) => {
    const client = await connect(new EngineFixture({ functions }));
    const { $metadata: _, ...answer } = await client.send(
      new TestStateCommand({ definition: JSON.stringify({ QueryLanguage: 'JSONata', ...state }), ...more }),
    );
    return read(answer);
  };

  test('names its next states, which need not exist', async () => {
    const state = {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input.n > 1 %}', Next: 'Many' }],
      Default: 'Few',
    };
    expect(await ask(state, { input: '{"n":2}' })).toMatchObject({ nextState: 'Many' });
    expect(await ask(state, { input: '{"n":1}' })).toMatchObject({ nextState: 'Few' });
    const catching = task('f', { Catch: catches });
    expect(await ask(catching, { mock: failure('Known') })).toMatchObject({ status: 'CAUGHT_ERROR', nextState: 'B' });
  });

  test('has the context of an Express execution that is never redriven, and no item', async () => {
    const { output } = await ask({ Type: 'Pass', Output: '{% $states.context %}', End: true }, { input: '[1]' });
    expect(output).toEqual({
      Execution: {
        Id: 'arn:aws:states:us-east-1:000000000000:express:tested:test',
        Input: [1],
        Name: 'test',
        RoleArn: 'arn:aws:iam::000000000000:role/embedded-engine',
        StartTime: expect.any(String),
      },
      State: { Name: 'StateName', EnteredTime: expect.any(String) },
      StateMachine: { Id: 'arn:aws:states:us-east-1:000000000000:stateMachine:tested', Name: 'tested' },
    });
  });

  test('has the given context, and nothing else', async () => {
    const context = { Execution: { Name: 'x' }, State: { RetryCount: 3 } };
    const state = task('f', { Output: '{% $states.context %}' });
    const { output } = await ask(state, { context: JSON.stringify(context), mock: result(1) });
    expect(output).toEqual(context);
  });

  test('calls the function of a task for callers who name a role', async () => {
    const answer = await ask(
      task('double', { Arguments: { FunctionName: 'double', Payload: '{% $states.input %}' } }),
      { input: '21', roleArn: role, inspectionLevel: 'DEBUG' },
      { double: (payload: number) => payload * 2 },
    );
    expect(answer).toMatchObject({
      ...{ status: 'SUCCEEDED', output: { Payload: 42 } },
      inspectionData: { result: expect.stringContaining('"Payload":42') },
    });
  });

  test('shows variables if there are any', async () => {
    const state = { Type: 'Pass', Assign: { b: '{% $a + 1 %}' }, End: true };
    const more = { variables: '{"a":1}', inspectionLevel: 'DEBUG' } as const;
    expect(await ask(state, more)).toMatchObject({ inspectionData: { variables: '{"a":1,"b":2}' } });
    const { inspectionData } = await ask({ Type: 'Pass', End: true }, { inspectionLevel: 'DEBUG' });
    expect(inspectionData).toEqual({ input: '{}' });
  });
});
