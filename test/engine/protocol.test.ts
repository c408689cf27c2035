import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  InvalidDefinition,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
  StopExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { describe, expect, onTestFinished, test } from 'vitest';
import { InProcessHandler } from '../../lib/engine/in-process-handler.ts';
import { listen } from '../../lib/engine/listen.ts';
import { handleRequest } from '../../lib/engine/protocol.ts';
import { EngineFixture, machine, tokenTask } from './engine-fixture.ts';

const settings = { region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' }, maxAttempts: 1 };

const overHttp = async ({ engine }: EngineFixture): Promise<SFNClient> => {
  const server = await listen(engine);
  onTestFinished(() => server.close());
  return new SFNClient({ ...settings, endpoint: server.url });
};

const inProcess = async ({ engine }: EngineFixture): Promise<SFNClient> =>
  new SFNClient({ ...settings, requestHandler: new InProcessHandler(engine) });

describe.each([
  ['over HTTP', overHttp],
  ['in process', inProcess],
])('the SDK %s', (_, connect) => {
  const setUp = async () => {
    const tokens: string[] = [];
    const fixture = new EngineFixture({ functions: { f: ({ token }: { token: string }) => void tokens.push(token) } });
    const client = await connect(fixture);
    onTestFinished(() => client.destroy());
    const definition = JSON.stringify(
      machine({ Wait: tokenTask('f', { Assign: { a: '{% $states.result %}' }, HeartbeatSeconds: 60 }) }),
    );
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({ name: 'batch', definition, roleArn: 'arn:aws:iam::000000000000:role/any' }),
    );
    return { tokens, fixture, client, definition, stateMachineArn };
  };

  test('create, start, describe, heartbeat, success, history, list', async () => {
    const { tokens, fixture, client, definition, stateMachineArn } = await setUp();
    const started = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'one', input: '{"n":1}' }));
    expect(started.executionArn).toBe('arn:aws:states:us-east-1:000000000000:execution:batch:one');
    expect(started.startDate?.getTime()).toBe(fixture.clock.now());
    await fixture.engine.idle();
    const { executionArn } = started;
    expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: 'RUNNING',
      input: '{"n":1}',
      name: 'one',
    });
    await client.send(new SendTaskHeartbeatCommand({ taskToken: tokens[0] }));
    await client.send(new SendTaskSuccessCommand({ taskToken: tokens[0], output: '{"done":true}' }));
    await fixture.engine.idle();
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({ status: 'SUCCEEDED', output: '{"done":true}', stateMachineArn });
    expect(described.stopDate).toBeInstanceOf(Date);
    expect(await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      name: 'batch',
      definition,
      status: 'ACTIVE',
    });
    const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
    expect(executions).toMatchObject([{ executionArn, name: 'one', status: 'SUCCEEDED' }]);
    const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events.map(({ id, type }) => `${id} ${type}`)).toEqual([
      ...[
        '1 ExecutionStarted',
        '2 TaskStateEntered',
        '3 TaskScheduled',
        '4 TaskStarted',
        '5 TaskSubmitted',
        '6 TaskSucceeded',
      ],
      ...['7 TaskStateExited', '8 ExecutionSucceeded'],
    ]);
    expect(events[0]?.executionStartedEventDetails?.input).toBe('{"n":1}');
    expect(events[1]?.stateEnteredEventDetails).toMatchObject({ name: 'Wait', input: '{"n":1}' });
    expect(events[2]?.taskScheduledEventDetails).toMatchObject({
      resourceType: 'lambda',
      resource: 'invoke.waitForTaskToken',
      heartbeatInSeconds: 60,
    });
    expect(JSON.parse(events[2]?.taskScheduledEventDetails?.parameters ?? '')).toMatchObject({ FunctionName: 'f' });
    expect(events[6]?.stateExitedEventDetails).toMatchObject({
      output: '{"done":true}',
      assignedVariables: { a: '{"done":true}' },
    });
    expect(events[7]?.timestamp?.getTime()).toBe(fixture.clock.now());
  });

  test('failure and stop', async () => {
    const { tokens, fixture, client, stateMachineArn } = await setUp();
    const one = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'one' }));
    const two = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'two' }));
    await fixture.engine.idle();
    await client.send(new SendTaskFailureCommand({ taskToken: tokens[0], error: 'No', cause: 'because' }));
    await client.send(new StopExecutionCommand({ executionArn: two.executionArn, error: 'Stopped', cause: 'by hand' }));
    await fixture.engine.idle();
    const described = async (executionArn: string | undefined) =>
      await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(await described(one.executionArn)).toMatchObject({ status: 'FAILED', error: 'No', cause: 'because' });
    expect(await described(two.executionArn)).toMatchObject({ status: 'ABORTED', error: 'Stopped', cause: 'by hand' });
  });

  test('errors arrive as the classes of the SDK', async () => {
    const { tokens, fixture, client, stateMachineArn } = await setUp();
    const { executionArn = '' } = await client.send(
      new StartExecutionCommand({ stateMachineArn, name: 'one', input: '{}' }),
    );
    await fixture.engine.idle();
    await client.send(new StopExecutionCommand({ executionArn }));
    const unknown = Buffer.from(JSON.stringify({ execution: 'x', id: 'y' })).toString('base64url');
    await expect(client.send(new SendTaskSuccessCommand({ taskToken: tokens[0], output: '1' }))).rejects.toBeInstanceOf(
      TaskTimedOut,
    );
    await expect(client.send(new SendTaskSuccessCommand({ taskToken: unknown, output: '1' }))).rejects.toBeInstanceOf(
      TaskDoesNotExist,
    );
    await expect(client.send(new StartExecutionCommand({ stateMachineArn, name: 'one' }))).rejects.toBeInstanceOf(
      ExecutionAlreadyExists,
    );
    await expect(
      client.send(new DescribeExecutionCommand({ executionArn: `${executionArn}x` })),
    ).rejects.toBeInstanceOf(ExecutionDoesNotExist);
    await expect(
      client.send(new StartExecutionCommand({ stateMachineArn: `${stateMachineArn}x` })),
    ).rejects.toBeInstanceOf(StateMachineDoesNotExist);
    const refused = client.send(new CreateStateMachineCommand({ name: 'x', definition: '{}', roleArn: 'r' }));
    await expect(refused).rejects.toBeInstanceOf(InvalidDefinition);
    await expect(refused).rejects.toThrow(`The field 'StartAt' is required but was missing`);
  });

  test('pages', async () => {
    const { fixture, client, stateMachineArn } = await setUp();
    for (const name of ['one', 'two', 'three']) await client.send(new StartExecutionCommand({ stateMachineArn, name }));
    await fixture.engine.idle();
    const first = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 2 }));
    const second = await client.send(
      new ListExecutionsCommand({ stateMachineArn, maxResults: 2, nextToken: first.nextToken }),
    );
    expect([...(first.executions ?? []), ...(second.executions ?? [])].map(({ name }) => name)).toEqual([
      'three',
      'two',
      'one',
    ]);
    expect(second.nextToken).toBeUndefined();
    expect(
      (await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'FAILED' }))).executions,
    ).toEqual([]);
    const { executionArn } = first.executions?.[0] ?? {};
    const newest = await client.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 2 }),
    );
    expect(newest.events?.map(({ id }) => id)).toEqual([5, 4]);
    const older = await client.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, nextToken: newest.nextToken }),
    );
    expect(older.events?.map(({ id }) => id)).toEqual([3, 2, 1]);
  });
});

