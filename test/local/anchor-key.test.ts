import { createPublicKey, type KeyObject } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { realDisk } from '../../lib/adapters/disk.ts';
import { anchorKey } from '../../lib/local/runtime/anchor-key.ts';

const root = mkdtempSync(join(tmpdir(), 'flotilla-anchor-key-'));
afterAll(() => rmSync(root, { recursive: true }));
const freshFolder = (): string => mkdtempSync(join(root, 'd-'));

const publicOf = (key: KeyObject): string =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('hex');

test('is created once, in a file that only its owner can read, and stays', async () => {
  const data = freshFolder();
  const made = await anchorKey(data, realDisk);
  expect(readdirSync(data)).toEqual(['anchor-key']);
  expect(statSync(join(data, 'anchor-key')).mode & 0o777).toBe(0o600);
  expect(publicOf(await anchorKey(data, realDisk))).toBe(publicOf(made));
  expect(publicOf(await anchorKey(freshFolder(), realDisk))).not.toBe(publicOf(made));
});

test('is on the disk, with its name, before it signs anything', async () => {
  const synced: string[] = [];
  const disk = {
    ...realDisk,
    syncFile: async () => void synced.push('bytes'),
    syncFolder: async () => void synced.push('name'),
  };
  await anchorKey(freshFolder(), disk);
  expect(synced.slice(0, 2)).toEqual(['bytes', 'name']);
});

test('is not replaced when its file contains no key, and the message does not show the content', async () => {
  const data = freshFolder();
  writeFileSync(join(data, 'anchor-key'), 'half-of-a-key');
  chmodSync(join(data, 'anchor-key'), 0o600);
  const error = await anchorKey(data, realDisk).catch((one: unknown) => one);
  expect(error).toMatchObject({ name: 'ConfigurationInvalid', message: expect.stringContaining('it contains no key') });
  expect(JSON.stringify([error, String((error as Error).cause)])).not.toContain('half-of-a-key');
});
