import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Configuration } from '../domain/catalogue/catalogue.ts';
import { FlotillaError } from '../domain/errors.ts';
import { ownProgram } from './own-files.ts';

export interface Simulators {
  /** Address of the simulated Harness; absent when the configuration names a real one. */
  readonly harness?: string;
  /** Addresses of the simulated clusters, by name. */
  readonly clusters: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface SimulatorOptions {
  /** The data folder, where they keep their state. Nobody else may have it. */
  readonly data: string;
  readonly harnessFlags?: readonly string[] | undefined;
  /** Called when a simulator ends on its own. */
  readonly tell?: ((line: string) => void) | undefined;
}

/** Starts the simulators of a configuration, each in its own process on loopback: all of them, or none. */
export const startSimulators = async (
  { connections }: Configuration,
  { data, harnessFlags = [], tell = () => {} }: SimulatorOptions,
): Promise<Simulators> => {
  const children = new Children(join(data, 'simulators'), tell);
  try {
    const names = Object.entries(connections.clusters).flatMap(([name, { kind }]) =>
      kind === 'simulated' ? [name] : [],
    );
    const started = names.map(async (name) => [name, await children.start('cluster', name)] as const);
    const clusters = Object.fromEntries(await Promise.all(started));
    const flags = Object.entries(clusters).flatMap(([name, url]) => ['--cluster', `${name}=${url}`]);
    const harness =
      connections.harness.kind === 'simulated'
        ? await children.start('harness', undefined, ['--requests-per-minute', '0', ...harnessFlags, ...flags])
        : undefined;
    return { ...(harness === undefined ? {} : { harness }), clusters, close: () => children.stop() };
  } catch (error) {
    await children.stop();
    throw error;
  }
};

/** Lets a simulator reuse what this process has compiled. */
const withCompileCache = (): NodeJS.ProcessEnv => {
  const folder = getCompileCacheDir();
  return folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: folder };
};

/** The exit status of a simulator whose arguments are invalid or whose memory is in use. */
const refused = 2;

class Children {
  readonly #folder: string;
  readonly #tell: (line: string) => void;
  readonly #all: ChildProcess[] = [];
  #isStopping = false;

  constructor(folder: string, tell: (line: string) => void) {
    this.#folder = folder;
    this.#tell = tell;
  }

  /** Returns where it listens: the simulator prints that as one line of JSON. It ends when its input closes. */
  async start(what: 'cluster' | 'harness', name?: string, flags: readonly string[] = []): Promise<string> {
    // A cluster's name may contain characters that a file name may not.
    const state = `${what}${name === undefined ? '' : `-${encodeURIComponent(name)}`}.db`;
    const args = [ownProgram(what), '--port', '0', '--exit-with-stdin', '--state', join(this.#folder, state), ...flags];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env: withCompileCache() });
    this.#all.push(child);
    const called = `The simulated ${what}${name === undefined ? '' : ` ${name}`}`;
    const ended = once(child, 'exit').then(([code]) => {
      const message = `${called} did not start; what it says of that is above.`;
      throw code === refused ? new FlotillaError('ConfigurationInvalid', message) : new Error(message);
    });
    const line = once(createInterface({ input: child.stdout }), 'line').then(([text]) => text as string);
    const told = await Promise.race([line, ended]);
    ended.catch(() => {
      if (!this.#isStopping) this.#tell(`${called} has ended; start the server again.`);
    });
    return (JSON.parse(told) as { url: string }).url;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#all.map(stop));
  }
}

const stop = async (child: ChildProcess): Promise<void> => {
  // A process that the system did not start has no number.
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};
