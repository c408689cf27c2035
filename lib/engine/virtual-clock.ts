import type { EngineClock } from './clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that only moves when told to: for conformance runs and tests with waits of minutes. */
export class VirtualClock implements EngineClock {
  #now: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimer(atMilliseconds: number, callback: () => void): () => void {
    this.#order += 1;
    const timer = { at: atMilliseconds, order: this.#order, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** When the next timer is due. */
  get next(): number | undefined {
    let next: number | undefined;
    for (const { at } of this.#timers) if (next === undefined || at < next) next = at;
    return next;
  }

  /** Advances to the next timer and calls back everything due by then. False if there is none. */
  runNext(): boolean {
    const { next } = this;
    if (next === undefined) return false;
    this.#now = Math.max(this.#now, next);
    const due = [...this.#timers].filter(({ at }) => at <= this.#now);
    for (const timer of due.sort((one, other) => one.at - other.at || one.order - other.order)) {
      if (this.#timers.delete(timer)) timer.callback();
    }
    return true;
  }

  /** Advances by this many milliseconds without calling back: like a pause of the process. */
  skip(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
