import {
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type ErrorName, FlotillaError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { ExecutionStatus, Machine, Workflow } from '../domain/ports.ts';

/** The limits of Step Functions for a failure's error and cause. */
const MAX_ERROR = 256;
const MAX_CAUSE = 32_768;

const translations: Readonly<Record<string, ErrorName>> = {
  ExecutionAlreadyExists: 'ExecutionExists',
  ExecutionDoesNotExist: 'ExecutionMissing',
  TaskDoesNotExist: 'TokenGone',
  TaskTimedOut: 'TokenGone',
  InvalidToken: 'TokenGone',
};

const translate = (call: string, error: unknown): FlotillaError => {
  const reason = error instanceof Error ? error.name : 'Unknown';
  const name = translations[reason] ?? 'WorkflowUnavailable';
  const message = error instanceof Error ? error.message : String(error);
  return new FlotillaError(name, `${call}: ${message}`, { call, reason }, error);
};

const send = async <Answer>(call: string, answer: Promise<Answer>): Promise<Answer> => {
  try {
    return await answer;
  } catch (error) {
    throw translate(call, error);
  }
};

/** Cuts a text, but not in the middle of a character. */
const cut = (text: string, length: number): string => {
  const head = text.slice(0, length);
  return head.length < text.length && !head.isWellFormed() ? head.slice(0, -1) : head;
};

/** An execution that waits for a redrive has not ended. */
const statusOf = (status: string | undefined): ExecutionStatus =>
  status === 'PENDING_REDRIVE' ? 'RUNNING' : (status as ExecutionStatus);

/**
 * The machines on Step Functions, or on an engine with the same protocol. An execution's name may also be its ARN: the
 * children of a Distributed Map only have an ARN.
 */
export class StepFunctions implements Workflow {
  readonly #client: SFNClient;
  readonly #machineArns: Readonly<Record<Machine, string>>;

  constructor(client: SFNClient, machineArns: Readonly<Record<Machine, string>>) {
    this.#client = client;
    this.#machineArns = machineArns;
  }

  async start(machine: Machine, name: string, input: JsonObject): Promise<string> {
    const command = new StartExecutionCommand({
      stateMachineArn: this.#machineArns[machine],
      name,
      input: JSON.stringify(input),
    });
    const { executionArn } = await send('StartExecution', this.#client.send(command));
    return executionArn ?? this.#executionArn(machine, name);
  }

  async describe(machine: Machine, name: string): ReturnType<Workflow['describe']> {
    const executionArn = this.#executionArn(machine, name);
    const command = new DescribeExecutionCommand({ executionArn, includedData: 'METADATA_ONLY' });
    const { status, error, cause } = await send('DescribeExecution', this.#client.send(command));
    return { status: statusOf(status), ...(error && { error }), ...(cause && { cause }) };
  }

  async succeed(token: string, output: Json): Promise<void> {
    const command = new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(output) });
    await send('SendTaskSuccess', this.#client.send(command));
  }

  async fail(token: string, error: string, cause: string): Promise<void> {
    const command = new SendTaskFailureCommand({
      taskToken: token,
      error: cut(error, MAX_ERROR),
      cause: cut(cause, MAX_CAUSE),
    });
    await send('SendTaskFailure', this.#client.send(command));
  }

  /** `arn:aws:states:region:account:stateMachine:name`, optionally followed by `:alias`. */
  #executionArn(machine: Machine, name: string): string {
    if (name.startsWith('arn:')) return name;
    const [arn, partition, service, region, account, , machineName] = this.#machineArns[machine].split(':');
    return [arn, partition, service, region, account, 'execution', machineName, name].join(':');
  }
}

/** The machines by ARN, with a client from the environment. */
export const connectStepFunctions = (machineArns: Readonly<Record<Machine, string>>): StepFunctions =>
  new StepFunctions(new SFNClient({}), machineArns);
