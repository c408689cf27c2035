import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Change, SqliteTable, type SqliteTableOptions } from '../../lib/adapters/sqlite-table.ts';
import type { TableUse } from '../../lib/adapters/table-use.ts';
import type { Item, Write } from '../../lib/domain/ports.ts';
import { describeTable } from '../contracts/table.ts';
import { stepsOn } from '../contracts/table-model.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'flotilla-table-'));
const opened: SqliteTable[] = [];

const open = (file: string, options: SqliteTableOptions = {}): SqliteTable => {
  const table = new SqliteTable(file, options);
  opened.push(table);
  return table;
};

let files = 0;
const newFile = (): string => join(folder, `${files++}.db`);

afterAll(() => {
  for (const table of opened) table.close();
  rmSync(folder, { recursive: true });
});

const contractFile = newFile();
describeTable('SqliteTable', { open: (onUse) => open(contractFile, onUse === undefined ? {} : { onUse }), runs: 300 });

const a = { pk: 'p', sk: 'a' };
const b = { pk: 'p', sk: 'b' };
const following = (): SqliteTable => open(':memory:', { follow: (pk) => pk === 'p' });
/**
 * A program that increments an item 300 times. It reads much before each write, and writes only if nobody else did
 * meanwhile.
 */
const counting = (file: string): string => `
  import { SqliteTable } from ${JSON.stringify(import.meta.resolve('../../lib/adapters/sqlite-table.ts'))};
  const table = new SqliteTable(${JSON.stringify(file)}, { busyMilliseconds: 600_000 });
  const key = { pk: 'p', sk: 'a' };
  const checks = Array.from({ length: 90 }, (_, n) => ({ check: { pk: 'p', sk: 'none' + n }, when: { exists: false } }));
  let busy = 0;
  for (let done = 0; done < 300; ) {
    const { n } = await table.get(key);
    try {
      await table.transact([...checks, { update: key, set: { n: n + 1 }, when: { equals: { n } } }]);
      done++;
    } catch (error) {
      if (error.name === 'TableBusy') busy++;
      else if (error.name !== 'ConditionFailed') throw error;
    }
  }
  console.log(busy + ' busy');
`;

const told = (changes: readonly Change[]): unknown => changes.map(({ kind, key, item }) => [kind, key.sk, item]);

describe('SqliteTable: changes', () => {
  it.each<{ title: string; writes: readonly Write[]; tells: readonly unknown[] }>([
    { title: 'a new item', writes: [{ put: { ...b, n: 1 } }], tells: [['insert', 'b', { ...b, n: 1 }]] },
    {
      title: 'an item made by an update',
      writes: [{ update: b, set: { n: 1 } }],
      tells: [['insert', 'b', { ...b, n: 1 }]],
    },
    { title: 'a replaced item', writes: [{ put: { ...a, n: 2 } }], tells: [['modify', 'a', { ...a, n: 2 }]] },
    {
      title: 'an updated item',
      writes: [{ update: a, set: { s: 'x' } }],
      tells: [['modify', 'a', { ...a, n: 1, s: 'x' }]],
    },
    { title: 'a removed item', writes: [{ delete: a }], tells: [['remove', 'a', undefined]] },
    { title: 'nothing for a put that changes nothing', writes: [{ put: { n: 1, ...a } }], tells: [] },
    { title: 'nothing for a put that only changes the order of names', writes: [{ put: { ...a, n: 1 } }], tells: [] },
    {
      title: 'nothing for an update that changes nothing',
      writes: [{ update: a, set: { n: 1 }, remove: ['s'] }],
      tells: [],
    },
    { title: 'nothing for a delete of a missing item', writes: [{ delete: b }], tells: [] },
    { title: 'nothing for a check', writes: [{ check: a, when: { exists: true } }], tells: [] },
    { title: 'nothing for another partition', writes: [{ put: { pk: 'other', sk: 'a' } }], tells: [] },
    {
      title: 'the changes of one transaction in the order of its writes',
      writes: [{ put: { ...b, n: 1 } }, { delete: a }],
      tells: [
        ['insert', 'b', { ...b, n: 1 }],
        ['remove', 'a', undefined],
      ],
    },
  ])('tell $title', async ({ writes, tells }) => {
    const table = following();
    await table.transact([{ put: { n: 1, ...a } }]);
    const before = table.changes(0, 10).at(-1)!.sequence;
    await table.transact(writes);
    expect(told(table.changes(before, 10))).toEqual(tells);
  });

  it('say nothing about a failed transaction', async () => {
    const table = following();
    const writes: readonly Write[] = [{ put: a }, { check: b, when: { exists: true } }];
    await expect(table.transact(writes)).rejects.toMatchObject({ name: 'ConditionFailed' });
    expect(table.changes(0, 10)).toEqual([]);
  });

  it('are read in pieces, oldest first', async () => {
    const table = following();
    for (let n = 1; n <= 5; n++) await table.transact([{ put: { ...a, n } }]);
    const first = table.changes(0, 2);
    const rest = table.changes(first.at(-1)!.sequence, 10);
    expect([...first, ...rest].map(({ item }) => item?.n)).toEqual([1, 2, 3, 4, 5]);
  });

  it('disappear when they are trimmed, and their numbers are not used again', async () => {
    const file = newFile();
    const table = open(file, { follow: () => true });
    await table.transact([{ put: a }, { put: b }]);
    const [first, second] = table.changes(0, 10);
    table.trimChanges(second!.sequence);
    expect(table.changes(0, 10)).toEqual([second]);
    table.trimChanges(second!.sequence + 1);
    const reopened = open(file, { follow: () => true });
    await reopened.transact([{ delete: a }]);
    expect(reopened.changes(0, 10)[0]!.sequence).toBeGreaterThan(second!.sequence);
    expect(second!.sequence).toBeGreaterThan(first!.sequence);
  });

  it('rebuild the table when they are replayed', async () => {
    await fc.assert(
      fc.asyncProperty(stepsOn('p'), async (steps) => {
        const table = following();
        const writes = steps.flatMap((step) => ('writes' in step ? [step.writes] : []));
        for (const transaction of writes) await table.transact(transaction).catch(() => undefined);
        const replayed = new Map<string, Item>();
        for (const { kind, key, item } of table.changes(0, 1000)) {
          expect(kind === 'insert').toBe(!replayed.has(key.sk));
          if (item === undefined) replayed.delete(key.sk);
          else replayed.set(key.sk, item);
        }
        const { items } = await table.query({ pk: 'p', limit: 1000 });
        expect(new Map(items.map((item) => [item.sk, item]))).toEqual(replayed);
        table.close();
        opened.pop();
      }),
      { numRuns: 100 },
    );
  });
});

