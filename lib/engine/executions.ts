import type { EngineClock } from './clock.ts';
import type { Definition } from './definition/machine.ts';
import { Execution } from './execution.ts';
import { ApiError, StateFailure, ThreadEnded } from './failure.ts';
import type { Journal } from './journal.ts';
import type { ExecutionBirth, ExecutionEnd, ExecutionStatus, ThreadSnapshot } from './journal-entry.ts';
import { isLeftOut, phaseToRedrive, type RedriveFacts, redriveStatusOf, withToken } from './redrive.ts';
import { runThread } from './run-thread.ts';
import type { ChildStart, Invoke, Runtime } from './runtime.ts';
import { Thread, type ThreadedExecution } from './thread.ts';
import type { Tokens } from './tokens.ts';

/** What the executions need from outside. */
export interface ExecutionsOptions {
  readonly journal: Journal;
  readonly clock: EngineClock;
  readonly tokens: Tokens;
  readonly invoke: Invoke;
  readonly random: () => number;
  readonly uuid: () => string;
  readonly roleArn: string;
  /** The loaded definition with that id. */
  readonly definitionOf: (id: string) => Definition;
  /** Called with errors of the engine itself. */
  readonly onDefect: (error: unknown) => void;
  /** Called for each execution that reaches one of these statuses, once that is durable. */
  readonly tell: { readonly of: readonly ExecutionStatus[]; change(executionArn: string): void };
}

/** An execution's journal row. */
type Row = Readonly<Record<string, unknown>>;

interface Redriving {
  readonly clientToken: string | undefined;
  readonly parent: Thread | undefined;
  readonly mapRunRedrive: number;
}

type Ending = Pick<ExecutionEnd, 'error' | 'cause' | 'output'>;
const nothing: Ending = { error: undefined, cause: undefined, output: undefined };

const endEvents: Readonly<Record<Exclude<ExecutionStatus, 'RUNNING'>, string>> = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
};

/** The running executions: starts them, ends them, and continues them after a restart. */
export class Executions implements Runtime {
  readonly clock: EngineClock;
  readonly journal: Journal;
  readonly tokens: Tokens;
  readonly invoke: Invoke;
  readonly random: () => number;
  readonly uuid: () => string;
  readonly onDefect: (error: unknown) => void;
  readonly #options: ExecutionsOptions;
  readonly #live = new Map<string, ThreadedExecution>();
  readonly #listeners = new Map<string, (child: ThreadedExecution) => void>();
  #breathing = 0;
  #isAbandoned = false;

  constructor(options: ExecutionsOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.journal = options.journal;
    this.tokens = options.tokens;
    this.invoke = options.invoke;
    this.random = options.random;
    this.uuid = options.uuid;
    this.onDefect = options.onDefect;
  }

  /** A running execution. */
  live(arn: string): ThreadedExecution | undefined {
    return this.#live.get(arn);
  }

  /** True while the engine itself has work, other than waiting for functions, answers and timers. */
  get isBusy(): boolean {
    return this.#breathing > 0 || this.journal.hasPending;
  }

  /** Starts an execution. It is durable once the journal has committed. */
  start(birth: ExecutionBirth, parent?: Thread): ThreadedExecution {
    const execution = this.#adopt(birth, parent, { events: 0, transitions: 0 });
    const program = this.#programOf(execution);
    const thread = new Thread({
      execution,
      program,
      parent: undefined,
      index: 0,
      input: execution.input,
      lastEvent: 0,
    });
    const started = { type: 'ExecutionStarted', details: { input: execution.input }, isAside: true };
    execution.append(
      { kind: 'execution-started', birth, thread: { id: thread.id, snapshot: () => thread.snapshot() } },
      [started],
      0,
    );
    this.#tell(execution, 'RUNNING');
    this.#run(execution, thread);
    return execution;
  }

  startChild({ parent, mapRunArn, label, program, index, input, mapRunRedrive }: ChildStart): ThreadedExecution {
    const { birth } = parent.execution;
    const name = this.uuid();
    const machineArn = `${birth.machineArn}/${label}`;
    const facts = { machineArn, name, arn: `${machineArn.replace(':stateMachine:', ':execution:')}:${name}` };
    const { definitionId } = birth;
    const id = this.journal.nextExecutionId();
    const times = { startedAt: this.clock.now(), mapRunArn, itemIndex: index, mapRunRedrive };
    return this.start({ id, ...facts, definitionId, program, input: JSON.stringify(input), ...times }, parent);
  }

  /** What decides whether an execution can be redriven. */
  redriveFacts(row: Row): RedriveFacts {
    const id = row.id as number;
    const root = this.journal.get('SELECT snapshot FROM threads WHERE execution = ? AND id = 0', id);
    return {
      row,
      events: this.#counters(id).events,
      root: root === undefined ? undefined : (JSON.parse(root.snapshot as string) as ThreadSnapshot),
      now: this.clock.now(),
    };
  }

