import { SFNClient, TestStateCommand, type TestStateCommandInput } from '@aws-sdk/client-sfn';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../lib/engine/listen.ts';
import { distributedMap, EngineFixture, machine, task, tokenTask } from './engine-fixture.ts';

/** Without the mark of a test, `sync-` stands before the host name. */
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

/** What the answer is, as far as the row says: JSON texts as values. */
const read = (answer: Awaited<ReturnType<typeof send>>) => {
  const { output, inspectionData, ...rest } = answer;
  return { ...rest, ...(output === undefined ? {} : { output: JSON.parse(output) as unknown }), inspectionData };
};

type Row = readonly [string, Partial<TestStateCommandInput>, object];

const tasks: readonly Row[] = [
  [
    'a result: the whole of it, and the way on',
    { mock: result({ Payload: { n: 1 } }) },
    { status: 'SUCCEEDED', output: { Payload: { n: 1 } }, nextState: 'B' },
  ],
  [
    'an error that is tried again: the pause doubles, and nothing is left',
    { mock: failure('Busy'), stateConfiguration: { retrierRetryCount: 4 } },
    {
      ...{ status: 'RETRIABLE', error: 'Busy', cause: 'ordered' },
      inspectionData: expect.objectContaining({ errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 16 } }),
    },
  ],
  [
    'an error that was tried often enough goes to the Catch',
    { mock: failure('Busy'), stateConfiguration: { retrierRetryCount: 5 } },
    {
      ...{
        status: 'CAUGHT_ERROR',
        error: 'Busy',
        nextState: 'C',
        output: { error: { Error: 'Busy', Cause: 'ordered' } },
      },
      inspectionData: expect.objectContaining({ errorDetails: { catchIndex: 1 } }),
    },
  ],
  [
    'the first Catch that takes it',
    { mock: failure('Known') },
    {
      ...{ status: 'CAUGHT_ERROR', nextState: 'B' },
      inspectionData: expect.objectContaining({ errorDetails: { catchIndex: 0 } }),
    },
  ],
  [
    'States.Runtime is caught by nobody',
    { mock: failure('States.Runtime') },
    { status: 'FAILED', error: 'States.Runtime' },
  ],
  [
    'without a Catch',
    { definition: withState(task('f')), mock: failure('Known') },
    { status: 'FAILED', error: 'Known', cause: 'ordered' },
  ],
  [
    'a Catch whose output cannot be worked out',
    {
      definition: withState(
        task('f', { Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.input.none %}', Next: 'B' }] }),
      ),
      mock: failure('Known'),
    },
    { status: 'FAILED', error: 'States.QueryEvaluationError' },
  ],
  [
    'arguments that cannot be worked out fail before anything is called',
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
const catchingMap = map({ Catch: catches });
const items = '{"items":[1,2,3]}';

const others: readonly Row[] = [
  [
    'a Map: what its children would be given',
    { definition: map(), input: items, mock: result([1, 1, 1]), stateConfiguration: { mapIterationFailureCount: 1 } },
    {
      ...{ status: 'SUCCEEDED', output: [1, 1, 1] },
      inspectionData: expect.objectContaining({ afterItemSelector: '[{"n":1},{"n":2},{"n":3}]', maxConcurrency: 7 }),
    },
  ],
  [
    'a Map of which too many fail',
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

  const choice = withState({ Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'B' }] });
  const inlineMap = withState({
    ...{ Type: 'Map', End: true },
    ItemProcessor: { StartAt: 'Inner', States: { Inner: task('f') } },
  });
  test.each<readonly [string, Partial<TestStateCommandInput>, RegExp]>([
    ['a task that would be called', {}, /a Task with a mock only/],
    ['a Choice with a mock', { definition: choice, mock: result(1) }, /'Choice' is not supported when a mock/],
    ['a state that is not there', { stateName: 'Z', mock: result(1) }, /State not found: 'Z'/],
    ['one state for a definition', { stateName: undefined, mock: result(1) }, /stateName: /],
    ['an inline Map', { definition: inlineMap, mock: result([1]) }, /inline Map/],
    ['a state of an inline Map', { definition: inlineMap, stateName: 'Inner', mock: result(1) }, /inline Map/],
    ['a result of a Map that is no list', { definition: map(), input: items, mock: result(1) }, /must be an array/],
    [
      'an error of a Map from nowhere',
      { definition: map(), input: items, mock: failure('Known') },
      /errorCausedByState/,
    ],
    ['a mock that is to be checked', { mock: { result: '1', fieldValidationMode: 'STRICT' } }, /mock/],
    ['a mock that is both', { mock: { ...result(1), ...failure('Known') } }, /mock/],
    ['a result that is no JSON', { mock: { result: '{', fieldValidationMode: 'NONE' } }, /mock/],
    [
      'data of an ItemReader',
      { stateConfiguration: { mapItemReaderData: '[]' }, mock: result(1) },
      /mapItemReaderData/,
    ],
    ['TRACE', { inspectionLevel: 'TRACE', mock: result(1) }, /inspectionLevel/],
    ['secrets', { revealSecrets: true, mock: result(1) }, /revealSecrets/],
    ['half of a context', { context: '{"Execution":{}}', mock: result(1) }, /needs Execution\.Id/],
    [
      'a context with a token for a task that gets none',
      { context: JSON.stringify({ ...context, Task: { Token: 't' } }), mock: result(1) },
      /cannot have Task\.Token be "t"/,
    ],
    [
      'a context of another state',
      { context: JSON.stringify({ ...context, State: { ...context.State, Name: 'B' } }), mock: result(1) },
      /cannot have State\.Name be "B"/,
    ],
  ])('refuses %s', async (_, request, message) => {
    await expect(send(request)).rejects.toMatchObject({ name: 'ValidationException', message });
  });

  test('refuses a definition that it would not run', async () => {
    await expect(send({ definition: '{}', mock: result(1) })).rejects.toMatchObject({ name: 'InvalidDefinition' });
  });
});
