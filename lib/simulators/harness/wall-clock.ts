import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../domain/ports.ts';

/** The simulator's own time: it is a program beside Flotilla, not a part of it. Its timers never keep a process alive. */
export const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    wait(milliseconds, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }).catch(() => undefined),
};
