import { createHash, randomUUID } from 'node:crypto';
import type { EngineClock } from './clock.ts';
import { loadDefinition } from './definition/load.ts';
import type { Definition } from './definition/machine.ts';
import { Executions } from './executions.ts';
import { ApiError } from './failure.ts';
import type { HistoryEvent } from './history.ts';
import type { Journal } from './journal.ts';
import type { ExecutionStatus } from './journal-entry.ts';
import { dataLimitBytes, isOverDataLimit, type Json, type JsonObject } from './json.ts';
import { ExpressionCompiler } from './jsonata/expression.ts';
import { nameRule } from './names.ts';
import { type ExecutionDescription, type HistoryQuery, type ListQuery, Records } from './records.ts';
import { redrivenBy, redriveStatusOf } from './redrive.ts';
import type { Invoke } from './runtime.ts';
import { type StatusChange, statusChange } from './status-change.ts';
import { parseTestStateRequest } from './test-state/request.ts';
import { machineAround } from './test-state/single-state.ts';
import { type TestStateAnswer, testState } from './test-state/test-state.ts';
import { Tokens } from './tokens.ts';

export type { ExecutionDescription } from './records.ts';

export interface EngineOptions {
  readonly journal: Journal;
  readonly clock: EngineClock;
  /** A number from 0 up to, but not including, 1; for jitter and `$random`. */
  readonly random: { next(): number };
  /** Calls a function by its name (without ARN and qualifier). */
  readonly invoke: Invoke;
  readonly account?: string;
  readonly region?: string;
  readonly roleArn?: string;
  readonly uuid?: () => string;
  /** Called with a defect of the engine or a failed journal write. Default: the process ends with it. */
  readonly onDefect?: (error: unknown) => void;
  /** Called when an execution reaches one of these statuses, with EventBridge's event. Includes children of a Map. */
  readonly onStatusChange?: { readonly of: readonly ExecutionStatus[]; tell(event: StatusChange): void };
}

const throwLater = (error: unknown): void => {
  setImmediate(() => {
    throw error;
  });
};

