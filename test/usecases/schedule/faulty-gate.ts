import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Table, Workflow } from '../../../lib/domain/ports.ts';

export interface Fault {
  /**
   * `crash` ends the process. `busy` is a fault that the process survives. `pause` holds the step until `resume`. Each
   * happens before the step, or after it and before the process hears of it.
   */
  readonly kind: 'crash-before' | 'crash-after' | 'busy' | 'pause-before' | 'pause-after';
  /** Number of the step from now, starting at 0. */
  readonly step: number;
}

/** The death of a process: every further step of it throws this. */
export class Crash extends Error {}

/** Everything that a process does outside itself goes through its gate, where one fault waits for a certain step. */
export class FaultyGate {
  isDead = false;
  #fault: { readonly kind: Fault['kind']; stepsLeft: number } | undefined;
  #resume: (() => void) | undefined;
  #onPause: (() => void) | undefined;
  #onStep: (() => void) | undefined;

  arm({ kind, step }: Fault): void {
    this.#fault = { kind, stepsLeft: step };
  }

  disarm(): void {
    this.#fault = undefined;
  }

  get isArmed(): boolean {
    return this.#fault !== undefined;
  }

  get isPaused(): boolean {
    return this.#resume !== undefined;
  }

  /** Something that happens when a step is done, and before the process hears of it. */
  afterStep(step: number, happens: () => void): void {
    let left = step;
    this.#onStep = () => {
      if (left === 0) {
        this.#onStep = undefined;
        happens();
      }
      left -= 1;
    };
  }

  resume(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  async paused(): Promise<void> {
    return new Promise((resolve) => {
      this.#onPause = resolve;
    });
  }

  async step<Result>(busy: () => Error, act: () => Promise<Result>): Promise<Result> {
    const fault = this.#due();
    if (fault === 'crash-before') this.isDead = true;
    if (this.isDead) throw new Crash();
    if (fault === 'busy') throw busy();
    if (fault === 'pause-before') await this.#pause();
    if (this.isDead) throw new Crash();
    const result = await act();
    this.#onStep?.();
    if (fault === 'pause-after') await this.#pause();
    if (fault === 'crash-after') this.isDead = true;
    if (this.isDead) throw new Crash();
    return result;
  }

  #due(): Fault['kind'] | undefined {
    if (this.#fault === undefined) return undefined;
    this.#fault.stepsLeft -= 1;
    if (this.#fault.stepsLeft >= 0) return undefined;
    const { kind } = this.#fault;
    this.#fault = undefined;
    return kind;
  }

  async #pause(): Promise<void> {
    const resumed = new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
    this.#onPause?.();
    await resumed;
  }
}

const tableBusy = () => new FlotillaError('TableBusy', 'ordered by the test');
const unavailable = () => new FlotillaError('WorkflowUnavailable', 'ordered by the test');

export const gatedTable = (gate: FaultyGate, table: Table): Table => ({
  get: (key) => gate.step(tableBusy, () => table.get(key)),
  query: (query) => gate.step(tableBusy, () => table.query(query)),
  transact: (writes) => gate.step(tableBusy, () => table.transact(writes)),
  synced: () => table.synced(),
});

export const gatedWorkflow = (gate: FaultyGate, workflow: Workflow): Workflow => ({
  start: (...args) => gate.step(unavailable, () => workflow.start(...args)),
  describe: (...args) => gate.step(unavailable, () => workflow.describe(...args)),
  succeed: (...args) => gate.step(unavailable, () => workflow.succeed(...args)),
  fail: (...args) => gate.step(unavailable, () => workflow.fail(...args)),
});
