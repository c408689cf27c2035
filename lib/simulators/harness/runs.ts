import type { Clock } from '../../domain/ports.ts';
import { type Drawn, millisecondsOf } from './faults.ts';
import type { Ids } from './ids.ts';
import type { Settled } from './options.ts';
import { Run, type RunOrigin, type RunRecord, type Stage } from './run.ts';

/** Changes a cluster for a run; gives a message when that failed. */
export type Apply = (run: RunOrigin) => Promise<string | undefined>;

const scopeName = (org: string, project: string): string => JSON.stringify([org, project]);

/** All runs, and the small engine that takes each through its stages, from any stage. */
export class Runs {
  readonly #options: Settled;
  readonly #ids: Ids;
  readonly #apply: Apply;
  readonly #all = new Map<string, Run>();
  readonly #byProject = new Map<string, Run[]>();
  readonly #closing = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #active = 0;

  constructor(options: Settled, { ids, apply }: { readonly ids: Ids; readonly apply: Apply }) {
    this.#options = options;
    this.#ids = ids;
    this.#apply = apply;
    for (const record of options.memory.all<RunRecord>('run')) this.#add(Run.of(record));
    // In order of their start. Running ones come before those that wait for a slot.
    for (const run of this.#all.values()) {
      if (run.isOver) continue;
      void this.#drive(run);
      if (run.isAborting) void this.#endAborted(run);
    }
  }

  start(origin: RunOrigin): Run {
    const run = new Run(this.#ids.run(), this.#all.size + 1, origin, this.#clock.now());
    this.#add(run);
    this.#keep(run);
    void this.#drive(run);
    return run;
  }

  find(id: string): Run | undefined {
    return this.#all.get(id);
  }

  /** In the order of their start. */
  all(): readonly Run[] {
    return [...this.#all.values()];
  }

  /** The same, of one project only. */
  ofProject(org: string, project: string): readonly Run[] {
    return this.#byProject.get(scopeName(org, project)) ?? [];
  }

  /** `done`: the service says that it will end as Aborted. The others are the ways in which it refuses. */
  abort(run: Run): 'done' | 'again' | 'over' | 'refused' {
    const { faults } = run.origin;
    if (run.isOver) return 'over';
    if (run.isAborting) return 'again';
    if (faults.has('refuse-abort')) return 'refused';
    if (faults.has('ignore-abort')) return 'done';
    run.abortAs('simulated-user@example.com');
    this.#become(run, 'Discontinuing');
    void this.#endAborted(run);
    return 'done';
  }

  close(): void {
    this.#closing.abort();
    for (const run of this.#all.values()) if (!run.isOver) run.stop.abort();
  }

  get #clock(): Clock {
    return this.#options.clock;
  }

  #add(run: Run): void {
    this.#all.set(run.id, run);
    const name = scopeName(run.origin.org, run.origin.project);
    const ofProject = this.#byProject.get(name);
    if (ofProject === undefined) this.#byProject.set(name, [run]);
    else ofProject.push(run);
  }

  #become(run: Run, status: string, isEnd = false): void {
    run.become(status, this.#clock.now(), isEnd);
    this.#keep(run);
  }

  #keep(run: Run): void {
    this.#options.memory.put('run', run.id, run.record);
  }

  async #endAborted(run: Run): Promise<void> {
    const { faults } = run.origin;
    const takes = faults.has('slow-abort') ? millisecondsOf(faults, 'slow-abort') : this.#options.abortMilliseconds;
    const due = run.latest.at + takes;
    await this.#clock.sleep(Math.max(0, due - this.#clock.now()), this.#closing.signal);
    if (!this.#closing.signal.aborted) this.#end(run, 'Aborted');
  }

  async #drive(run: Run): Promise<void> {
    const { faults } = run.origin;
    // It blocks nobody: it is not waiting for a slot.
    if (faults.has('queued-for-ever')) return this.#remain(run, faults.get('queued-for-ever')?.status ?? 'Queued');
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

  /** Returns a failed run's status; undefined if all went well or the run was stopped. */
  async #stages(run: Run): Promise<string | undefined> {
    for (const stage of run.stages) {
      if (this.#isStopped(run)) return undefined;
      if (stage.endTs === undefined) await this.#perform(run, stage);
      if (stage.failure !== undefined) return stage.status;
    }
    return undefined;
  }

  /** Time that has already passed counts. */
  async #perform(run: Run, stage: Stage): Promise<void> {
    const { faults } = run.origin;
    if (stage.startTs === undefined) this.#begin(run, stage);
    const isFirst = stage.name === 'Prepare';
    const due = stage.startTs! + this.#options.stageMilliseconds + (isFirst ? millisecondsOf(faults, 'slow') : 0);
    await this.#until(run, due);
    const rejected = isFirst && faults.has('wait-for-person') ? await this.#person(run, stage, due) : undefined;
    if (isFirst && faults.has('stuck-running'))
      await this.#remain(run, faults.get('stuck-running')?.status ?? 'Running');
    if (this.#isStopped(run)) return;
    const failed = isFirst ? undefined : await this.#deploy(run);
    if (this.#closing.signal.aborted) return;
    const failure = rejected ?? failed;
    stage.endTs = this.#clock.now();
    stage.status = failure === undefined ? 'Success' : statusOfFailure(faults, rejected !== undefined);
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

  /** Returns a message if the person said no. */
  async #person(run: Run, stage: Stage, since: number): Promise<string | undefined> {
    if (this.#isStopped(run)) return undefined;
    const { faults } = run.origin;
    const { status = 'ApprovalWaiting', outcome } = faults.get('wait-for-person')!;
    stage.status = status;
    if (run.latest.status !== status) this.#become(run, status);
    await this.#until(run, since + millisecondsOf(faults, 'wait-for-person'));
    if (this.#isStopped(run)) return undefined;
    if (outcome === 'rejected') return 'SIMULATED: a person rejected the run';
    stage.status = 'Running';
    this.#become(run, 'Running');
    return undefined;
  }

  /** Until it is stopped. */
  async #remain(run: Run, status: string): Promise<void> {
    if (this.#isStopped(run)) return;
    if (run.latest.status !== status) this.#become(run, status);
    while (!this.#isStopped(run)) await this.#clock.sleep(forEver, run.stop.signal);
  }

  #end(run: Run, status: string): void {
    const now = this.#clock.now();
    for (const stage of run.stages) {
      if (stage.startTs === undefined || stage.endTs !== undefined) continue;
      stage.status = status;
      stage.endTs = now;
    }
    this.#become(run, status, true);
  }

  #isStopped(run: Run): boolean {
    return this.#closing.signal.aborted || run.isAborting;
  }

  #until(run: Run, due: number): Promise<void> {
    return this.#clock.sleep(Math.max(0, due - this.#clock.now()), run.stop.signal);
  }
}

/** Timers last 24 days at most; a longer wait is split. */
const forEver = 24 * 3_600_000;

const statusOfFailure = (faults: Drawn, isRejected: boolean): string =>
  isRejected ? 'ApprovalRejected' : (faults.get('fail-stage')?.status ?? 'Failed');
