import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundledPackages, foldersOf, licenceProblems, noticesOf } from '../../lib/build/notices.ts';

const files = {
  LICENSE: 'Apache License',
  'node_modules/@a/b/package.json': '{ "name": "@a/b", "version": "1.0.0", "license": "Apache-2.0" }',
  'node_modules/c/package.json': '{ "name": "c", "version": "2.0.0", "license": "MIT", "author": { "name": "Ada" } }',
  'node_modules/c/node_modules/d/package.json': '{ "name": "d", "version": "3.0.0", "license": "ISC" }',
  'node_modules/c/node_modules/d/LICENCE.md': 'Permission to use\r\n',
  'node_modules/e/package.json': '{ "name": "e", "version": "4.0.0", "license": "ISC" }',
  'node_modules/e/LICENSE': 'Permission to use\n',
  'node_modules/e/NOTICE': 'made by E',
  'node_modules/f/package.json': '{ "name": "f", "version": "5.0.0", "license": "GPL-3.0-only" }',
};

/** A bundle with code of these files; the last file contributes nothing. */
const metafile = {
  inputs: {},
  outputs: {
    'x.js': {
      inputs: Object.fromEntries(
        [
          ...['lib/x.ts', 'node_modules/@a/b/dist/x.js', 'node_modules/c/index.js', 'node_modules/c/x.js'],
          ...[
            'node_modules/c/node_modules/d/d.js',
            'node_modules/e/e.js',
            'node_modules/f/f.js',
            'node_modules/g/g.js',
          ],
        ].map((path) => [path, { bytesInOutput: path.endsWith('g.js') ? 0 : 10 }]),
      ),
    },
  },
} as unknown as Metafile;

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'flotilla-notices-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});
afterAll(() => rmSync(root, { recursive: true }));

describe('notices', () => {
  test('cover the packages with code in the bundle, nested ones too', () => {
    expect(foldersOf(metafile)).toEqual([
      ...['node_modules/@a/b', 'node_modules/c', 'node_modules/c/node_modules/d', 'node_modules/e', 'node_modules/f'],
    ]);
  });

  test('have the text of the package, or the usual one of its licence', () => {
    const texts = bundledPackages(root, metafile).map(({ name, text }) => [
      name,
      text.split('\n').slice(0, 3).join('|'),
    ]);
    expect(texts).toEqual([
      ['@a/b', 'Apache License'],
      ['c', 'MIT License||Copyright (c) Ada'],
      ['d', 'Permission to use'],
      ['e', 'Permission to use||made by E'],
      ['f', ''],
    ]);
  });

  test('are refused without an allowed licence and its text', () => {
    expect(licenceProblems(bundledPackages(root, metafile))).toEqual([
      'f 5.0.0 has the licence GPL-3.0-only, which is not allowed.',
      'f 5.0.0 has no licence text.',
    ]);
  });

  test('name every package, and a shared text once', () => {
    const two = ['a', 'b'].map((name) => ({ name, version: '1.0.0', licence: 'ISC', text: 'Permission' }));
    const told = noticesOf(two);
    expect(told).toContain('a 1.0.0 (ISC)\nb 1.0.0 (ISC)\n');
    expect(told.match(/Permission/g)).toHaveLength(1);
  });
});
