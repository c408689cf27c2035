import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly directory?: string;
  /** The whole environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs a program to its end and gives what it wrote. When it fails, that is in the error. */
export const runCommand = (
  file: string,
  args: readonly string[],
  { directory, env = process.env }: CommandOptions = {},
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env },
      ...(directory === undefined ? {} : { cwd: directory }),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${file} ${args.join(' ')} ended with ${code ?? signal}:\n${output.slice(-8_000)}`));
    });
  });
