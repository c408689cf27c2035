import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../../lib/domain/ports.ts';

/** Real time that a test can hold, so that nothing happens before it has looked, even on a slow machine. */
export class HeldClock implements Clock {
  #ahead = 0;
  #least = Number.POSITIVE_INFINITY;
  readonly #held = new Set<() => void>();

  now(): number {
    return Date.now() + this.#ahead;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    if (milliseconds < this.#least) {
      await wait(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
      return;
    }
    await new Promise<void>((resolve) => {
      this.#held.add(resolve);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** From now on no sleep of at least this length ends before `release`. */
  hold(least = 0): void {
    this.#least = least;
  }

  /** Ends the held sleeps, and lets time pass again. */
  release(): void {
    this.#least = Number.POSITIVE_INFINITY;
    for (const end of this.#held) end();
    this.#held.clear();
  }

  /** Jumps ahead by this many milliseconds; sleeps do not notice. */
  skip(milliseconds: number): void {
    this.#ahead += milliseconds;
  }
}
