import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lightCommands } from '../../lib/build/light-commands.ts';

const files = {
  'cli/program.ts': [
    "export const list = async () => (await import('./commands/list.ts')).list;",
    "export const show = async () => (await import('./commands/show.ts')).show;",
    "export const plan = async () => (await import('./commands/plan.ts')).plan;",
  ].join('\n'),
  'cli/commands/list.ts':
    "import { other } from './other.ts'; export const list = () => other; export const spare = 1;",
  'cli/commands/show.ts': "export const show = () => 'show'; export const spare = 2;",
  'cli/commands/plan.ts': "export const plan = () => 'plan';",
  'cli/commands/other.ts': "export const other = 'other';",
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flotilla-light-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

test('light commands share one file of the bundle, a heavy one has its own', async () => {
  const { outputFiles } = await build({
    ...{ absWorkingDir: folder, entryPoints: ['cli/program.ts'], outdir: 'out', chunkNames: '[name]' },
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', plugins: [lightCommands], write: false },
  });
  const texts = outputFiles.map(({ text }) => text);
  const holders = ['other', 'show', 'plan'].map((word) => texts.findIndex((text) => text.includes(`"${word}"`)));
  expect(holders[0]).toBe(holders[1]);
  expect(holders[0]).not.toBe(holders[2]);
  expect(texts.join()).not.toContain('spare = 1');
});

test('finds every command that is imported when it runs', () => {
  const program = readFileSync(join(import.meta.dirname, '../../lib/cli/program.ts'), 'utf8');
  const imports = program.match(/import\('\.\/commands\/[\w-]+\.ts'\)/g) ?? [];
  const whole = program.match(/\(await import\('\.\/commands\/[\w-]+\.ts'\)\)\.\w+/g) ?? [];
  expect(imports.length).toBeGreaterThan(10);
  expect(whole).toHaveLength(imports.length);
});
