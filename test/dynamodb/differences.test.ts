import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { differencesTable } from './differences.ts';

it("the documents list the engines' differences from DynamoDB as the tests have them", () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/verified.md'), 'utf8');
  expect(page).toContain(differencesTable());
});
