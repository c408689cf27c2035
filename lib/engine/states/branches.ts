import type { Program } from '../definition/machine.ts';
import type { EventDraft } from '../execution.ts';
import { StateFailure, ThreadEnded } from '../failure.ts';
import type { Json } from '../json.ts';
import type { BranchesPhase } from '../phase.ts';
import type { RunThread, Runtime } from '../runtime.ts';
import { Thread } from '../thread.ts';
import { abortChildrenBelow, abortedBranch, failedBranch, isOpen, iterationEvent } from './aborted.ts';
import { Completions } from './completions.ts';

/** The differences between an inline Map and a Parallel. */
export interface BranchPlan {
  readonly count: number;
  /** The event of its success. */
  readonly succeeded: string;
  programOf(index: number): Program;
  inputOf(index: number): Promise<Json>;
}

interface Ended {
  readonly branch: Thread;
  readonly failure?: StateFailure;
  readonly defect?: unknown;
}

/** Runs the threads under a Map or Parallel. Siblings of a failure are ended in the middle of their work. */
export class Branches {
  readonly #runtime: Runtime;
  readonly #thread: Thread;
  readonly #plan: BranchPlan;
  readonly #phase: BranchesPhase;
  readonly #runThread: RunThread;
  readonly #ended = new Completions<Ended>();
  readonly #outputs: (Json | undefined)[] = [];
  #running = 0;
  #failed = 0;
  /** The event that the next branch refers to: where its slot became free. */
  #slot: number;

  constructor(
    runtime: Runtime,
    thread: Thread,
    work: { plan: BranchPlan; phase: BranchesPhase; runThread: RunThread },
  ) {
    this.#runtime = runtime;
    this.#thread = thread;
    this.#plan = work.plan;
    this.#phase = work.phase;
    this.#runThread = work.runThread;
    this.#slot = work.phase.startedEvent;
  }

  /** Runs all of them to a successful end and records it: outputs in order, without those of tolerated failures. */
  async run(): Promise<void> {
    const result = await this.#outputsOfAll();
    const removedThreads = this.#thread.dropBranches();
    const succeeded = { type: this.#plan.succeeded, isAside: true };
    this.#thread.record('task-succeeded', [succeeded], { phase: { at: 'succeeded', result }, removedThreads });
  }

  async #outputsOfAll(): Promise<readonly Json[]> {
    for (const branch of this.#thread.branches.values()) this.#launch(branch);
    let next = this.#thread.branches.size;
    for (;;) {
      for (; next < this.#plan.count && this.#running < this.#phase.concurrency; next += 1) await this.#start(next);
      if (this.#running === 0) return this.#outputs.filter((output) => output !== undefined);
      this.#take(await this.#ended.next(this.#thread));
    }
  }

  async #start(index: number): Promise<void> {
    const input = await this.#plan.inputOf(index);
    this.#thread.checkAlive();
    const program = this.#plan.programOf(index);
    const branch = new Thread({
      execution: this.#thread.execution,
      program,
      parent: this.#thread,
      index,
      input,
      lastEvent: this.#slot,
    });
    branch.record('branch-started', iterationEvent(this.#thread.current, 'Started', index));
    this.#launch(branch);
  }

  #launch(branch: Thread): void {
    this.#running += 1;
    this.#finish(branch).then(
      () => this.#ended.push({ branch }),
      (error: unknown) => {
        if (error instanceof StateFailure) this.#ended.push({ branch, failure: error });
        else if (!(error instanceof ThreadEnded)) this.#ended.push({ branch, defect: error });
      },
    );
  }

  async #finish(branch: Thread): Promise<void> {
    if (branch.phase.at === 'ended') {
      // It ended before a restart, and that is written.
      if (branch.phase.isFailed !== true) this.#outputs[branch.index] = branch.phase.output;
      return;
    }
    this.#outputs[branch.index] = await this.#runThread(this.#runtime, branch);
    // Written with the branch's own thread, so that its end and this are in one place.
    const succeeded = iterationEvent(this.#thread.current, 'Succeeded', branch.index);
    const event = branch.record('branch-ended', aside(succeeded)).at(-1);
    this.#thread.lastEvent = event?.id ?? branch.lastEvent;
  }

  #take({ branch, failure, defect }: Ended): void {
    this.#running -= 1;
    this.#slot = branch.lastEvent;
    if (defect !== undefined) throw defect;
    if (failure === undefined) return;
    this.#failed += 1;
    this.#thread.lastEvent = branch.lastEvent;
    if (failure.isCatchable && this.#failed <= this.#phase.toleratedFailures) {
      this.#thread.record('branch-ended', aside(failedBranch(this.#thread, branch)));
      branch.record('branch-ended', [], { phase: { at: 'ended', output: null, isFailed: true } });
      return;
    }
    this.#endAll(branch, failure);
    throw failure;
  }

  /** Measured: a failure that nothing can catch has no event other than the one that ends the execution. */
  #endAll(failed: Thread, { isCatchable }: StateFailure): void {
    const siblings = [...this.#thread.branches.values()].filter((branch) => branch !== failed && isOpen(branch));
    const drafts = [
      ...failedBranch(this.#thread, failed),
      ...siblings.flatMap((branch) => abortedBranch(this.#thread, branch)),
    ];
    abortChildrenBelow(this.#runtime, this.#thread);
    const removedThreads = this.#thread.dropBranches();
    this.#thread.record('branch-ended', isCatchable ? aside(drafts) : [], { removedThreads });
  }
}

/** Events that later ones of the thread do not refer to. */
const aside = (drafts: readonly EventDraft[]): readonly EventDraft[] =>
  drafts.map((draft) => ({ ...draft, isAside: true }));
