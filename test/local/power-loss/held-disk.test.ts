import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type Disk, type OpenFile, realDisk } from '../../../lib/adapters/disk.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';
import { startRuntime } from '../../../lib/local/runtime.ts';
import { type BatchView, request } from './lives.ts';

const batch = `
version: v1.0
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }
deployments: [{ pillar: shared, service_name: store, docker_image_version: 2.0.0 }]
`;

/** A disk that writes the table's data only when the test allows it; the journal is not held. */
class HeldDisk implements Disk {
  isAsked = false;
  /** The process has no handle left. */
  isFull = false;
  #held: PromiseWithResolvers<void> | undefined;

  hold(): void {
    this.#held = Promise.withResolvers();
    this.isAsked = false;
  }

  release(): void {
    this.#held?.resolve();
  }

  async open(path: string): Promise<OpenFile> {
    if (this.isFull) throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    const file = await realDisk.open(path);
    const sync = async (): Promise<void> => {
      if (path.endsWith('flotilla.db-wal')) {
        this.isAsked = true;
        await this.#held?.promise;
      }
      await file.sync();
    };
    return { sync, close: file.close };
  }

  syncFile = realDisk.syncFile;
  syncFolder = realDisk.syncFolder;
}

const start = async (onJournal: (kind: string) => void = () => {}) => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-held-'));
  const disk = new HeldDisk();
  const journalled: string[] = [];
  const runtime = await startRuntime({
    port: 0,
    data,
    configuration: simulatedConfiguration(),
    simulators: { harness: 'http://127.0.0.1:9', clusters: {} },
    onJournal: (kind) => {
      if (!journalled.includes(kind)) onJournal(kind);
      journalled.push(kind);
    },
    disk,
  });
  onTestFinished(async () => {
    disk.release();
    await runtime.close();
    rmSync(data, { recursive: true });
  });
  return { runtime, disk, journalled };
};

const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await sleep(5);
};

/** What must not happen would happen at once; no amount of waiting brings what is held. */
const aWhile = (): Promise<void> => sleep(100);

const submit = (url: string): Promise<BatchView> => request('POST', `${url}/batches`, batch, 'application/yaml');

test('starts no execution for a batch that may still be lost', async () => {
  const { runtime, disk, journalled } = await start();
  disk.hold();
  const answer = submit(runtime.url);
  await until(() => disk.isAsked);
  await aWhile();
  expect(journalled).not.toContain('execution-started');
  disk.release();
  await answer;
  expect(journalled).toContain('execution-started');
});

test('does not journal a result of a function while its writes may still be lost', async () => {
  const { runtime, disk, journalled } = await start((kind) => kind === 'task-scheduled' && disk.hold());
  const answer = submit(runtime.url);
  const turns = { pk: 'DISPATCHER', prefix: 'TURN#', limit: 1 };
  await until(async () => (await runtime.table.query(turns)).items.length > 0);
  await aWhile();
  expect(journalled).not.toContain('task-succeeded');
  disk.release();
  await answer;
  await until(() => journalled.includes('task-succeeded'));
});

test('reports nothing that may still be lost', async () => {
  const { runtime, disk } = await start();
  await submit(runtime.url);
  const { table } = runtime;
  disk.hold();
  await table.transact([{ put: { pk: 'p', sk: 's' } }]);
  let isTold = false;
  const telling = request('GET', `${runtime.url}/batches`).then(() => {
    isTold = true;
  });
  await until(() => disk.isAsked);
  await aWhile();
  expect(isTold).toBe(false);
  disk.release();
  await telling;
});

test('goes on after the process had no handle left for a moment', async () => {
  const { runtime, disk, journalled } = await start();
  disk.isFull = true;
  await submit(runtime.url);
  await until(() => journalled.includes('task-succeeded'));
});
