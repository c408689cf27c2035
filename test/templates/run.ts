import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../cloud/run-command.ts';
import { makeVenv } from '../python-venv.ts';
import { withTimeouts } from './with-timeouts.ts';
import { writeTemplates } from './write-templates.ts';

/**
 * Checks every template with cfn-lint: of a default stage, of one with every setting, of one whose anchors are locked,
 * and of what `npm run test:aws` adds. It needs Python 3 with venv, and downloads cfn-lint from PyPI.
 */
const seconds = (): string => `${(performance.now() / 1000).toFixed(1)} s`;

const templatesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.template.json'))
    .sort()
    .map((name) => join(folder, name));

/**
 * Writes templates with exemptions a second time: with this value for timeouts that are expressions, and no exemptions.
 */
const writeWithTimeouts = (files: readonly string[], value: unknown): readonly string[] =>
  files.flatMap((file) => {
    const changed = withTimeouts(readFileSync(file, 'utf8'), value);
    if (changed === undefined) return [];
    const copy = file.replace('.template.json', `.timeouts-${value}.json`);
    writeFileSync(copy, changed);
    return [copy];
  });

const main = async (folder: string): Promise<void> => {
  const programs = await makeVenv(join(folder, 'venv'), join(import.meta.dirname, 'requirements.txt'));
  const lint = (files: readonly string[]): Promise<string> => runCommand(join(programs, 'cfn-lint'), files);
  writeTemplates(join(folder, 'templates'));
  const files = templatesIn(join(folder, 'templates'));
  console.log(`${(await runCommand(join(programs, 'cfn-lint'), ['--version'])).trim()} after ${seconds()}`);

  await lint(files);
  console.log(`${files.length} templates: nothing found`);

  const plain = writeWithTimeouts(files, 300);
  assert.ok(plain.length > 0);
  await lint(plain);
  console.log(`${plain.length} with numbers for timeouts and nothing exempt: nothing found`);

  // If the rule were off, both answers above would be worthless.
  const [broken = ''] = writeWithTimeouts(files, 'soon');
  await assert.rejects(
    lint([broken]),
    /E3601 'soon' is not of type 'number'/,
    'cfn-lint misses a timeout that is a word',
  );
  console.log(`A timeout that is a word is found. ${seconds()}`);
};

const folder = mkdtempSync(join(tmpdir(), 'flotilla-templates-'));
try {
  await main(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
