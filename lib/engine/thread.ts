import type { Program, State } from './definition/machine.ts';
import type { EventDraft, Execution } from './execution.ts';
import { ThreadEnded } from './failure.ts';
import type { HistoryEvent } from './history.ts';
import type { JournalEntryKind, ThreadSnapshot } from './journal-entry.ts';
import type { Json } from './json.ts';
import type { Phase } from './phase.ts';

/** An execution with its threads. */
export type ThreadedExecution = Execution<Thread>;

/** Where a new thread begins. */
export interface ThreadStart {
  readonly execution: ThreadedExecution;
  readonly program: Program;
  readonly parent: Thread | undefined;
  readonly index: number;
  readonly input: Json;
  readonly lastEvent: number;
}

/** One line of states: the execution itself, an iteration of an inline Map, or a branch of a Parallel. */
export class Thread {
  readonly id: number;
  readonly execution: ThreadedExecution;
  readonly program: Program;
  readonly parent: Thread | undefined;
  readonly index: number;
  /** Live threads below this one, by index. */
  readonly branches = new Map<number, Thread>();
  input: Json;
  variables: { readonly [name: string]: Json } = {};
  phase: Phase = { at: 'starting' };
  state = '';
  lastEvent: number;
  entered = { id: 0, previous: 0, at: 0 };
  retries: number[] = [];
  #isEnded = false;
  #release: (() => void) | undefined;

  constructor(start: ThreadStart, snapshot?: ThreadSnapshot) {
    this.execution = start.execution;
    this.program = start.program;
    this.parent = start.parent;
    this.index = start.index;
    this.input = start.input;
    this.lastEvent = start.lastEvent;
    this.id = start.execution.nextThread(snapshot?.id);
    if (snapshot !== undefined) this.#restore(snapshot);
    start.execution.threads.set(this.id, this);
    start.parent?.branches.set(start.index, this);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The thread's current state. */
  get current(): State {
    const state = this.program.states.get(this.state);
    if (state === undefined) throw new Error(`No state ${this.state} in ${this.program.pointer || 'the machine'}`);
    return state;
  }

  /** Records events and the position. Once committed, nothing before it can be lost. */
  record(
    kind: JournalEntryKind,
    drafts: readonly EventDraft[],
    more: { readonly phase?: Phase; readonly removedThreads?: readonly number[] } = {},
  ): HistoryEvent[] {
    this.checkAlive();
    if (more.phase !== undefined) this.phase = more.phase;
    const thread = { id: this.id, snapshot: () => this.snapshot() };
    const { removedThreads } = more;
    const entry = { kind, thread, ...(removedThreads === undefined ? {} : { removedThreads }) };
    const events = this.execution.append(entry, drafts, this.lastEvent);
    const last = events.findLast((_, position) => drafts[position]?.isAside !== true);
    if (last !== undefined) this.lastEvent = last.id;
    return events;
  }

  checkAlive(): void {
    if (this.#isEnded) throw new ThreadEnded();
  }

  /**
   * Waits for something outside. `arm` receives the function that continues and returns the one that gives up; it is
   * called once in either case.
   */
  park<T>(arm: (goOn: (value: T) => void) => () => void): Promise<T> {
    this.checkAlive();
    return new Promise<T>((resolve, reject) => {
      let disarm: (() => void) | undefined;
      const settle = (finish: () => void): void => {
        if (this.#release !== release) return;
        this.#release = undefined;
        disarm?.();
        finish();
      };
      const release = (): void => settle(() => reject(new ThreadEnded()));
      this.#release = release;
      disarm = arm((value) => settle(() => resolve(value)));
      // It may have settled while it was being armed.
      if (this.#release !== release) disarm();
    });
  }

  /** Ends the thread and those below it from outside. Writes nothing. */
  kill(): void {
    this.#isEnded = true;
    this.#release?.();
    for (const branch of this.branches.values()) branch.kill();
  }

  /** Forgets the threads below this one and returns their numbers, so that the journal forgets them too. */
  dropBranches(): number[] {
    const dropped: number[] = [];
    for (const branch of this.branches.values()) {
      dropped.push(branch.id, ...branch.dropBranches());
      branch.kill();
      this.execution.threads.delete(branch.id);
    }
    this.branches.clear();
    return dropped;
  }

  snapshot(): ThreadSnapshot {
    const { id, index, state, input, variables, phase, lastEvent, entered, retries } = this;
    const parent = this.parent?.id;
    return {
      id,
      parent,
      index,
      program: this.program.pointer,
      state,
      input,
      variables,
      phase,
      lastEvent,
      entered,
      retries,
    };
  }

  #restore(snapshot: ThreadSnapshot): void {
    this.input = snapshot.input;
    this.variables = snapshot.variables;
    this.phase = snapshot.phase;
    this.state = snapshot.state;
    this.lastEvent = snapshot.lastEvent;
    this.entered = { ...snapshot.entered };
    this.retries = [...snapshot.retries];
  }
}
