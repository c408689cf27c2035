import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from '../../lib/cli/shell-word.ts';

test.each([
  ['risk/limit-check', 'risk/limit-check'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['my batch.yaml', "'my batch.yaml'"],
  ['$(touch x); `y` "z" \\', `'$(touch x); \`y\` "z" \\'`],
  ["it's", String.raw`'it'\''s'`],
  ['', "''"],
])('quotes %j as one word for a shell: %s', (word, written) => {
  expect(shellWord(word)).toBe(written);
  expect(execFileSync('sh', ['-c', `printf %s ${written}`], { encoding: 'utf8' })).toBe(word);
});
