import { DoAll } from '../do-all.ts';

/** Work done beside the looks at an account. It may take long and still run at the next look. */
export class Beside {
  readonly #all = new DoAll();
  readonly #underWay = new Set<Promise<void>>();
  readonly #most: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** Does nothing while too much is running; a later look tries again. */
  begin(act: () => Promise<void>): void {
    if (this.#underWay.size >= this.#most) return;
    const done = this.#all.try(act).finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  get isDone(): boolean {
    return this.#underWay.size === 0;
  }

  /** Resolves when all work is done. Throws what it threw. */
  async end(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#all.end();
  }
}
