/** The signals by which a person or a machine ends a program, with the status that shells know them by. */
export const signalStatus = { SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof signalStatus;

const names = Object.keys(signalStatus) as readonly StopSignal[];

/** The terminal reaches both a launcher and the program, to which the launcher hands on the same. */
const COPIES_WITHIN = 1000;

/**
 * Calls when the first signal comes; one that comes later than a copy of it would ends the program as ever. Gives the way to
 * call it off.
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
