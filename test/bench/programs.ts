import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const atWork = new Set<ChildProcess>();

/** Runs a program in a folder to its end. It leads a group of its own, with all that it starts. */
export const runProgram = (file: string, args: readonly string[], cwd: string): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    atWork.add(child);
    const told = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        told[stream] += text;
      });
    child.once('error', reject);
    child.once('close', (status) => {
      atWork.delete(child);
      resolve({ status: status ?? 1, ...told });
    });
  });

const end = ({ pid }: ChildProcess): void => {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
};

/** Ends all running programs, with everything that they have started. */
export const endPrograms = (): void => atWork.forEach(end);

// When the bench fails, nothing else ends them.
process.once('exit', endPrograms);

/** Runs a program that must succeed. Returns its output. */
export const runWell = async (file: string, args: readonly string[], cwd: string): Promise<string> => {
  const { status, stdout, stderr } = await runProgram(file, args, cwd);
  if (status === 0) return stdout;
  throw new Error(`${file} ${args.join(' ')} in ${cwd} ended with ${status}:\n${`${stdout}${stderr}`.slice(-4_000)}`);
};

/** A program that runs until it is stopped. */
export interface Started {
  /** The line of JSON by which it reported that it is ready. */
  readonly told: unknown;
  stop(): Promise<void>;
}

interface Place {
  readonly cwd: string;
  /** Added to ours; undefined values are left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Starts a program, and waits until it is ready. Its errors go where ours go. */
export const startProgram = async (
  file: string,
  args: readonly string[],
  { cwd, env = {} }: Place,
): Promise<Started> => {
  const stdio = ['pipe', 'pipe', 'inherit'] as const;
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: [...stdio], detached: true });
  atWork.add(child);
  const ended = once(child, 'close').then(([status]) => {
    atWork.delete(child);
    throw new Error(`${file} ${args.join(' ')} ended with ${status}`);
  });
  // From now on nobody waits for it: a request to it fails.
  ended.catch(() => {});
  const line = once(createInterface({ input: child.stdout! }), 'line').then(([text]) => text as string);
  const told: unknown = JSON.parse(await Promise.race([line, ended]));
  const stop = async (): Promise<void> => {
    end(child);
    await ended.catch(() => {});
  };
  return { told, stop };
};