  /**
   * Continues an unsuccessful execution in the state that it did not leave. Throws ExecutionNotRedrivable. Returns the
   * time of the redrive.
   */
  redrive(row: Row, clientToken: string | undefined): number {
    const { redriveStatus, redriveStatusReason } = redriveStatusOf(this.redriveFacts(row));
    if (redriveStatus !== 'REDRIVABLE')
      throw notRedrivable(redriveStatusReason ?? 'A child is redriven with its Map Run');
    return this.#redrive(row, { clientToken, parent: undefined, mapRunRedrive: 0 });
  }

  redriveChild(parent: Thread, child: Row, mapRunRedrive: number): boolean {
    if (redriveStatusOf(this.redriveFacts(child)).redriveStatus !== 'REDRIVABLE_BY_MAP_RUN') return false;
    this.#redrive(child, { clientToken: undefined, parent, mapRunRedrive });
    return true;
  }

  #redrive(row: Row, { clientToken, parent, mapRunRedrive }: Redriving): number {
    const at = this.clock.now();
    const redrive = { count: (row.redrives as number) + 1, at };
    const birth = { ...birthOf(row), redrive, mapRunRedrive };
    const counters = this.#counters(birth.id);
    const execution = this.#adopt(birth, parent, counters);
    const root = this.#restoreThreads(execution);
    if (isLeftOut(root.state === '' ? undefined : root.current)) {
      this.#release(execution);
      throw notRedrivable('The embedded engine redrives no Parallel and no inline Map');
    }
    root.phase = phaseToRedrive(root.phase);
    root.retries = [];
    // A repeated state is a transition, like a retry.
    if (root.phase.at === 'entered') execution.transitions += 1;
    const tokens = withToken(row.redrive_tokens, clientToken, at);
    const thread = { id: root.id, snapshot: () => root.snapshot() };
    const run = root.phase.at === 'map-run' ? root.phase : undefined;
    const events = execution.append(
      { kind: 'execution-redriven', redriven: { ...redrive, mapRunRedrive, tokens }, thread },
      [
        { type: 'ExecutionRedriven', details: { redriveCount: redrive.count } },
        ...(run === undefined
          ? []
          : [{ type: 'MapRunRedriven', details: { mapRunArn: run.arn, redriveCount: run.redrives ?? 0 } }]),
      ],
      counters.events,
    );
    root.lastEvent = events.at(-1)!.id;
    this.#tell(execution, 'RUNNING');
    this.#run(execution, root);
    return at;
  }

  /** Consequences of a status must not come before it is durable. */
  #tell({ birth }: ThreadedExecution, status: ExecutionStatus): void {
    const { tell } = this.#options;
    if (!tell.of.includes(status)) return;
    this.journal.committed().then(
      () => {
        if (!this.#isAbandoned) tell.change(birth.arn);
      },
      // The journal's writer reports that it cannot be written.
      () => undefined,
    );
  }

  abortChild(child: ThreadedExecution): void {
    this.end(child, 'ABORTED', nothing);
  }

  /** Ends an execution and its children. Nothing of it is running when this returns. */
  end(execution: ThreadedExecution, status: Exclude<ExecutionStatus, 'RUNNING'>, ending: Ending): void {
    // An abandoned engine may still hear of a thread that ended at that moment.
    if (execution.end !== undefined || this.#isAbandoned) return;
    const { output, error, cause } = ending;
    execution.end = { status, output, error, cause, stoppedAt: this.clock.now() };
    const root = execution.threads.get(0);
    this.#release(execution);
    const details = {
      ...(cause === undefined ? {} : { cause }),
      ...(error === undefined ? {} : { error }),
      ...(output === undefined ? {} : { output: JSON.parse(output) }),
    };
    const isOutside = status === 'ABORTED' || status === 'TIMED_OUT';
    const event = { type: endEvents[status], ...(Object.keys(details).length === 0 ? {} : { details }) };
    execution.append({ kind: 'execution-ended', end: execution.end }, [event], isOutside ? 0 : (root?.lastEvent ?? 0));
    this.#tell(execution, status);
    for (const child of [...execution.children]) this.abortChild(child);
    execution.parent?.execution.children.delete(execution);
    if (execution.birth.mapRunArn !== undefined) this.#listeners.get(execution.birth.mapRunArn)?.(execution);
  }

  onChildEnded(mapRunArn: string, callback: (child: ThreadedExecution) => void): () => void {
    this.#listeners.set(mapRunArn, callback);
    return () => this.#listeners.delete(mapRunArn);
  }

  async breathe(): Promise<void> {
    this.#breathing += 1;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#breathing -= 1;
  }

  /** Continues every execution that is running according to the journal, each thread at its place. */
  resume(): void {
    const waiting = new Map<string, Thread>();
    const roots: [ThreadedExecution, Thread][] = [];
    for (const row of this.journal.all(`SELECT * FROM executions WHERE status = 'RUNNING' ORDER BY id`)) {
      const birth = birthOf(row);
      if (this.#live.has(birth.arn)) continue;
      const parent = birth.mapRunArn === undefined ? undefined : waiting.get(birth.mapRunArn);
      const execution = this.#adopt(birth, parent, this.#counters(birth.id));
      const root = this.#restoreThreads(execution);
      for (const thread of execution.threads.values()) {
        if (thread.phase.at === 'map-run') waiting.set(thread.phase.arn, thread);
      }
      roots.push([execution, root]);
    }
    for (const [execution, root] of roots) this.#run(execution, root);
  }

  /** Drops everything without a journal entry. The next engine continues what was running. */
  abandon(): void {
    this.#isAbandoned = true;
    for (const execution of [...this.#live.values()]) this.#release(execution);
    this.#listeners.clear();
  }

  #adopt(
    birth: ExecutionBirth,
    parent: Thread | undefined,
    counters: { events: number; transitions: number },
  ): ThreadedExecution {
    const definition = this.#options.definitionOf(birth.definitionId);
    const { roleArn } = this.#options;
    const execution = new Execution({ birth, definition, parent, roleArn, ...counters }, this.journal, () =>
      this.clock.now(),
    );
    this.#live.set(birth.arn, execution);
    parent?.execution.children.add(execution);
    if (parent === undefined && definition.timeoutSeconds !== undefined) {
      const at = (birth.redrive?.at ?? birth.startedAt) + definition.timeoutSeconds * 1000;
      execution.cancelTimeout = this.clock.setTimer(at, () =>
        this.end(execution, 'TIMED_OUT', { ...nothing, error: 'States.Timeout' }),
      );
    }
    return execution;
  }

  #release(execution: ThreadedExecution): void {
    execution.cancelTimeout?.();
    for (const thread of execution.threads.values()) thread.kill();
    execution.threads.clear();
    this.#live.delete(execution.birth.arn);
  }

  #run(execution: ThreadedExecution, root: Thread): void {
    runThread(this, root)
      .then(
        (output) => this.end(execution, 'SUCCEEDED', { ...nothing, output: JSON.stringify(output) }),
        (error: unknown) => {
          if (error instanceof ThreadEnded) return;
          if (!(error instanceof StateFailure)) throw error;
          this.end(execution, 'FAILED', { ...nothing, error: error.error, cause: error.reason });
        },
      )
      .catch(this.onDefect);
  }

  #programOf({ birth, definition }: ThreadedExecution, pointer = birth.program) {
    const program = definition.programs.get(pointer);
    if (program === undefined) throw new Error(`The definition of ${birth.arn} has no program ${pointer}`);
    return program;
  }

  #counters(id: number): { events: number; transitions: number } {
    const sql =
      'SELECT last_event AS events, transitions FROM history WHERE execution = ? ORDER BY first_event DESC LIMIT 1';
    return (
      (this.journal.get(sql, id) as { events: number; transitions: number } | undefined) ?? {
        events: 0,
        transitions: 0,
      }
    );
  }

  #restoreThreads(execution: ThreadedExecution): Thread {
    const rows = this.journal.all('SELECT snapshot FROM threads WHERE execution = ? ORDER BY id', execution.birth.id);
    for (const row of rows) {
      const snapshot = JSON.parse(row.snapshot as string) as ThreadSnapshot;
      const parent = snapshot.parent === undefined ? undefined : execution.threads.get(snapshot.parent);
      const { index, input, lastEvent } = snapshot;
      new Thread(
        { execution, program: this.#programOf(execution, snapshot.program), parent, index, input, lastEvent },
        snapshot,
      );
    }
    const root = execution.threads.get(0);
    if (root === undefined) throw new Error(`The journal has no thread of ${execution.birth.arn}`);
    return root;
  }
}

const notRedrivable = (reason: string): ApiError => new ApiError('ExecutionNotRedrivable', reason);

const birthOf = (row: Row): ExecutionBirth => ({
  id: row.id as number,
  arn: row.arn as string,
  name: row.name as string,
  machineArn: row.machine_arn as string,
  definitionId: row.definition_id as string,
  program: row.program as string,
  input: row.input as string,
  startedAt: row.started_at as number,
  mapRunArn: (row.map_run as string | null) ?? undefined,
  itemIndex: (row.item_index as number | null) ?? undefined,
  mapRunRedrive: row.map_run_redrive as number,
  ...(row.redriven_at === null ? {} : { redrive: { count: row.redrives as number, at: row.redriven_at as number } }),
});
