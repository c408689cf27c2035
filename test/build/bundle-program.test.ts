import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundleClone, bundleFolder } from '../../lib/build/bundle-program.ts';
import { ownPrograms } from '../../lib/local/own-files.ts';

/** A small clone with a part that is loaded on demand. */
const makeClone = (): string => {
  const root = mkdtempSync(join(tmpdir(), 'flotilla-bundle-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const files = { 'bin/flotilla.ts': `await import('../lib/late.ts');`, 'node_modules/.package-lock.json': '{}' };
  const programs = Object.values(ownPrograms).map((path) => [path, ''] as const);
  for (const [path, text] of [...Object.entries(files), ...programs]) write(root, path, text);
  return root;
};

/** Written long ago: a source that changes during a build stops it. */
const write = (root: string, path: string, text: string): void => {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
  utimesSync(join(root, path), 1, 1);
};

test('a build keeps the files of the last one, which a running server may still load, and no older ones', async () => {
  const root = makeClone();
  const parts: string[][] = [];
  for (const nth of [1, 2, 3, 3]) {
    write(root, 'lib/late.ts', `console.log(${nth});`);
    await bundleClone(root);
    parts.push(readdirSync(join(root, bundleFolder)).filter((file) => file.startsWith('late-')));
  }
  const [[first], second, third, same] = parts as [string[], string[], string[], string[]];
  expect(parts.map((some) => some.length)).toEqual([1, 2, 2, 1]);
  expect([second.includes(first!), third.includes(first!), third.includes(same[0]!)]).toEqual([true, false, true]);
  expect(readdirSync(join(root, bundleFolder, '..'))).toEqual(['program']);
});
