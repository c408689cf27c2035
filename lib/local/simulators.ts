import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Configuration } from '../domain/catalogue/catalogue.ts';

export interface Simulators {
  /** Address of the simulated Harness; absent when the configuration names a real one. */
  readonly harness?: string;
  /** Addresses of the simulated clusters, by name. */
  readonly clusters: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

interface Started {
  readonly url: string;
  readonly process: ChildProcess;
}

export interface SimulatorOptions {
  /** Folder of the data: there they keep what they know. Nobody else may have it. */
  readonly data: string;
  readonly harnessFlags?: readonly string[];
}

/** Starts what a configuration wants simulated, each in a process of its own, on free loopback ports. */
export const startSimulators = async (
  { connections }: Configuration,
  { data, harnessFlags = [] }: SimulatorOptions,
): Promise<Simulators> => {
  const stateOf = (name: string): readonly string[] => ['--state', join(data, 'simulators', `${name}.db`)];
  const names = Object.entries(connections.clusters).filter(([, { kind }]) => kind === 'simulated');
  const clusters = await Promise.all(
    // A name may hold what no file may be called.
    names.map(([name]) => start('cluster', stateOf(`cluster-${encodeURIComponent(name)}`))),
  );
  const urls = Object.fromEntries(names.map(([name], at) => [name, clusters[at]!.url]));
  const flags = Object.entries(urls).flatMap(([name, url]) => ['--cluster', `${name}=${url}`]);
  const harness =
    connections.harness.kind === 'simulated'
      ? await start('harness', ['--requests-per-minute', '0', ...stateOf('harness'), ...harnessFlags, ...flags])
      : undefined;
  const started = harness === undefined ? clusters : [harness, ...clusters];
  return {
    ...(harness === undefined ? {} : { harness: harness.url }),
    clusters: urls,
    close: async () => {
      await Promise.all(started.map(stop));
    },
  };
};

/** A simulator says where it listens in one line of JSON, and ends with our end of its input. */
const start = async (what: 'cluster' | 'harness', flags: readonly string[]): Promise<Started> => {
  const file = fileURLToPath(new URL(`../simulators/${what}/main.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, '--port', '0', '--exit-with-stdin', ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the simulated ${what} ended at its start with status ${code}`);
  });
  const line = await Promise.race([once(lines, 'line').then(([text]) => text as string), ended]);
  ended.catch(() => {});
  return { url: (JSON.parse(line) as { url: string }).url, process: child };
};

const stop = async ({ process: child }: Started): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};
