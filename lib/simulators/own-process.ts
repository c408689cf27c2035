/** What a simulator does as a separate process. */

/** Its parent may be killed at any time, even while it starts. That is not an error; it ends with its input. */
export const outliveReaders = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
};

/** Prints where it listens, as one line of JSON. */
export const tellReady = (ready: { readonly what: string; readonly port: number; readonly url: string }): void => {
  process.stdout.write(`${JSON.stringify({ simulated: true, ...ready })}\n`);
};

/** Ends on a signal. With `--exit-with-stdin`, also when its parent is gone: its input ends then. */
export const endWhenTold = (close: () => Promise<void>, withInput: boolean): void => {
  const end = (): void => {
    void close().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (withInput) process.stdin.once('end', end).once('error', end).resume();
};
