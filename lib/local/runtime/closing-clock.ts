import { SystemClock } from '../../adapters/system-clock.ts';
import type { Clock } from '../../domain/ports.ts';

/**
 * The real clock, until it is closed. Closing rejects every sleep, so that no work continues behind a closed runtime.
 */
export class ClosingClock implements Clock {
  readonly #clock = new SystemClock();
  readonly #closing = new AbortController();

  now(): number {
    return this.#clock.now();
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const closing = this.#closing.signal;
    await this.#clock.sleep(milliseconds, signal === undefined ? closing : AbortSignal.any([signal, closing]));
    if (closing.aborted) throw new Error('the runtime is closed');
  }

  close(): void {
    this.#closing.abort();
  }
}
