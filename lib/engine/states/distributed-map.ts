import type { MapState } from '../definition/machine.ts';
import { StateFailure } from '../failure.ts';
import type { ExecutionStatus } from '../journal-entry.ts';
import { isOverDataLimit, type Json } from '../json.ts';
import type { MapRunPhase } from '../phase.ts';
import type { Runtime } from '../runtime.ts';
import type { Thread } from '../thread.ts';
import { abortChildren } from './aborted.ts';
import { Completions } from './completions.ts';
import { leaveWithResult } from './leave-with-result.ts';
import { concurrencyOf, inputOfItem, itemsOf, toleratedFailuresOf } from './map-fields.ts';
import type { Transition } from './transition.ts';

/** The most children that run at once (aws.md 6). */
const mostChildren = 10_000;
/** Children start in groups of this size. Between groups, the event loop turns. */
const startsPerTurn = 50;

/** The failure of a Map when too many of its items failed. */
export const toleranceExceeded = (): StateFailure =>
  new StateFailure('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded');

/** Starts the children of one Map Run in item order and counts those that end. */
class MapRun {
  readonly #runtime: Runtime;
  readonly #thread: Thread;
  readonly #state: MapState;
  readonly #phase: MapRunPhase;
  readonly #ended = new Completions<ExecutionStatus>();
  /** Unsuccessful children from before a redrive that will run again, in item order. */
  #due: Record<string, unknown>[] = [];
  #next = 0;
  #running = 0;
  #failed = 0;

  constructor(runtime: Runtime, thread: Thread, state: MapState, phase: MapRunPhase) {
    this.#runtime = runtime;
    this.#thread = thread;
    this.#state = state;
    this.#phase = phase;
  }

  /** Resolves when every child has ended. Throws if more failed than tolerated. */
  async run(): Promise<void> {
    const stopListening = this.#runtime.onChildEnded(this.#phase.arn, (child) =>
      this.#ended.push(child.end?.status ?? 'FAILED'),
    );
    try {
      this.#countThoseOfBefore();
      for (;;) {
        await this.#redriveSome();
        this.#checkTolerance();
        await this.#startSome();
        if (this.#running === 0) return;
        this.#take(await this.#ended.next(this.#thread));
      }
    } catch (error) {
      // If the parent itself was ended, its children end with it.
      if (error instanceof StateFailure) abortChildren(this.#runtime, this.#thread);
      throw error;
    } finally {
      stopListening();
    }
  }

  /** After a restart: which children exist. They were started in order, so the next index is their number. */
  #countThoseOfBefore(): void {
    const { arn, redrives = 0 } = this.#phase;
    const { journal } = this.#runtime;
    const rows = journal.all(
      'SELECT status, map_run_redrive < ? AS before, count(*) AS n FROM executions WHERE map_run = ? GROUP BY status, before',
      ...[redrives, arn],
    );
    for (const { status, before, n } of rows as { status: ExecutionStatus; before: number; n: number }[]) {
      this.#next += n;
      if (status === 'RUNNING') this.#running += n;
      else if (status !== 'SUCCEEDED' && before === 0) this.#failed += n;
    }
    if (redrives > 0) {
      this.#due = journal.all(
        `SELECT * FROM executions WHERE map_run = ? AND status NOT IN ('RUNNING', 'SUCCEEDED') AND map_run_redrive < ?
         ORDER BY item_index`,
        ...[arn, redrives],
      );
    }
    this.#checkTolerance();
  }

  /** Earlier children come first, as they did then. */
  async #redriveSome(): Promise<void> {
    const { concurrency, redrives = 0 } = this.#phase;
    for (let redriven = 1; this.#running < concurrency; redriven += 1) {
      const child = this.#due.shift();
      if (child === undefined) return;
      if (this.#runtime.redriveChild(this.#thread, child, redrives)) this.#running += 1;
      else this.#failed += 1;
      if (redriven % startsPerTurn === 0) await this.#runtime.breathe();
      this.#thread.checkAlive();
    }
  }

  async #startSome(): Promise<void> {
    const { items, concurrency, arn, redrives = 0 } = this.#phase;
    for (let started = 1; this.#next < items.length && this.#running < concurrency; started += 1) {
      const index = this.#next;
      const input = await inputOfItem(this.#thread, this.#state, { index, value: items[index] ?? null });
      this.#thread.checkAlive();
      this.#next += 1;
      this.#running += 1;
      const { label, processor } = this.#state;
      this.#runtime.startChild({
        parent: this.#thread,
        mapRunArn: arn,
        label,
        program: processor.pointer,
        index,
        input,
        mapRunRedrive: redrives,
      });
      if (started % startsPerTurn === 0) await this.#runtime.breathe();
      this.#thread.checkAlive();
    }
  }

  #take(status: ExecutionStatus): void {
    this.#running -= 1;
    if (status !== 'SUCCEEDED') this.#failed += 1;
    this.#checkTolerance();
  }

  #checkTolerance(): void {
    if (this.#failed <= this.#phase.toleratedFailures) return;
    throw toleranceExceeded();
  }
}

