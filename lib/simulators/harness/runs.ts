import { randomBytes } from 'node:crypto';
import type { Clock } from '../../domain/ports.ts';
import type { Settled } from './options.ts';
import { Run, type RunOrigin, type RunRecord, type Stage } from './run.ts';

/** Changes a cluster for a run; gives a message when that failed. */
export type Apply = (run: RunOrigin) => Promise<string | undefined>;

/** All runs, and the little engine that carries each through its stages, from wherever it stands. */
export class Runs {
  readonly #options: Settled;
  readonly #apply: Apply;
  readonly #all = new Map<string, Run>();
  readonly #closing = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #active = 0;

  constructor(options: Settled, apply: Apply) {
    this.#options = options;
    this.#apply = apply;
    for (const record of options.memory.all<RunRecord>('run')) this.#all.set(record.id, Run.of(record));
    // In the order of their start, in which those that have begun stand before those that wait for their place.
    for (const run of this.#all.values()) {
      if (run.isOver) continue;
      void this.#drive(run);
      if (run.aborting.signal.aborted) void this.#endAborted(run);
    }
  }

  start(origin: RunOrigin): Run {
    const id = randomBytes(16).toString('base64url').replaceAll('-', 'a');
    const run = new Run(id, this.#all.size + 1, origin, this.#clock.now());
    this.#all.set(id, run);
    this.#keep(run);
    void this.#drive(run);
    return run;
  }

  find(id: string): Run | undefined {
    return this.#all.get(id);
  }

  /** Newest start first, as the service lists them. */
  newestFirst(): readonly Run[] {
    return [...this.#all.values()].reverse();
  }

  /** `done`: it will end as Aborted. The rest are the two ways in which the service refuses. */
  abort(run: Run): 'done' | 'again' | 'over' | 'refused' {
    if (run.isOver) return 'over';
    if (run.aborting.signal.aborted) return 'again';
    if (run.origin.faults.has('refuse-abort')) return 'refused';
    run.abortedBy = 'simulated-user@example.com';
    run.aborting.abort();
    this.#become(run, 'Discontinuing');
    void this.#endAborted(run);
    return 'done';
  }

  close(): void {
    this.#closing.abort();
  }

  get #clock(): Clock {
    return this.#options.clock;
  }

  #become(run: Run, status: string, isEnd = false): void {
    run.become(status, this.#clock.now(), isEnd);
    this.#keep(run);
  }

  #keep(run: Run): void {
    this.#options.memory.put('run', run.id, run.record);
  }

  async #endAborted(run: Run): Promise<void> {
    const due = run.latest.at + this.#options.abortMilliseconds;
    await this.#clock.sleep(Math.max(0, due - this.#clock.now()), this.#closing.signal);
    if (!this.#closing.signal.aborted) this.#end(run, 'Aborted');
  }

  async #drive(run: Run): Promise<void> {
    await this.#turn(run);
    const failed = await this.#stages(run);
    if (!this.#isStopped(run)) this.#end(run, failed ?? 'Success');
    this.#active -= 1;
    this.#waiting.shift()?.();
  }

  async #turn(run: Run): Promise<void> {
    if (this.#active >= this.#options.maxConcurrentRuns) {
      this.#become(run, 'QueuedExecutionConcurrencyReached');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#active += 1;
  }

  /** Gives the status of a failed run; undefined when all went well or the run was stopped. */
  async #stages(run: Run): Promise<string | undefined> {
    const { faults } = run.origin;
    const slow = faults.get('slow');
    const extra = slow === undefined ? 0 : (slow.milliseconds ?? 10_000);
    for (const stage of run.stages) {
      if (this.#isStopped(run)) return undefined;
      if (stage.endTs === undefined) await this.#perform(run, stage, extra);
      if (stage.failure !== undefined) return stage.status;
    }
    return undefined;
  }

  /** Whatever of its time is over already is over. */
  async #perform(run: Run, stage: Stage, extra: number): Promise<void> {
    const { faults } = run.origin;
    if (stage.startTs === undefined) this.#begin(run, stage);
    const due = stage.startTs! + this.#options.stageMilliseconds + (stage.name === 'Prepare' ? extra : 0);
    await this.#pause(run, Math.max(0, due - this.#clock.now()));
    if (stage.name === 'Prepare' && faults.has('stuck-running')) await this.#stuck(run);
    if (this.#isStopped(run)) return;
    const failure = stage.name === 'Deploy' ? await this.#deploy(run) : undefined;
    if (this.#closing.signal.aborted) return;
    stage.endTs = this.#clock.now();
    stage.status = failure === undefined ? 'Success' : (faults.get('fail-stage')?.status ?? 'Failed');
    if (failure !== undefined) stage.failure = failure;
    this.#keep(run);
  }

  async #deploy(run: Run): Promise<string | undefined> {
    const { faults, payload } = run.origin;
    const what = `${payload.service} ${payload.version}`;
    if (faults.has('fail-stage')) return `SIMULATED: the step Rollout of ${what} failed: manifest check found an error`;
    const problem = await this.#apply(run.origin);
    if (problem !== undefined) return `SIMULATED: ${problem}`;
    if (faults.has('fail-after-apply')) return `SIMULATED: the step Smoke Test of ${what} failed after the rollout`;
    return undefined;
  }

  #begin(run: Run, stage: Stage): void {
    stage.status = 'Running';
    stage.startTs = this.#clock.now();
    this.#become(run, 'Running');
  }

  async #stuck(run: Run): Promise<void> {
    if (this.#isStopped(run)) return;
    const status = run.origin.faults.get('stuck-running')?.status ?? 'Running';
    if (run.latest.status !== status) this.#become(run, status);
    while (!this.#isStopped(run)) await this.#pause(run, 60_000);
  }

  #end(run: Run, status: string): void {
    const now = this.#clock.now();
    for (const stage of run.stages) {
      if (stage.status !== 'Running') continue;
      stage.status = status;
      stage.endTs = now;
    }
    this.#become(run, status, true);
  }

  #isStopped(run: Run): boolean {
    return this.#closing.signal.aborted || run.aborting.signal.aborted;
  }

  #pause(run: Run, milliseconds: number): Promise<void> {
    return this.#clock.sleep(milliseconds, AbortSignal.any([this.#closing.signal, run.aborting.signal]));
  }
}
