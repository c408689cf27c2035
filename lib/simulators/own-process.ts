/** What a simulator does as a process of its own. */

/** Whoever reads what it says may have been killed, also while it starts. That is no fault of it; it ends with its input. */
export const outliveReaders = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
};

/** In one line of JSON, where it listens. */
export const tellReady = (ready: { readonly what: string; readonly port: number; readonly url: string }): void => {
  process.stdout.write(`${JSON.stringify({ simulated: true, ...ready })}\n`);
};

/** Ends on a signal, and if asked so also when whoever started it is gone without a word: its input ends then. */
export const endWhenTold = (close: () => Promise<void>, withInput: boolean): void => {
  const end = (): void => {
    void close().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (withInput) process.stdin.once('end', end).once('error', end).resume();
};
