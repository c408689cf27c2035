import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { type About, type Memory, openMemory } from '../../lib/simulators/memory.ts';

const about: About = { what: 'cluster', version: 3 };

const freshPath = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'simulators', 'state.db');
};

const open = async (path: string, { as = about, patience = 0 } = {}): Promise<{ memory: Memory; told: string[] }> => {
  const told: string[] = [];
  const memory = await openMemory(path, as, { tell: (message) => told.push(message), patience });
  onTestFinished(() => memory.close());
  return { memory, told };
};

test('is there again, in the order of first appearance', async () => {
  const path = freshPath();
  const { memory } = await open(path);
  for (const key of ['b', 'a', 'c']) memory.put('thing', key, { key });
  memory.put('other', 'a', { of: 'another kind' });
  memory.put('thing', 'b', { key: 'b', changed: true });
  memory.remove('thing', 'a');
  memory.together(() => memory.together(() => memory.put('thing', 'a', { key: 'a', again: true })));
  memory.close();
  // Late writes of a simulator that is stopping.
  memory.put('thing', 'd', { key: 'd' });
  memory.remove('thing', 'b');
  const { memory: next, told } = await open(path);
  expect(next.all('thing')).toEqual([{ key: 'b', changed: true }, { key: 'c' }, { key: 'a', again: true }]);
  expect(next.all('other')).toEqual([{ of: 'another kind' }]);
  expect(told).toEqual([]);
});

test('has one owner at a time; the next one waits for its end', async () => {
  const path = freshPath();
  const { memory } = await open(path);
  memory.put('thing', 'a', { is: 'kept' });
  await expect(open(path)).rejects.toThrow(`${path} is in use by another simulated cluster.`);
  const next = open(path, { patience: 60_000 });
  memory.close();
  expect((await next).memory.all('thing')).toEqual([{ is: 'kept' }]);
});

const withContent = (content: string | Buffer) => async (path: string) => writeFileSync(path, content);

test.each<[what: string, spoil: (path: string) => Promise<void>, why: string]>([
  ['no database', withContent('Dear diary, '.repeat(100)), 'it is something else'],
  [
    'of something else',
    async (path) => {
      rmSync(path);
      const database = new DatabaseSync(path);
      database.exec('CREATE TABLE t (a)');
      database.close();
    },
    'it is something else',
  ],
  ['damaged', async (path) => writeFileSync(path, damaged(readFileSync(path))), 'it is damaged'],
  [
    'of another version',
    async (path) => {
      rmSync(path);
      (await open(path, { as: { what: 'cluster', version: 2 } })).memory.close();
    },
    'it is of version 2, and this is 3',
  ],
  [
    'of another simulator',
    async (path) => {
      rmSync(path);
      (await open(path, { as: { what: 'Harness', version: 3 } })).memory.close();
    },
    'it belongs to a simulated Harness',
  ],
])('sets aside a file that is %s, and starts with empty memory', async (_, spoil, why) => {
  const path = freshPath();
  const { memory: before } = await open(path);
  for (let n = 0; n < 200; n += 1) before.put('thing', String(n), { n, text: 'x'.repeat(200) });
  before.close();
  await spoil(path);
  const spoilt = readFileSync(path);
  const { memory, told } = await open(path);
  expect(told).toEqual([
    `the state of the simulated cluster in ${path} cannot be read: ${why}. It starts again from scratch, without the runs and ` +
      `workloads of before; the file is now ${path}.old.`,
  ]);
  expect(memory.all('thing')).toEqual([]);
  expect(readFileSync(`${path}.old`)).toEqual(spoilt);
  memory.put('thing', 'a', { is: 'kept' });
  memory.close();
  expect((await open(path)).memory.all('thing')).toEqual([{ is: 'kept' }]);
});

/** Everything after the first page, which alone identifies the file. */
const damaged = (whole: Buffer): Buffer =>
  Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(whole.length - 4096, 7)]);

test('reports a place where nothing can be stored', async () => {
  const path = freshPath();
  writeFileSync(join(path, '..', '..', 'simulators'), '');
  await expect(open(path)).rejects.toThrow(/EEXIST|ENOTDIR/);
  expect(existsSync(`${path}.old`)).toBe(false);
});
