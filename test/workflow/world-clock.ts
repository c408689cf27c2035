import type { Clock } from '../../lib/domain/ports.ts';
import { VirtualClock } from '../../lib/engine/virtual-clock.ts';

/** One time for the engine's timers and for use cases that sleep. It stops while anybody has something to do. */
export class WorldClock extends VirtualClock implements Clock {
  constructor() {
    super(Date.UTC(2026, 8, 30, 6));
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const cancel = this.setTimer(this.now() + milliseconds, resolve);
      signal?.addEventListener('abort', () => {
        cancel();
        resolve();
      });
    });
  }
}

/** In whole milliseconds, as clocks give it. No id is made from a time between two. */
export class WholeClock extends WorldClock {
  override setTimer(atMilliseconds: number, callback: () => void): () => void {
    return super.setTimer(Math.ceil(atMilliseconds), callback);
  }
}
