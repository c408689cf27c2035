import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchJsonSchema } from '../../lib/domain/batch/json-schema.ts';
import { defaultPillars } from '../../lib/domain/catalogue/catalogue.ts';
import { runCommand } from '../cloud/run-command.ts';
import { makeVenv } from '../python-venv.ts';
import { acceptedFiles, type BatchFile, beyondSchema, documentOf, exampleFiles, refusedFiles } from './files.ts';

/**
 * Checks the published schema of a batch with Python's `jsonschema`, on the files that `npm test` uses for two
 * validators in JavaScript. It needs Python 3 with venv, and downloads jsonschema and PyYAML from PyPI.
 */
const casesOf = (files: readonly BatchFile[], isTaken: boolean) =>
  files
    .map(({ title, text }) => ({ title, document: documentOf(text), isTaken }))
    .filter(({ document }) => document !== undefined);

const cases = [
  ...exampleFiles.map((file) => ({ ...file, isTaken: true })),
  ...casesOf(acceptedFiles, true),
  ...casesOf(refusedFiles, false),
  ...casesOf(beyondSchema, true),
];

const folder = mkdtempSync(join(tmpdir(), 'flotilla-schema-'));
try {
  const programs = await makeVenv(join(folder, 'venv'), join(import.meta.dirname, 'requirements.txt'));
  const order = join(folder, 'cases.json');
  writeFileSync(order, JSON.stringify({ schema: batchJsonSchema(defaultPillars), cases }));
  const check = join(import.meta.dirname, 'check.py');
  console.log((await runCommand(join(programs, 'python3'), [check, order])).trim());
} finally {
  rmSync(folder, { recursive: true });
}
