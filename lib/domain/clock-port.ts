/** Time. `now` is milliseconds since 1970. `sleep` resolves early, without an error, when the signal aborts. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Randomness: a number from 0 up to, not including, 1. */
export interface Random {
  next(): number;
}
