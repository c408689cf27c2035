import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { read, root, unique } from './pages.ts';

test('every folder has its line in the map of docs/development.md', () => {
  const ignored = [...read('.gitignore').split('\n'), '.git/'];
  const foldersIn = (path: string): string[] =>
    readdirSync(join(root, path), { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));
  const top = foldersIn('.').filter((name) => name !== 'lib' && !ignored.includes(`${name}/`));
  const mapped = read('docs/development.md')
    .split('## Map\n')[1]!
    .match(/^\| \[[^\]]+\]/gm)!
    .map((start) => start.slice(3, -1));
  expect(unique(mapped)).toEqual(unique([...top, ...foldersIn('lib').map((name) => `lib/${name}`)]));
});