describe('on the wire', () => {
  test.each<[string, string, string, string]>([
    ['an unknown operation', 'AWSStepFunctions.CreateActivity', '{}', 'UnknownOperationException'],
    ['another service', 'DynamoDB_20120810.GetItem', '{}', 'UnknownOperationException'],
    ['a name from the prototype', 'AWSStepFunctions.toString', '{}', 'UnknownOperationException'],
    ['no JSON', 'AWSStepFunctions.StartExecution', '{', 'SerializationException'],
    ['no object', 'AWSStepFunctions.StartExecution', '[]', 'SerializationException'],
    ['a missing field', 'AWSStepFunctions.SendTaskSuccess', '{"taskToken":"x"}', 'ValidationException'],
    ['a field of another type', 'AWSStepFunctions.DescribeExecution', '{"executionArn":1}', 'ValidationException'],
  ])('%s', async (_, target, body, type) => {
    const answer = await handleRequest(new EngineFixture().engine, target, body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ __type: type });
  });

  test('listens on loopback only, and accepts no endless body', async () => {
    const server = await listen(new EngineFixture().engine);
    onTestFinished(() => server.close());
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const headers = { 'x-amz-target': 'AWSStepFunctions.StartExecution' };
    expect((await fetch(server.url, { method: 'POST', headers, body: 'x'.repeat(3 * 1024 * 1024) })).status).toBe(413);
    expect((await fetch(server.url)).status).toBe(400);
  });
});
