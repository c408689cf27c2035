import { DoAll } from '../do-all.ts';

/** What is done beside the looks at an account: it may take long, and is still under way at the next look. */
export class Beside {
  readonly #all = new DoAll();
  readonly #underWay = new Set<Promise<void>>();
  readonly #most: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** Nothing is begun where so much is under way already: a later look comes to it. */
  begin(act: () => Promise<void>): void {
    if (this.#underWay.size >= this.#most) return;
    const done = this.#all.try(act).finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  get isDone(): boolean {
    return this.#underWay.size === 0;
  }

  /** When all of it is done. Throws what was thrown meanwhile. */
  async end(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#all.end();
  }
}
