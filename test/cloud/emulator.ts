import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeVenv } from '../python-venv.ts';
import { account, region, secretAccessKey } from './cloud.ts';
import { nodeModules } from './run-command.ts';

const here = import.meta.dirname;
const START_MILLISECONDS = 60_000;

export interface Emulator {
  readonly url: string;
  /** All its output so far. */
  log(): string;
  close(): Promise<void>;
}

/** Installs MiniStack into a folder, from PyPI. Returns its Python. */
export const installEmulator = async (folder: string): Promise<string> =>
  join(await makeVenv(join(folder, 'venv'), join(here, 'requirements.txt')), 'python3');

/** A free port of the loopback interface. Nobody can reserve it, so a start may still fail. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
};

interface EmulatorOptions {
  readonly python: string;
  readonly folder: string;
  /** Reaches the Lambdas too. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts MiniStack on the loopback interface. Its Lambdas run on the Node of this project. */
export const startEmulator = async ({ python, folder, env }: EmulatorOptions): Promise<Emulator> => {
  const port = await freePort();
  const temporary = join(folder, 'emulator');
  mkdirSync(temporary);
  // The SDK is a part of Lambda's own runtime, and CDK's functions rely on it. Ours do not: an ESM bundle looks nowhere
  // else.
  const runtime = join(folder, 'runtime');
  mkdirSync(runtime);
  symlinkSync(join(nodeModules, '..', '@aws-sdk'), join(runtime, '@aws-sdk'));
  const file = join(folder, 'emulator.log');
  const log = openSync(file, 'a');
  const child = spawn(python, [join(here, 'launcher.py')], {
    // Nothing of the caller's environment: everything in here reaches the Lambdas.
    env: {
      PATH: [nodeModules, process.env.PATH].join(delimiter),
      HOME: temporary,
      TMPDIR: temporary,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_REGION: region,
      MINISTACK_ACCOUNT_ID: account,
      IOT_MTLS_ENABLED: '0', // else it listens on all interfaces
      AUTH: 'true', // enforces the caller's policies
      ROLE_SECRET: secretAccessKey,
      NODE_PATH: runtime,
      ...env,
    },
    stdio: ['pipe', log, log],
    detached: true,
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const close = async (): Promise<void> => {
    child.stdin?.end();
    await ended;
  };
  const isUp = await answers(`${url}/_ministack/health`, () => child.exitCode !== null);
  if (isUp) return { url, log: () => readFileSync(file, 'utf8'), close };
  await close();
  throw new Error(`MiniStack does not answer:\n${readFileSync(file, 'utf8').slice(-4_000)}`);
};

/** Waits until the emulator reports that it is healthy. */
export const answers = async (url: string, isOver: () => boolean): Promise<boolean> => {
  for (const since = Date.now(); Date.now() - since < START_MILLISECONDS && !isOver(); await sleep(100)) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok === true) return true;
  }
  return false;
};
