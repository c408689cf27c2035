import { randomBytes } from 'node:crypto';
import type { Clock } from '../../domain/ports.ts';
import type { Settled } from './options.ts';
import { Run, type RunOrigin, type Stage } from './run.ts';

/** Changes a cluster for a run; gives a message when that failed. */
export type Apply = (run: RunOrigin) => Promise<string | undefined>;

/** All runs, and the little engine that carries each through its stages. */
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
  }

  start(origin: RunOrigin): Run {
    const id = randomBytes(16).toString('base64url').replaceAll('-', 'a');
    const run = new Run(id, this.#all.size + 1, origin, this.#clock.now());
    this.#all.set(id, run);
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
    run.become('Discontinuing', this.#clock.now());
    void this.#endAborted(run);
    return 'done';
  }

  close(): void {
    this.#closing.abort();
  }

  get #clock(): Clock {
    return this.#options.clock;
  }

  async #endAborted(run: Run): Promise<void> {
    await this.#clock.sleep(this.#options.abortMilliseconds, this.#closing.signal);
    this.#end(run, 'Aborted');
  }

  async #drive(run: Run): Promise<void> {
    await this.#turn(run);
    if (!this.#isStopped(run)) run.become('Running', this.#clock.now());
    const failed = await this.#stages(run);
    if (!this.#isStopped(run)) this.#end(run, failed ?? 'Success');
    this.#active -= 1;
    this.#waiting.shift()?.();
  }

  async #turn(run: Run): Promise<void> {
    if (this.#active >= this.#options.maxConcurrentRuns) {
      run.become('QueuedExecutionConcurrencyReached', this.#clock.now());
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
      this.#begin(run, stage);
      await this.#pause(run, this.#options.stageMilliseconds + (stage.name === 'Prepare' ? extra : 0));
      if (stage.name === 'Prepare' && faults.has('stuck-running')) await this.#stuck(run);
      if (this.#isStopped(run)) return undefined;
      const failure = stage.name === 'Deploy' ? await this.#deploy(run) : undefined;
      stage.endTs = this.#clock.now();
      const status = failure === undefined ? 'Success' : (faults.get('fail-stage')?.status ?? 'Failed');
      stage.status = status;
      if (failure === undefined) continue;
      stage.failure = failure;
      return status;
    }
    return undefined;
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
    run.become('Running', this.#clock.now());
  }

  async #stuck(run: Run): Promise<void> {
    if (this.#isStopped(run)) return;
    const status = run.origin.faults.get('stuck-running')?.status ?? 'Running';
    run.become(status, this.#clock.now());
    while (!this.#isStopped(run)) await this.#pause(run, 60_000);
  }

  #end(run: Run, status: string): void {
    const now = this.#clock.now();
    for (const stage of run.stages) {
      if (stage.status !== 'Running') continue;
      stage.status = status;
      stage.endTs = now;
    }
    run.become(status, now, true);
  }

  #isStopped(run: Run): boolean {
    return this.#closing.signal.aborted || run.aborting.signal.aborted;
  }

  #pause(run: Run, milliseconds: number): Promise<void> {
    return this.#clock.sleep(milliseconds, AbortSignal.any([this.#closing.signal, run.aborting.signal]));
  }
}