/** Evaluates and records a Map Run's settings. The thread is then in phase `map-run`. */
export const beginMapRun = async (runtime: Runtime, thread: Thread, state: MapState): Promise<MapRunPhase> => {
  const items = await itemsOf(thread, state);
  const concurrency = Math.min((await concurrencyOf(thread, state)) ?? mostChildren, mostChildren);
  thread.record('map-started', [{ type: 'MapStateStarted', details: { length: items.length } }]);
  const toleratedFailures = await toleratedFailuresOf(thread, state, items.length);
  const [prefix, name] = thread.execution.birth.machineArn.split(':stateMachine:');
  const arn = `${prefix}:mapRun:${name}/${state.label}:${runtime.uuid()}`;
  const phase: MapRunPhase = { at: 'map-run', arn, items, concurrency, toleratedFailures };
  thread.record('map-run-started', [{ type: 'MapRunStarted', details: { mapRunArn: arn } }], { phase });
  return phase;
};

/** In the result, a failed child is a record of its execution, a successful one its plain output (documented). */
const resultOf = (row: Record<string, unknown>): Json => {
  if (row.status === 'SUCCEEDED') return JSON.parse(row.output as string) as Json;
  const time = (milliseconds: unknown): string => new Date(milliseconds as number).toISOString();
  return {
    ExecutionArn: row.arn as string,
    Input: row.input as string,
    InputDetails: { Included: true },
    Name: row.name as string,
    StartDate: time(row.started_at),
    StateMachineArn: row.machine_arn as string,
    Status: row.status as string,
    StopDate: time(row.stopped_at),
    ...(row.error === null ? {} : { Error: row.error as string }),
    ...(row.cause === null ? {} : { Cause: row.cause as string }),
  };
};

const collect = (runtime: Runtime, thread: Thread, { arn }: MapRunPhase): readonly Json[] => {
  const rows = runtime.journal.all('SELECT * FROM executions WHERE map_run = ? ORDER BY item_index', arn);
  const results = rows.map(resultOf);
  if (!isOverDataLimit(results)) return results;
  const reason = `The state/task '${thread.state}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  throw new StateFailure('States.DataLimitExceeded', reason, false);
};

const perform = async (runtime: Runtime, thread: Thread, state: MapState, phase: MapRunPhase): Promise<void> => {
  try {
    await new MapRun(runtime, thread, state, phase).run();
    const result = collect(runtime, thread, phase);
    const ended = [{ type: 'MapRunSucceeded' }, { type: 'MapStateSucceeded', isAside: true }];
    thread.record('task-succeeded', ended, { phase: { at: 'succeeded', result } });
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const { error: name, reason, isCatchable } = error;
    const details = {
      ...(name === undefined ? {} : { error: name }),
      ...(reason === undefined ? {} : { cause: reason }),
    };
    thread.record('task-failed', [{ type: 'MapRunFailed', details }], {
      // A result that is too large comes from a Map Run without failures: there is nothing to redrive.
      phase: {
        at: 'failed',
        ...details,
        isCatchable,
        ...(name === 'States.DataLimitExceeded' ? {} : { mapRun: phase }),
      },
    });
  }
};

/** Map, distributed: one child execution per item, with its own name, history and place in the journal. */
export const runDistributedMap = async (runtime: Runtime, thread: Thread, state: MapState): Promise<Transition> => {
  if (thread.phase.at === 'entered') await beginMapRun(runtime, thread, state);
  if (thread.phase.at === 'map-run') await perform(runtime, thread, state, thread.phase);
  return leaveWithResult(thread, state);
};
