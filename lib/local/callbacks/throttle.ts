/** Requests per second in the long run, and the burst after a rest. */
export interface Rate {
  readonly rate: number;
  readonly burst: number;
}

/** Counts all requests together. */
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

  /** False for a request that comes too often. It does not count against later ones. */
  admits(): boolean {
    const now = this.#now();
    const { rate, burst } = this.#rate;
    // A clock that is set back neither adds nor removes anything.
    this.#left = Math.min(burst, this.#left + (Math.max(0, now - this.#counted) * rate) / 1000);
    this.#counted = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
