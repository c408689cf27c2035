import type { TrialKind } from './trial-kinds.ts';

/** The report of one trial. */
export interface TrialReport {
  readonly seed: number;
  readonly violations: readonly string[];
  /** `STATUS / Reason` of each deployment. */
  readonly ends: readonly string[];
  /** Runs that the executor made. */
  readonly runs: number;
  /** Requests that were refused, by the name of the error. */
  readonly refusals?: readonly string[];
}

/** Counts how trials ended. */
export class Tally {
  trials = 0;
  violations = 0;
  readonly #of: TrialKind;
  #runs = 0;
  readonly #ends = new Map<string, number>();

  constructor(of: TrialKind) {
    this.#of = of;
  }

  /** Returns what to report of it at once. */
  add({ seed, violations, ends, runs, refusals = [] }: TrialReport): readonly string[] {
    this.trials += 1;
    this.violations += violations.length;
    this.#runs += runs;
    for (const end of [...ends, ...refusals]) this.#ends.set(end, (this.#ends.get(end) ?? 0) + 1);
    const again = `npm run test:trials -- --of ${this.#of} --from ${seed} --count 1`;
    return violations.map((violation) => `${again}: ${violation}`);
  }

  summary(): string {
    const ends = [...this.#ends].sort(([, one], [, other]) => other - one);
    const deployments = ends.reduce((sum, [, count]) => sum + count, 0);
    return [
      ...ends.map(([end, count]) => `${String(count).padStart(7)}  ${end}`),
      `${this.trials} trials, ${deployments} deployments, ${this.#runs} runs, ${this.violations} violations`,
    ].join('\n');
  }
}
