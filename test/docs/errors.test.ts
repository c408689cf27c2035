import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorNames } from '../../lib/domain/errors.ts';

const headings = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^### (\w+)$/gm)].map(([, name]) => name);

test('every error name has its heading, and no heading is of an error that does not exist', () => {
  expect([...headings].sort()).toEqual(Object.keys(errorNames).sort());
});
