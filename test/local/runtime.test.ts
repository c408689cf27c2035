import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { type Disk, realDisk } from '../../lib/adapters/disk.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { executorWatcher, keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { type Runtime, startRuntime } from '../../lib/local/runtime.ts';
import { Child } from '../e2e/child.ts';

const runtimes: Runtime[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-runtime-'));
  folders.push(folder);
  return folder;
};

/** Nothing listens there, and nothing is asked. */
const simulators = { harness: 'http://127.0.0.1:9', clusters: {}, close: async () => {} };

const start = async (data: string, port = 0, disk?: Disk): Promise<Runtime> => {
  const settings = { port, data, configuration: simulatedConfiguration(), simulators };
  const runtime = await startRuntime({ ...settings, ...(disk === undefined ? {} : { disk }) });
  runtimes.push(runtime);
  return runtime;
};

test('refuses a second runtime on the same data until the first has ended', async () => {
  const data = freshFolder();
  const first = await start(data);
  await expect(start(data)).rejects.toMatchObject({
    name: 'ConfigurationInvalid',
    message: `${data} is in use: another Flotilla runs with this data.`,
  });
  await first.close();
  runtimes.length = 0;
  await start(data);
});

test('removes an expired Idempotency-Key when the server starts, and keeps a valid one', async () => {
  const data = freshFolder();
  const first = await start(data);
  const rowOf = (key: string, expires_at: number) => ({
    put: itemOf(keys.idempotency('ada', key), { batch_id: key, body_sha256: '', created_at: 0, expires_at }),
  });
  await first.table.transact([rowOf('old', Date.now() / 1000 - 1), rowOf('new', Date.now() / 1000 + 3_600)]);
  await first.close();
  runtimes.length = 0;
  const { table } = await start(data);
  expect(await table.get(keys.idempotency('ada', 'old'))).toBeUndefined();
  expect(await table.get(keys.idempotency('ada', 'new'))).toBeDefined();
});

test('a callback with one of its keys leaves a hint for the watcher that follows runs, and one without does not', async () => {
  const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
  const settings = { port: 0, data: freshFolder(), configuration: simulatedConfiguration(), simulators };
  const runtime = await startRuntime({ ...settings, callbackKeys: [first, second] });
  runtimes.push(runtime);
  const { table, url } = runtime;
  const watcher = executorWatcher('harness:simulated');
  // A watcher runs already, so that none is started.
  const until = Date.now() + 3_600_000;
  await table.transact([
    { put: itemOf(keys.watcher(watcher), { watcher, generation: 1, until }) },
    { put: itemOf(keys.watch(watcher, 'B1', 0, 'deploy-1'), { at: 1 }) },
  ]);
  const hintAfter = async (given: string): Promise<readonly [number, boolean]> => {
    const { status } = await fetch(`${url}/callbacks/harness/${given}`, { method: 'POST' });
    const hint = await table.get(keys.hint(watcher));
    if (hint !== undefined) await table.transact([{ delete: keys.hint(watcher) }]);
    return [status, hint !== undefined];
  };
  expect(await hintAfter('x'.repeat(32))).toEqual([202, false]);
  expect(await hintAfter(first)).toEqual([202, true]);
  expect(await hintAfter(second)).toEqual([202, true]);
});

test('reports a port that is in use, and makes no folder for the data', async () => {
  const data = join(freshFolder(), 'data');
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(start(data, port)).rejects.toMatchObject({
    name: 'ConfigurationInvalid',
    message: `Nothing can listen on 127.0.0.1:${port}: it is in use already; choose another port.`,
  });
  expect(existsSync(data)).toBe(false);
  await start(data);
  other.close();
});

test('the program ends when its port is taken', async () => {
  const [data, taken] = [freshFolder(), await start(freshFolder())];
  const port = new URL(taken.url).port;
  const child = new Child('bin/flotilla.ts', { args: ['serve', '--port', port, '--data', data], directory: data });
  onTestFinished(async () => void (await child.stop()));
  const { code } = await child.ended;
  expect([code, child.output]).toEqual([2, expect.stringContaining('is in use already')]);
});

test.each([
  ['a file', '', 'it is a file, or goes through one as if that were a folder; name another folder'],
  ['in a file', 'data', 'it is a file, or goes through one as if that were a folder; name another folder'],
])("a data folder that is %s is the caller's mistake", async (_, name, why) => {
  const file = join(freshFolder(), 'file');
  writeFileSync(file, '');
  const data = join(file, name);
  await expect(start(data)).rejects.toMatchObject({
    name: 'ConfigurationInvalid',
    message: `The data folder ${data} cannot be used: ${why}.`,
  });
});

const noDatabase =
  'it cannot be opened or written; this user has no right to, the disk is full, or it is no database of ours';

test.each([['lock.db'], ['flotilla.db'], ['engine.db']])(
  'names a %s that SQLite cannot open, and does not call the data in use',
  async (file) => {
    const data = freshFolder();
    writeFileSync(join(data, file), 'This is a text, and no database. '.repeat(100));
    await expect(start(data)).rejects.toMatchObject({
      name: 'ConfigurationInvalid',
      message: `The data folder ${data} cannot be used: ${file}: ${noDatabase} (SQLite: file is not a database).`,
    });
  },
);

test('releases the data when something could not start', async () => {
  const [data, configuration] = [freshFolder(), simulatedConfiguration()];
  const failing = async (): Promise<never> => {
    throw new Error('no simulator');
  };
  await expect(startRuntime({ port: 0, data, configuration, simulators: failing })).rejects.toThrow('no simulator');
  writeFileSync(join(data, 'engine.db'), 'this is no database');
  await expect(start(data)).rejects.toThrow('engine.db: it cannot be opened');
  rmSync(join(data, 'engine.db'));
  await start(data);
});

test('the program ends when one of its simulators cannot start', async () => {
  const data = freshFolder();
  const state = join(data, 'simulators', 'harness.db');
  // A damaged file is normally renamed; here it cannot be.
  mkdirSync(join(`${state}.old`, 'full'), { recursive: true });
  writeFileSync(state, 'this is no database');
  const child = new Child('bin/flotilla.ts', { args: ['serve', '--port', '0', '--data', data], directory: data });
  onTestFinished(async () => void (await child.stop()));
  const { code } = await child.ended;
  // Two processes write, in either order.
  expect([code, child.output.trim().split('\n').toSorted()]).toEqual([
    2,
    [
      'The simulated harness did not start; what it says of that is above.',
      expect.stringMatching(/^simulated-harness: .*harness\.db\.old/),
    ],
  ]);
});

test('creates missing folders for the data, and syncs them together with their parent', async () => {
  const outermost = freshFolder();
  const data = join(outermost, 'a', 'b');
  const synced: string[] = [];
  const syncFolder = async (path: string): Promise<void> => {
    synced.push(path);
    await realDisk.syncFolder(path);
  };
  await start(data, 0, { ...realDisk, syncFolder });
  expect(existsSync(join(data, 'flotilla.db'))).toBe(true);
  // Last of all: what was there before, such as the anchors' key, is synced with its own folders.
  expect(synced.slice(-3)).toEqual([data, join(outermost, 'a'), outermost]);
});
