/** So many a second in the long run, and so many at once after a rest. */
export interface Rate {
  readonly rate: number;
  readonly burst: number;
}

/** Counts what comes, for all together. */
export class Throttle {
  readonly #now: () => number;
  readonly #rate: Rate;
  #left: number;
  #counted: number;

  /** `now` is in milliseconds. */
  constructor(rate: Rate, now: () => number) {
    this.#now = now;
    this.#rate = rate;
    this.#left = rate.burst;
    this.#counted = now();
  }

  /** False for one that comes too often; it takes nothing from those that come later. */
  admits(): boolean {
    const now = this.#now();
    const { rate, burst } = this.#rate;
    // A clock that is set back gives nothing and takes nothing.
    this.#left = Math.min(burst, this.#left + (Math.max(0, now - this.#counted) * rate) / 1000);
    this.#counted = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
