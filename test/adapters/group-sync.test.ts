import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Disk, realDisk } from '../../lib/adapters/disk.ts';
import { FileDocuments } from '../../lib/adapters/file-documents.ts';
import { GroupSync } from '../../lib/adapters/group-sync.ts';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';

const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-sync-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};

/** Syncs that are in progress until the test ends them. */
const heldSyncs = () => {
  const syncs: PromiseWithResolvers<void>[] = [];
  const group = new GroupSync(() => {
    const sync = Promise.withResolvers<void>();
    syncs.push(sync);
    return sync.promise;
  });
  const waiter = () => {
    const state = { isDone: false };
    void group.synced().then(() => {
      state.isDone = true;
    });
    return state;
  };
  return { syncs, group, waiter };
};

describe('a group', () => {
  test('shares one sync', async () => {
    const { syncs, group, waiter } = heldSyncs();
    const waiters = [1, 2, 3].map(() => {
      group.wrote();
      return waiter();
    });
    // A write after the start of a sync may be missing from it.
    syncs[0]!.resolve();
    await setImmediate();
    expect(waiters.map(({ isDone }) => isDone)).toEqual([true, false, false]);
    syncs[1]!.resolve();
    await setImmediate();
    expect(waiters.map(({ isDone }) => isDone)).toEqual([true, true, true]);
    expect(syncs).toHaveLength(2);
  });

  test('syncs nothing that is on the disk already, and first syncs what an earlier process left', async () => {
    const { syncs, group, waiter } = heldSyncs();
    const first = waiter();
    await setImmediate();
    expect(first.isDone).toBe(false);
    syncs[0]!.resolve();
    await group.synced();
    await group.synced();
    expect(syncs).toHaveLength(1);
  });

  test('does not repeat a failed sync: the system may have thrown away what it could not write', async () => {
    let asked = 0;
    const group = new GroupSync(() => {
      asked += 1;
      return Promise.reject(new Error('EIO'));
    });
    await expect(Promise.all([group.synced(), group.synced()])).rejects.toThrow('EIO');
    group.wrote();
    await expect(group.synced()).rejects.toThrow('EIO');
    expect(asked).toBe(1);
  });
});

/** The real disk, recording its calls by the last part of the path. */
const watchedDisk = () => {
  const asked: string[] = [];
  const note = (what: string, path: string): void => {
    asked.push(`${what} ${path.slice(path.lastIndexOf('/') + 1).replace(/^\..*\.tmp$/, 'a temporary')}`);
  };
  const disk: Disk = {
    syncFile: async (path) => {
      note('file', path);
      await realDisk.syncFile(path);
    },
    open: async (path) => {
      note('open', path);
      const { sync, close } = await realDisk.open(path);
      return {
        sync: () => sync().finally(() => note('sync', path)),
        close: () => close().finally(() => note('close', path)),
      };
    },
    syncFolder: async (path) => {
      note('folder', path);
      await realDisk.syncFolder(path);
    },
  };
  return { asked, disk };
};

test('a table syncs the file that its commits go to, once for many', async () => {
  const file = join(freshFolder(), 'table.db');
  const { asked, disk } = watchedDisk();
  const table = new SqliteTable(file, { disk });
  for (let n = 0; n < 10; n += 1) await table.transact([{ put: { pk: 'p', sk: String(n) } }]);
  await Promise.all([table.synced(), table.synced(), table.synced()]);
  await table.synced();
  expect(asked).toEqual(['open table.db-wal', 'sync table.db-wal']);
  table.close();
});

test('a table opens that file once, and syncs it while no other can be opened', async () => {
  const { asked, disk } = watchedDisk();
  const table = new SqliteTable(join(freshFolder(), 'table.db'), { disk });
  for (let n = 0; n < 3; n += 1) {
    await table.transact([{ put: { pk: 'p', sk: String(n) } }]);
    await table.synced();
    disk.open = () => Promise.reject(new Error('EMFILE'));
  }
  table.close();
  await expect.poll(() => asked.at(-1)).toBe('close table.db-wal');
  expect(asked.filter((what) => what !== 'sync table.db-wal')).toEqual(['open table.db-wal', 'close table.db-wal']);
});

test('that file stays the same while the table is open, even when others use the database', async () => {
  const path = join(freshFolder(), 'table.db');
  const table = new SqliteTable(path);
  const { ino } = statSync(`${path}-wal`);
  await table.transact([{ put: { pk: 'p', sk: 's' } }]);
  const other = new DatabaseSync(path);
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  other.close();
  expect(statSync(`${path}-wal`)).toMatchObject({ ino, size: 0 });
  await table.transact([{ put: { pk: 'p', sk: 't' } }]);
  await table.synced();
  expect(statSync(`${path}-wal`).ino).toBe(ino);
  table.close();
});

test('a document is on the disk with its bytes, its name, and its folders', async () => {
  const folder = freshFolder();
  const { asked, disk } = watchedDisk();
  await new FileDocuments(join(folder, 'documents'), disk).put('batches/1/plan.json', '{}');
  expect(existsSync(join(folder, 'documents', 'batches', '1', 'plan.json'))).toBe(true);
  const parent = folder.slice(folder.lastIndexOf('/') + 1);
  expect(asked).toEqual(['file a temporary', 'folder 1', 'folder batches', 'folder documents', `folder ${parent}`]);
});

test('a document that cannot be synced does not exist', async () => {
  const folder = freshFolder();
  const { disk } = watchedDisk();
  const documents = new FileDocuments(folder, { ...disk, syncFile: () => Promise.reject(new Error('EIO')) });
  await expect(documents.put('a', 'text')).rejects.toThrow('EIO');
  expect(await documents.get('a')).toBeUndefined();
});
