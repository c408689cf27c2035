import type { Clock } from '../domain/ports.ts';

/**
 * Spaces requests out so that no 60 seconds ever hold more than the limit. A tenth of it may go at once; the rest flows at nine
 * tenths of the rate (burst + flow = limit, in whichever minute one looks).
 */
export class RequestPace {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #tolerance: number;
  /** When the next request would be due if all flowed evenly. */
  #due = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, requestsPerMinute: number) {
    const burst = Math.max(1, Math.floor(requestsPerMinute / 10));
    this.#clock = clock;
    this.#interval = 60_000 / Math.max(1, requestsPerMinute - burst);
    this.#tolerance = (burst - 1) * this.#interval;
  }

  /** Resolves when the caller may send. First come, first served. */
  async turn(): Promise<void> {
    const now = this.#clock.now();
    const due = Math.max(this.#due, now);
    this.#due = due + this.#interval;
    const wait = due - this.#tolerance - now;
    if (wait > 0) await this.#clock.sleep(wait);
  }
}
