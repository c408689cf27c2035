import { type SpawnOptions, spawn } from 'node:child_process';

export interface ProgramOptions {
  readonly directory: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the program as Ctrl-C does. */
  readonly signal?: AbortSignal;
}

/** Deleting a user pool's domain takes minutes, and so does emptying a bucket. */
const longest = 40 * 60_000;

const running = new Set<Promise<unknown>>();

/** When every started program has ended: an interrupted one takes a moment for it. */
export const programsEnded = async (): Promise<void> => {
  await Promise.allSettled(running);
};

/**
 * Runs a program to its end and returns its output; the error of a failure has it too. It is outside our process group,
 * so Ctrl-C reaches it through us, and a second Ctrl-C does not stop the clean-up.
 */
export const runProgram = (
  file: string,
  args: readonly string[],
  { directory, env, signal }: ProgramOptions,
): Promise<string> => {
  const options: SpawnOptions = {
    ...{ cwd: directory, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true, timeout: longest },
    ...(signal === undefined ? {} : { signal, killSignal: 'SIGINT' }),
  };
  const ended = new Promise<string>((resolve, reject) => {
    const child = spawn(file, args, options);
    let output = '';
    const keep = (text: string): void => {
      output += text;
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    let reason: Error | undefined;
    child.once('error', (error) => {
      reason = error;
      // Never started: nothing will close.
      if (child.pid === undefined) reject(error);
    });
    child.once('close', (code, killedBy) => {
      if (code === 0 && reason === undefined) resolve(output);
      else
        reject(
          new Error(`${args.slice(0, 2).join(' ')} ended with ${code ?? killedBy}:\n${output.slice(-8_000)}`, {
            cause: reason,
          }),
        );
    });
  });
  running.add(ended);
  const forget = (): void => void running.delete(ended);
  ended.then(forget, forget);
  return ended;
};
