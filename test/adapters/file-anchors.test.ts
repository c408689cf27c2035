import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { realDisk } from '../../lib/adapters/disk.ts';
import { FileAnchors } from '../../lib/adapters/file-anchors.ts';
import { anchorsContract } from '../contracts/anchors.ts';

const root = mkdtempSync(join(tmpdir(), 'flotilla-anchors-'));
afterAll(() => rmSync(root, { recursive: true }));
const freshFolder = (): string => join(mkdtempSync(join(root, 'a-')), 'anchors');

anchorsContract('FileAnchors', (look) => look(new FileAnchors(freshFolder())));

test('FileAnchors leave only anchors, even after a refused one', async () => {
  const folder = freshFolder();
  const anchors = new FileAnchors(folder);
  for (const text of ['first', 'second']) await anchors.put(12, text);
  expect(readdirSync(folder)).toEqual(['000000012.json']);
});

test('FileAnchors report an anchor when its bytes and then its name are on the disk', async () => {
  const synced: string[] = [];
  const disk = {
    ...realDisk,
    syncFile: async (path: string) => void synced.push(path.endsWith('.tmp') ? 'bytes' : path),
    syncFolder: async () => void synced.push('name'),
  };
  await new FileAnchors(freshFolder(), disk).put(1, 'text');
  expect(synced).toEqual(['bytes', 'name', 'name']);
});
