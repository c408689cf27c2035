import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { read, root } from './pages.ts';

/**
 * What people read and may run. Nobody has claimed our names on the registry, so a stranger could: no command may
 * download one. `npx --no-install` runs only what is installed.
 */
const files = globSync(
  [
    '*.md',
    '{docs,examples,schemas}/**/*.{md,yaml,yml,json,groovy,service}',
    '{.ci,.github,action}/**/*',
    '{bin,lib,functions}/**/*.{ts,js}',
  ],
  { cwd: root, exclude: (name) => name.endsWith('node_modules') },
).filter((path) => statSync(join(root, path)).isFile());

const name = '(?:@flotilla[\\w-]*\\/[\\w-]+|flotilla(?:-\\w+)?)(?![\\w./-]*\\.tgz)';
const fetching = [
  new RegExp(`\\b(?:npx|pnpx|bunx|pnpm dlx|yarn dlx|npm exec|npm x) (?!--no-install )(?:-\\S+ )*${name}`, 'g'),
  new RegExp(`\\b(?:npm|pnpm|yarn) (?:i|install|add)\\b(?: -\\S+)* ${name}`, 'g'),
  /\bdocker (?:run|pull)\b[^\n]* flotilla(?::[\w.-]+)?(?=\s|$)/gm,
];

const fetchesIn = (text: string): readonly string[] =>
  fetching.flatMap((pattern) => [...text.matchAll(pattern)].map(([found]) => found));

test('no message and no document makes people run a name that a stranger could register', () => {
  const found = files.flatMap((file) => fetchesIn(read(file)).map((command) => `${file}: ${command}`));
  expect(files.length).toBeGreaterThan(500);
  expect(found).toEqual([]);
});

test.each([
  ['npx flotilla plan', 1],
  ['npx -y flotilla plan', 1],
  ['npx @flotilla-deploy/cli plan', 1],
  ['npm install -g flotilla', 1],
  ['npm i @flotilla-deploy/cli', 1],
  ['docker run --rm flotilla', 1],
  ['npx --no-install flotilla plan', 0],
  ['npm install -g ./flotilla.tgz', 0],
  ['npm install flotilla-0.1.0.tgz', 0],
  ['flotilla plan', 0],
])('%s: %i', (text, count) => {
  expect(fetchesIn(text)).toHaveLength(count);
});
