import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { KubeObject } from '../../lib/simulators/cluster/kube-object.ts';
import { clusterMemory } from '../../lib/simulators/cluster/remember.ts';
import type { RunRecord } from '../../lib/simulators/harness/run.ts';
import { harnessMemory } from '../../lib/simulators/harness/world.ts';
import { type About, openMemory } from '../../lib/simulators/memory.ts';
import { orderOf } from '../contracts/uploads.ts';
import { Child } from './child.ts';

const batch = `
version: v1.0
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }
deployments:
  - { pillar: shared, service_name: store, docker_image_version: 1.0.0 }
  - { pillar: shared, service_name: api, docker_image_version: 1.0.0, metadata: { dependencies: [store] } }
  - { pillar: risk, service_name: limits, docker_image_version: 1.0.0, metadata: { dependencies: [store] } }
`;

interface Deployment {
  readonly key: string;
  readonly status: string;
  readonly runs: readonly { readonly key: string; readonly ref?: string }[];
}

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** What this test reads from the server. */
let authorization = '';

const get = async <T>(address: string): Promise<T> =>
  (await (await fetch(address, { headers: { authorization } })).json()) as T;

const deploymentsOf = async (address: string): Promise<readonly Deployment[]> =>
  (await get<{ deployments: Deployment[] }>(`${address}/deployments`)).deployments;

/** The timeout of the test ends an endless wait. */
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await sleep(20);
};

/** A server with its simulators, killed by SIGKILL: no part of it can clean up. */
const makeServer = () => {
  const directory = mkdtempSync(join(tmpdir(), 'flotilla-killed-'));
  const data = join(directory, 'data');
  let child: Child | undefined;
  const kill = async (): Promise<void> => {
    await child?.stop('SIGKILL');
    child = undefined;
  };
  const start = async (): Promise<string> => {
    // Without the umask, all its files would be open to everyone.
    const umask = process.umask(0);
    child = new Child('bin/flotilla.ts', { args: ['serve', '--port', '0', '--data', data, '--json'], directory });
    process.umask(umask);
    const begun = await child.answer<{ url: string }>();
    if (begun === undefined) throw new Error(`it did not start:\n${child.output}`);
    authorization = `Bearer ${readFileSync(join(data, 'token'), 'utf8').trim()}`;
    return begun.url;
  };
  /** The stored state of a simulator, once it has ended: until then it is the sole owner. */
  const kept = async <T>(file: string, about: About, kind: string): Promise<readonly T[]> => {
    const memory = await openMemory(join(data, 'simulators', file), about, { tell: () => {}, patience: 100_000 });
    const values = memory.all<T>(kind);
    memory.close();
    return values;
  };
  onTestFinished(async () => {
    await kill();
    for (const file of readdirSync(join(data, 'simulators')).filter((name) => name.endsWith('.db')))
      await kept(file, file === 'harness.db' ? harnessMemory : clusterMemory, 'any');
    rmSync(directory, { recursive: true });
  });
  /** Modes of the data folder and everything in it. */
  const modes = (): Readonly<Record<'files' | 'folders', readonly number[]>> => {
    const found = readdirSync(data, { recursive: true, withFileTypes: true });
    const modesOf = (isFolder: boolean) =>
      found.filter((one) => one.isDirectory() === isFolder).map((one) => modeOf(join(one.parentPath, one.name)));
    return { files: modesOf(false), folders: [modeOf(data), ...modesOf(true)] };
  };
  return { start, kill, kept, modes };
};

test('a batch of the first day survives kill -9: runs go on, clusters keep their state', async () => {
  const server = makeServer();
  const url = await server.start();
  const headers = { authorization, 'content-type': 'application/yaml' };
  const submitted = await fetch(`${url}/batches`, { method: 'POST', headers, body: batch });
  const { batch_id } = (await submitted.json()) as { batch_id: string };
  // The first is done, the others are running.
  await until(async () => {
    const runs = (await deploymentsOf(`${url}/batches/${batch_id}`)).flatMap((one) => one.runs);
    return runs.length === 3 && runs.every(({ ref }) => ref !== undefined);
  });
  const order = {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(orderOf('version: ')),
  };
  expect((await fetch(`${url}/uploads`, order)).status).toBe(201);
  await server.kill();
  const { files, folders } = server.modes();
  expect([files.length, folders.length]).toEqual([
    expect.toSatisfy((count) => count > 12),
    expect.toSatisfy((count) => count > 4),
  ]);
  expect([new Set(files), new Set(folders)]).toEqual([new Set([0o600]), new Set([0o700])]);

  const address = `${await server.start()}/batches/${batch_id}`;
  await until(async () => (await get<{ ended_at?: string }>(address)).ended_at !== undefined);
  expect(await get(address)).toMatchObject({ status: 'SUCCESS', reason: 'AllSucceeded' });
  const deployments = await deploymentsOf(address);
  expect(deployments.map(({ key, status, runs }) => `${key} ${status} ${runs.length}`)).toEqual([
    'shared/store SUCCESS 1',
    'shared/api SUCCESS 1',
    'risk/limits SUCCESS 1',
  ]);
  await server.kill();

  const runs = await server.kept<RunRecord>('harness.db', harnessMemory, 'run');
  const started = deployments.flatMap((one) => one.runs.map(({ key, ref }) => `${key} ${ref}`));
  expect(runs.map(({ id, origin }) => `${origin.payload.key} ${id}`).toSorted()).toEqual(started.toSorted());
  const objects = await server.kept<KubeObject>('cluster-cluster-eu-1.db', clusterMemory, 'object');
  const names = objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name);
  expect(names.toSorted()).toEqual(['api', 'limits', 'store']);
});
