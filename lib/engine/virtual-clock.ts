import type { EngineClock } from './clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on: for conformance runs and tests, where waits reach minutes. */
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
    return this.#earliest()?.at;
  }

  /** Goes on to the next timer and calls it back. False when there is none. */
  runNext(): boolean {
    const timer = this.#earliest();
    if (timer === undefined) return false;
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.callback();
    return true;
  }

  /** Goes on by so many milliseconds without calling anything back: what a pause of the process looks like. */
  skip(milliseconds: number): void {
    this.#now += milliseconds;
  }

  #earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) {
      if (
        earliest === undefined ||
        timer.at < earliest.at ||
        (timer.at === earliest.at && timer.order < earliest.order)
      )
        earliest = timer;
    }
    return earliest;
  }
}
