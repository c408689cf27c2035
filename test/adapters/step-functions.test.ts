import {
  DescribeExecutionCommand,
  type ExecutionStatus,
  SendTaskFailureCommand,
  SFNClient,
  SFNServiceException,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { StepFunctions } from '../../lib/adapters/step-functions.ts';

const prefix = 'arn:aws:states:eu-central-1:111122223333';
const machineArns = {
  batch: `${prefix}:stateMachine:flotilla-batch`,
  watch: `${prefix}:stateMachine:watch:live`,
  preview: '',
};

const setUp = () => {
  const client = new SFNClient({ region: 'eu-central-1' });
  return { sfn: mockClient(client), workflow: new StepFunctions(client, machineArns) };
};

const failure = (name: string): SFNServiceException =>
  new SFNServiceException({ name, $fault: 'client', $metadata: {}, message: `said ${name}` });

describe('StepFunctions: calls', () => {
  it('starts an execution by name', async () => {
    const { sfn, workflow } = setUp();
    sfn.on(StartExecutionCommand).resolves({ executionArn: 'the-arn' });
    expect(await workflow.start('batch', 'one', { batch_id: 'b', n: 1 })).toBe('the-arn');
    expect(sfn.call(0).args[0].input).toEqual({
      stateMachineArn: machineArns.batch,
      name: 'one',
      input: '{"batch_id":"b","n":1}',
    });
  });

  it.each([
    { title: 'a machine', machine: 'batch', name: 'one', arn: `${prefix}:execution:flotilla-batch:one` },
    { title: 'an alias', machine: 'watch', name: 'two', arn: `${prefix}:execution:watch:two` },
    {
      title: 'a child of a Distributed Map',
      machine: 'batch',
      name: `${prefix}:execution:flotilla-batch/Deployments:1b2c`,
      arn: `${prefix}:execution:flotilla-batch/Deployments:1b2c`,
    },
  ] as const)('finds the execution of $title', async ({ machine, name, arn }) => {
    const { sfn, workflow } = setUp();
    sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED' });
    expect(await workflow.describe(machine, name)).toEqual({ status: 'SUCCEEDED' });
    expect(sfn.call(0).args[0].input).toEqual({ executionArn: arn, includedData: 'METADATA_ONLY' });
  });

  it.each<[ExecutionStatus, string]>([
    ['RUNNING', 'RUNNING'],
    ['FAILED', 'FAILED'],
    ['TIMED_OUT', 'TIMED_OUT'],
    ['ABORTED', 'ABORTED'],
    ['PENDING_REDRIVE', 'RUNNING'],
  ])('reads the status %s as %s', async (said, read) => {
    const { sfn, workflow } = setUp();
    sfn.on(DescribeExecutionCommand).resolves({ status: said });
    expect((await workflow.describe('batch', 'one')).status).toBe(read);
  });

  it('answers a token', async () => {
    const { sfn, workflow } = setUp();
    sfn.onAnyCommand().resolves({});
    await workflow.succeed('token', { n: null });
    await workflow.succeed('token', 0);
    await workflow.fail('token', 'AttemptFailed', 'said no');
    expect(sfn.calls().map(({ args }) => args[0].input)).toEqual([
      { taskToken: 'token', output: '{"n":null}' },
      { taskToken: 'token', output: '0' },
      { taskToken: 'token', error: 'AttemptFailed', cause: 'said no' },
    ]);
  });

  it.each([
    { title: 'texts that fit', error: 'e'.repeat(256), cause: 'c'.repeat(32_768), lengths: [256, 32_768] },
    { title: 'texts that are too long', error: 'e'.repeat(257), cause: 'c'.repeat(40_000), lengths: [256, 32_768] },
    {
      title: 'whole characters',
      error: `${'e'.repeat(255)}😀`,
      cause: `${'c'.repeat(32_767)}😀`,
      lengths: [255, 32_767],
    },
  ])('sends $title', async ({ error, cause, lengths }) => {
    const { sfn, workflow } = setUp();
    sfn.onAnyCommand().resolves({});
    await workflow.fail('token', error, cause);
    const failed = sfn.commandCalls(SendTaskFailureCommand)[0]!.args[0].input;
    expect([failed.error?.length, failed.cause?.length]).toEqual(lengths);
    expect(error.startsWith(failed.error!) && cause.startsWith(failed.cause!)).toBe(true);
    expect(`${failed.error}${failed.cause}`.isWellFormed()).toBe(true);
  });
});

describe('StepFunctions: errors', () => {
  type Act = (workflow: StepFunctions) => Promise<unknown>;
  const start: Act = (workflow) => workflow.start('batch', 'one', {});
  const read: Act = (workflow) => workflow.describe('batch', 'one');
  const succeed: Act = (workflow) => workflow.succeed('token', {});
  const fail: Act = (workflow) => workflow.fail('token', 'E', 'c');

  it.each<[string, string, string, Act]>([
    ['StartExecution', 'ExecutionAlreadyExists', 'ExecutionExists', start],
    ['StartExecution', 'StateMachineDoesNotExist', 'WorkflowUnavailable', start],
    ['StartExecution', 'ThrottlingException', 'WorkflowUnavailable', start],
    ['StartExecution', 'ExecutionLimitExceeded', 'WorkflowUnavailable', start],
    ['DescribeExecution', 'ExecutionDoesNotExist', 'ExecutionMissing', read],
    ['DescribeExecution', 'TimeoutError', 'WorkflowUnavailable', read],
    ['SendTaskSuccess', 'TaskDoesNotExist', 'TokenGone', succeed],
    ['SendTaskSuccess', 'TaskTimedOut', 'TokenGone', succeed],
    ['SendTaskSuccess', 'InvalidToken', 'TokenGone', succeed],
    ['SendTaskSuccess', 'InvalidOutput', 'WorkflowUnavailable', succeed],
    ['SendTaskFailure', 'TaskDoesNotExist', 'TokenGone', fail],
    ['SendTaskFailure', 'TaskTimedOut', 'TokenGone', fail],
    ['SendTaskFailure', 'InvalidToken', 'TokenGone', fail],
    ['SendTaskFailure', 'AccessDeniedException', 'WorkflowUnavailable', fail],
  ])('%s: %s is %s', async (call, said, name, act) => {
    const { sfn, workflow } = setUp();
    sfn.onAnyCommand().rejects(failure(said));
    await expect(act(workflow)).rejects.toMatchObject({
      name,
      message: `${call}: said ${said}`,
      details: { call, reason: said },
    });
    expect(sfn.calls()).toHaveLength(1);
  });
});
