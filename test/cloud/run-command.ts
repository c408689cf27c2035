import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { account, region, secretAccessKey } from './cloud.ts';

export const nodeModules = join(import.meta.dirname, '..', '..', 'node_modules', '.bin');

/**
 * The environment of a program that may reach only the emulator: the developer's profile could lead to a real account.
 */
export const environmentOf = (endpoint: string, home: string): Readonly<Record<string, string>> => ({
  PATH: [nodeModules, process.env.PATH].join(delimiter),
  HOME: home,
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: account,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_REGION: region,
  AWS_EC2_METADATA_DISABLED: 'true',
});

export interface CommandOptions {
  readonly directory?: string;
  /** The whole environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A program that takes longer hangs: the slowest takes half a minute on an idle machine. */
const longest = 300_000;

/** Runs a program to its end and returns its output. When it fails, the error has the output. */
export const runCommand = (
  file: string,
  args: readonly string[],
  { directory, env = process.env }: CommandOptions = {},
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env },
      timeout: longest,
      killSignal: 'SIGKILL',
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
