import { setImmediate as turnOfLoop } from 'node:timers/promises';
import type { WorldClock } from '../../workflow/world-clock.ts';

/** Lets time pass while the promise is open: on to the next timer whenever there is nothing to do. */
export const passTime = async <Value>(clock: WorldClock, promise: Promise<Value>): Promise<Value> => {
  let isOpen = true;
  const end = (): void => {
    isOpen = false;
  };
  promise.then(end, end);
  while (isOpen) {
    // Woken callers go on first. All of it is promises.
    await turnOfLoop();
    if (isOpen && !clock.runNext()) throw new Error('everybody waits, and nothing will happen');
  }
  return promise;
};
