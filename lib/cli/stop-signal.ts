/** The signals that end a program, with the exit statuses that shells use for them. */
export const signalStatus = { SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof signalStatus;

const names = Object.keys(signalStatus) as readonly StopSignal[];

/** The terminal sends it to both launcher and program, and the launcher passes it on. */
const COPIES_WITHIN = 1000;

/**
 * Calls back at the first signal. A later one, too late to be a copy, ends the program as usual. Returns the function
 * that cancels this.
 */
export const onStopSignal = (stop: (signal: StopSignal) => void): (() => void) => {
  let heard = false;
  const forget = (): void => {
    for (const name of names) process.off(name, hear);
  };
  const hear = (signal: StopSignal): void => {
    if (heard) return;
    heard = true;
    setTimeout(forget, COPIES_WITHIN).unref();
    stop(signal);
  };
  for (const name of names) process.on(name, hear);
  return () => {
    if (!heard) forget();
  };
};
