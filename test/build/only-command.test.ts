import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { onlyCommand } from '../../lib/build/only-command.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flotilla-only-'));
  mkdirSync(join(folder, 'commands'));
  writeFileSync(
    join(folder, 'program.ts'),
    "export const run = (name: string) => name === 'plan' ? import('./commands/plan.ts') : import('./commands/list.ts');",
  );
  for (const name of ['plan', 'list']) {
    writeFileSync(join(folder, `commands/${name}.ts`), `export const done = 'done by ${name}';`);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a bundle for one command has none of the others', async () => {
  const { outputFiles } = await build({
    ...{ absWorkingDir: folder, entryPoints: ['program.ts'], outdir: 'out', write: false },
    ...{ bundle: true, splitting: true, format: 'esm', plugins: [onlyCommand('plan')] },
  });
  const text = outputFiles.map((file) => file.text).join();
  expect(text).toContain('done by plan');
  expect(text).not.toContain('done by list');
});
