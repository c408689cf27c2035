import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { differencesTable } from './differences.ts';

it('what the engines do unlike DynamoDB stands in the documents as the tests have it', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/verified.md'), 'utf8');
  expect(page).toContain(differencesTable());
});
