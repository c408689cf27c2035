import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { answers, freePort, installEmulator, startEmulator } from '../cloud/emulator.ts';

/** An engine under test, for one run of the tests: they create tables with names of their own choice. */
export interface Engine {
  readonly url: string;
  close(): Promise<void>;
}

/** MiniStack, from PyPI, as in the emulated account. Here it checks no permissions. */
export const startMiniStack = async (folder: string): Promise<Engine> =>
  startEmulator({ python: await installEmulator(folder), folder, env: { AUTH: 'false' } });

/** dynoxide, in memory. */
export const startDynoxide = async (program: string): Promise<Engine> => {
  const port = String(await freePort());
  const keeper = join(import.meta.dirname, 'end-with-input.ts');
  const args = [keeper, program, '--host', '127.0.0.1', '--port', port, '--log', 'quiet'];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(child, 'close');
  const close = async (): Promise<void> => {
    child.stdin?.end();
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  if (await answers(url, () => child.exitCode !== null)) return { url, close };
  await close();
  throw new Error('dynoxide does not answer');
};