describe('SqliteTable: commits', () => {
  it('are announced afterwards, once for several together', async () => {
    const table = open(':memory:');
    let calls = 0;
    const stop = table.onCommit(() => calls++);
    await table.transact([{ put: a }]);
    await table.transact([{ put: b }]);
    expect(calls).toBe(0);
    await setImmediate();
    expect(calls).toBe(1);
    await table.transact([{ put: a }]);
    await setImmediate();
    expect(calls).toBe(2);
    stop();
    await table.transact([{ put: b }]);
    await setImmediate();
    expect(calls).toBe(2);
  });

  it('that did not happen are not announced', async () => {
    const table = open(':memory:');
    let calls = 0;
    table.onCommit(() => calls++);
    await table.transact([{ put: a, when: { exists: true } }]).catch(() => undefined);
    await setImmediate();
    expect(calls).toBe(0);
  });
});

describe('SqliteTable: file', () => {
  it('keeps what was committed when it is opened again', async () => {
    const file = newFile();
    const table = new SqliteTable(file);
    await table.transact([{ put: { ...a, n: 1 } }]);
    table.close();
    expect(await open(file).get(a)).toEqual({ ...a, n: 1 });
  });

  it('is busy while another process writes to it, and free afterwards', async () => {
    const file = newFile();
    const table = open(file, { busyMilliseconds: 10 });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(table.transact([{ put: a }])).rejects.toMatchObject({ name: 'TableBusy' });
    expect(await table.get(a)).toBeUndefined();
    other.exec('ROLLBACK');
    other.close();
    await table.transact([{ put: a }]);
    expect(await table.get(a)).toEqual(a);
  });

  it('works for several processes: each waits for the other, and no write is lost', async () => {
    const file = newFile();
    await open(file).transact([{ put: { ...a, n: 0 } }]);
    const reports = await Promise.all(
      [1, 2].map(() => run(process.execPath, ['--input-type=module', '-e', counting(file)])),
    );
    expect(reports.map(({ stdout }) => stdout.trim())).toEqual(['0 busy', '0 busy']);
    expect(await open(file).get(a)).toEqual({ ...a, n: 600 });
  });

  it('counts an update by the larger of its old and new sizes', async () => {
    const seen: TableUse[] = [];
    const table = open(':memory:', { onUse: (use) => seen.push(use) });
    await table.transact([{ put: { ...a, text: 'x'.repeat(3500) } }]);
    await table.transact([{ update: a, set: { n: 1 } }]);
    await table.transact([{ update: a, remove: ['text'] }]);
    expect(seen.map(({ writes }) => writes)).toEqual([4, 4, 4]);
  });
});
