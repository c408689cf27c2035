import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TestStateCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startEnginePort } from '../../../lib/local/engine-port/start-engine-port.ts';
import { EngineFixture, machine, task, tokenTask } from '../../engine/engine-fixture.ts';

/** An engine with an execution of `batch` that waits with a token, and its port. */
const setUp = async () => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-engine-port-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const tokens: string[] = [];
  const called: string[] = [];
  const { engine } = new EngineFixture({
    functions: {
      wait: ({ token }: { token: string }) => void tokens.push(token),
      'record-outcome': () => void called.push('record-outcome'),
    },
  });
  const definition = JSON.stringify(machine({ Wait: tokenTask('wait') }));
  const { stateMachineArn } = await engine.createStateMachine({ name: 'batch', definition });
  const { executionArn } = await engine.startExecution({ stateMachineArn, name: 'one' });
  await engine.idle();
  const port = await startEnginePort(engine, { port: 0, data });
  onTestFinished(() => port.close());
  const secret = readFileSync(join(data, 'engine-secret'), 'utf8').trim();
  const client = (accessKeyId = 'flotilla', secretAccessKey = secret): SFNClient => {
    const made = new SFNClient({
      region: 'us-east-1',
      endpoint: port.url,
      credentials: { accessKeyId, secretAccessKey },
      disableHostPrefix: true,
      maxAttempts: 1,
    });
    onTestFinished(() => made.destroy());
    return made;
  };
  return { data, engine, port, client, tokens, called, stateMachineArn, executionArn, definition };
};

const roleArn = 'arn:aws:iam::000000000000:role/any';
const denied = { name: 'AccessDeniedException' };

test('refuses requests not signed with its secret, whose file only its owner can read', async () => {
  const { data, port, client, stateMachineArn } = await setUp();
  expect(statSync(join(data, 'engine-secret')).mode & 0o777).toBe(0o600);
  const read = new DescribeStateMachineCommand({ stateMachineArn });
  for (const stranger of [client('flotilla', 'a'.repeat(43)), client('other')])
    await expect(stranger.send(read)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  const headers = { 'x-amz-target': 'AWSStepFunctions.ListExecutions' };
  const unsigned = await fetch(port.url, { method: 'POST', headers, body: '{}' });
  expect(await unsigned.json()).toMatchObject({ __type: 'UnrecognizedClientException' });
  await expect(client().send(read)).resolves.toMatchObject({ name: 'batch' });
});

describe("Flotilla's own machines", () => {
  test('can be inspected, and no answer contains a token', async () => {
    const { client, tokens, stateMachineArn, executionArn } = await setUp();
    const answers = await Promise.all([
      client().send(new DescribeStateMachineCommand({ stateMachineArn })),
      client().send(new DescribeExecutionCommand({ executionArn })),
      client().send(new ListExecutionsCommand({ stateMachineArn })),
      client().send(new GetExecutionHistoryCommand({ executionArn })),
    ]);
    const told = JSON.stringify(answers);
    expect(told).toContain('a-task-token');
    expect(tokens).toHaveLength(1);
    expect(told).not.toContain(tokens[0]);
  });

  test('cannot be replaced, started or stopped', async () => {
    const { client, stateMachineArn, executionArn, definition, engine } = await setUp();
    const create = (name: string) => new CreateStateMachineCommand({ name, definition, roleArn });
    await expect(client().send(create('batch'))).rejects.toMatchObject(denied);
    await expect(client().send(create('watch'))).rejects.toMatchObject(denied);
    await expect(client().send(new StartExecutionCommand({ stateMachineArn }))).rejects.toMatchObject(denied);
    await expect(client().send(new StopExecutionCommand({ executionArn }))).rejects.toMatchObject(denied);
    expect(await engine.describeExecution({ executionArn })).toMatchObject({ status: 'RUNNING' });
    expect((await engine.listExecutions({ stateMachineArn })).executions).toHaveLength(1);
  });

  test('accept no answer on behalf of a function, even with its token', async () => {
    const { client, tokens, engine, executionArn } = await setUp();
    const taskToken = tokens[0]!;
    const send = [
      new SendTaskSuccessCommand({ taskToken, output: '{}' }),
      new SendTaskFailureCommand({ taskToken }),
      new SendTaskHeartbeatCommand({ taskToken }),
    ];
    for (const one of send) await expect(client().send(one as never)).rejects.toThrow();
    await engine.idle();
    expect(await engine.describeExecution({ executionArn })).toMatchObject({ status: 'RUNNING' });
  });
});

describe("a visitor's own machines", () => {
  test('run as on Step Functions, and call no function of Flotilla', async () => {
    const { client, called } = await setUp();
    const run = async (name: string, state: object) => {
      const definition = JSON.stringify(machine({ Only: state }));
      const { stateMachineArn } = await client().send(new CreateStateMachineCommand({ name, definition, roleArn }));
      const { executionArn } = await client().send(new StartExecutionCommand({ stateMachineArn, input: '{"n":1}' }));
      await expect
        .poll(async () => (await client().send(new DescribeExecutionCommand({ executionArn }))).status)
        .not.toBe('RUNNING');
      return client().send(new DescribeExecutionCommand({ executionArn }));
    };
    expect(await run('mine', { Type: 'Pass', End: true })).toMatchObject({ status: 'SUCCEEDED', output: '{"n":1}' });
    expect(await run('calling', task('record-outcome'))).toMatchObject({ status: 'FAILED' });
    expect(called).toEqual([]);
  });

  test('TestState works, and calls no function of Flotilla either', async () => {
    const { client, called } = await setUp();
    const definition = JSON.stringify(task('record-outcome', { QueryLanguage: 'JSONata' }));
    const asked = await client().send(new TestStateCommand({ definition, roleArn, input: '{}' }));
    expect(asked.status).toBe('FAILED');
    const mocked = await client().send(
      new TestStateCommand({ definition, input: '{}', mock: { result: '{"Payload":"{}"}' } }),
    );
    expect(mocked).toMatchObject({ status: 'SUCCEEDED' });
    expect(called).toEqual([]);
  });
});
