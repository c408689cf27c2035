import { monotonicFactory } from 'ulid';
import type { Clock, Ids, Random } from '../domain/ports.ts';

/** The longest wait of a Node timer (24.8 days). A longer one would fire at once. */
const MAX_TIMER = 2 ** 31 - 1;

const wait = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
  });

/** The real time. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    for (let rest = milliseconds; rest > 0 && !signal?.aborted; rest -= MAX_TIMER) {
      await wait(Math.min(rest, MAX_TIMER), signal);
    }
  }
}

/** Real randomness, good enough for jitter. Never used for secrets. */
export class SystemRandom implements Random {
  next(): number {
    return Math.random();
  }
}

/**
 * ULIDs. Within a process, later ones sort after earlier ones, even in the same millisecond and when the clock steps
 * back.
 */
export class UlidIds implements Ids {
  readonly #clock: Clock;
  readonly #ulid = monotonicFactory();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(): string {
    return this.#ulid(this.#clock.now());
  }
}