/** The state machines of one process: the part of Step Functions that our definitions use, with a journal in SQLite. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #journal: Journal;
  readonly #executions: Executions;
  readonly #records: Records;
  readonly #tokens: Tokens;
  readonly #compiler: ExpressionCompiler;
  readonly #definitions = new Map<string, Definition>();
  readonly #arnPrefix: string;
  readonly #roleArn: string;

  constructor(options: EngineOptions) {
    const {
      journal,
      clock,
      random,
      invoke,
      account = '000000000000',
      region = 'us-east-1',
      uuid = randomUUID,
    } = options;
    this.#options = options;
    this.#journal = journal;
    this.#arnPrefix = `arn:aws:states:${region}:${account}`;
    this.#roleArn = options.roleArn ?? `arn:aws:iam::${account}:role/embedded-engine`;
    this.#compiler = new ExpressionCompiler({ now: () => clock.now(), random: () => random.next(), uuid });
    this.#records = new Records(journal);
    this.#tokens = new Tokens((arn) => this.#records.row(arn) !== undefined);
    this.#executions = new Executions({
      ...{ journal, clock, tokens: this.#tokens, invoke, uuid, random: () => random.next() },
      roleArn: this.#roleArn,
      definitionOf: (id) => this.#definition(id),
      onDefect: options.onDefect ?? throwLater,
      tell: {
        of: options.onStatusChange?.of ?? [],
        change: (arn) => options.onStatusChange?.tell(statusChange(this.#describe(arn))),
      },
    });
  }

  /**
   * Loads a definition and makes it the machine with that name. Throws DefinitionRefused with every problem. A second
   * call with the same name replaces the definition for new executions; running ones keep theirs.
   */
  async createStateMachine(request: {
    readonly name: string;
    readonly definition: string;
  }): Promise<{ stateMachineArn: string; creationDate: number }> {
    const { name, definition: text } = request;
    if (!nameRule.test(name)) throw new ApiError('InvalidName', `Invalid Name: '${name}'`);
    const definitionId = createHash('sha256').update(text).digest('hex');
    this.#definitions.set(definitionId, loadDefinition(text, this.#compiler));
    const arn = this.stateMachineArn(name);
    const createdAt = this.#options.clock.now();
    this.#journal.putMachine({ arn, name, definitionId, text, createdAt });
    return { stateMachineArn: arn, creationDate: createdAt / 1000 };
  }

  /** Starts an execution, or finds the running one with the same name and input. Returns once the start is durable. */
  async startExecution(request: {
    stateMachineArn: string;
    name?: string;
    input?: string;
  }): Promise<{ executionArn: string; startDate: number }> {
    const { stateMachineArn, name = (this.#options.uuid ?? randomUUID)() } = request;
    if (!nameRule.test(name)) throw new ApiError('InvalidName', `Invalid Name: '${name}'`);
    const { definition_id: definitionId } = this.#records.machine(stateMachineArn);
    const input = this.#input(request.input ?? '{}');
    const arn = this.executionArn(stateMachineArn, name);
    return this.#answered(() => {
      const existing = this.#records.row(arn);
      if (existing !== undefined) {
        if (existing.status !== 'RUNNING' || existing.input !== input) {
          throw new ApiError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
        }
        return { executionArn: arn, startDate: (existing.started_at as number) / 1000 };
      }
      const startedAt = this.#options.clock.now();
      const facts = { arn, name, machineArn: stateMachineArn, definitionId: definitionId as string };
      const rest = { program: '', input, startedAt, mapRunArn: undefined, itemIndex: undefined };
      this.#executions.start({ id: this.#journal.nextExecutionId(), ...facts, ...rest });
      return { executionArn: arn, startDate: startedAt / 1000 };
    });
  }

  async describeExecution(request: { readonly executionArn: string }): Promise<ExecutionDescription> {
    return this.#answered(() => this.#describe(request.executionArn));
  }

  /**
   * Continues an execution that ended unsuccessfully: at the state that it did not leave, and for a Map Run with the
   * children that did not succeed.
   */
  async redriveExecution(request: {
    readonly executionArn: string;
    readonly clientToken?: string;
  }): Promise<{ redriveDate: number }> {
    const { executionArn, clientToken } = request;
    return this.#answered(() => {
      const row = this.#records.knownRow(executionArn);
      const before = redrivenBy(row.redrive_tokens, clientToken, this.#options.clock.now());
      return { redriveDate: (before ?? this.#executions.redrive(row, clientToken)) / 1000 };
    });
  }

  /** Ends a running execution as ABORTED, with its children. No Catch runs. An ended one stays as it is. */
  async stopExecution(request: {
    readonly executionArn: string;
    readonly error?: string;
    readonly cause?: string;
  }): Promise<{ stopDate: number }> {
    const { executionArn, error, cause } = request;
    return this.#answered(() => {
      const row = this.#records.knownRow(executionArn);
      const execution = this.#executions.live(executionArn);
      if (execution === undefined)
        return { stopDate: ((row.stopped_at as number | null) ?? this.#options.clock.now()) / 1000 };
      this.#executions.end(execution, 'ABORTED', { error, cause, output: undefined });
      return { stopDate: (execution.end?.stoppedAt ?? 0) / 1000 };
    });
  }

  async sendTaskSuccess(request: { readonly taskToken: string; readonly output: string }): Promise<void> {
    let output: Json;
    try {
      output = JSON.parse(request.output) as Json;
    } catch {
      throw new ApiError('InvalidOutput', "Invalid Output: 'The output is not JSON'");
    }
    if (isOverDataLimit(output))
      throw new ApiError('InvalidOutput', `Invalid Output: 'The output is larger than ${dataLimitBytes} bytes'`);
    await this.#answered(() => this.#tokens.holder(request.taskToken).succeed(output));
  }

  async sendTaskFailure(request: {
    readonly taskToken: string;
    readonly error?: string;
    readonly cause?: string;
  }): Promise<void> {
    await this.#answered(() => this.#tokens.holder(request.taskToken).fail(request.error, request.cause));
  }

  async sendTaskHeartbeat(request: { readonly taskToken: string }): Promise<void> {
    await this.#answered(() => this.#tokens.holder(request.taskToken).heartbeat());
  }

  /** Executions of a machine, or children of a Map Run, newest first. */
  async listExecutions(query: ListQuery): Promise<ReturnType<Records['list']>> {
    return this.#answered(() => this.#records.list(query));
  }

  async getExecutionHistory(query: HistoryQuery): Promise<ReturnType<Records['historyPage']>> {
    return this.#answered(() => this.#records.historyPage(query));
  }

  async describeStateMachine(request: { readonly stateMachineArn: string }): Promise<JsonObject> {
    return { ...this.#records.describeMachine(request.stateMachineArn), roleArn: this.#roleArn };
  }

  /** What one state of a definition returns for an input and a task result, which may be mocked. Stores nothing. */
  async testState(given: unknown): Promise<TestStateAnswer> {
    const request = parseTestStateRequest(given);
    const { clock, random, invoke, uuid = randomUUID } = this.#options;
    const text = request.stateName === undefined ? machineAround(request.definition) : request.definition;
    const definition = loadDefinition(text, this.#compiler);
    const place = { arnPrefix: this.#arnPrefix, roleArn: this.#roleArn };
    return await testState(request, { definition, clock, uuid, invoke, random: () => random.next(), ...place });
  }

  /** The events of an execution, in order of their ids. Inputs and outputs are JSON values. */
  history(executionArn: string): readonly HistoryEvent[] {
    return this.#records.history(executionArn);
  }

  /** State transitions of an execution so far: entered states, plus one per retry. Children count their own. */
  transitions(executionArn: string): number {
    return this.#executions.live(executionArn)?.transitions ?? this.#records.transitions(executionArn);
  }

  stateMachineArn(name: string): string {
    return `${this.#arnPrefix}:stateMachine:${name}`;
  }

  executionArn(stateMachineArn: string, name: string): string {
    return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  }

  /**
   * Continues what was running when the last engine on this journal ended. Call it once, after the functions are ready.
   */
  async resume(): Promise<void> {
    this.#executions.resume();
    await this.idle();
  }

  /** Resolves when only functions, answers and timers are awaited. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet = this.#executions.isBusy ? 0 : quiet + 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** Ends the engine and closes the journal. Running executions continue when the next engine resumes. */
  close(): void {
    this.#executions.abandon();
    this.#journal.close();
  }

  /** Ends the engine like a crash: uncommitted work is lost. */
  abandon(): void {
    this.#executions.abandon();
    this.#journal.abandon();
  }

  /**
   * Answers nothing before it is durable, not even an error. A caller that hears that a token is gone considers its
   * answer delivered. One that hears that an execution has ended acts on that.
   */
  async #answered<T>(work: () => T): Promise<T> {
    try {
      return work();
    } finally {
      await this.#journal.committed();
    }
  }

  #describe(executionArn: string): ExecutionDescription {
    const row = this.#records.knownRow(executionArn);
    return { ...this.#records.describe(executionArn), ...redriveStatusOf(this.#executions.redriveFacts(row)) };
  }

  #definition(id: string): Definition {
    const known = this.#definitions.get(id);
    if (known !== undefined) return known;
    const definition = loadDefinition(this.#records.definitionText(id), this.#compiler);
    this.#definitions.set(id, definition);
    return definition;
  }

  #input(text: string): string {
    let input: Json;
    try {
      input = JSON.parse(text) as Json;
    } catch (error) {
      throw new ApiError(
        'InvalidExecutionInput',
        `Invalid State Machine Execution Input: '${(error as Error).message}'`,
      );
    }
    if (isOverDataLimit(input))
      throw new ApiError('InvalidExecutionInput', `The input is larger than ${dataLimitBytes} bytes`);
    return JSON.stringify(input);
  }
}
