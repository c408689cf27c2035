/** Time for the engine: the current time, and a callback at a moment. */
export interface EngineClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Calls back once, at the moment or as soon as possible after it, never within this call. Returns a function that
   * cancels it.
   */
  setTimer(atMilliseconds: number, callback: () => void): () => void;
}

/** The longest delay that setTimeout accepts. A longer wait is set again. */
const longestDelay = 2 ** 31 - 1;

/** The machine's clock. */
export class SystemClock implements EngineClock {
  now(): number {
    return Date.now();
  }

  setTimer(atMilliseconds: number, callback: () => void): () => void {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const delay = Math.max(0, atMilliseconds - Date.now());
      timer = setTimeout(delay > longestDelay ? arm : callback, Math.min(delay, longestDelay));
    };
    arm();
    return () => clearTimeout(timer);
  }
}
