import { type ChildProcess, spawn } from 'node:child_process';

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const atWork = new Set<ChildProcess>();

/** Runs a program in a folder to its end. It is the first of a group of its own, for all that it starts itself. */
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

/** Ends all that is at work, with everything that it has started. */
export const endPrograms = (): void => {
  for (const { pid } of atWork) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }
};

/** Runs a program that has to end well. Gives what it has written. */
export const runWell = async (file: string, args: readonly string[], cwd: string): Promise<string> => {
  const { status, stdout, stderr } = await runProgram(file, args, cwd);
  if (status === 0) return stdout;
  throw new Error(`${file} ${args.join(' ')} in ${cwd} ended with ${status}:\n${`${stdout}${stderr}`.slice(-4_000)}`);
};
