import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleAll } from '../../lib/infra/bundling.ts';
import type { Measurement } from './plan.ts';

const root = join(import.meta.dirname, '../..');
const runs = 5;

/** Imported by a unique path: from a string of code, and with nothing else loaded. */
const program =
  'const started = performance.now(); await import(process.argv[1]); process.stdout.write(String(performance.now() - started));';

const importMilliseconds = (file: string): number => {
  const times = Array.from({ length: runs }, () =>
    Number(execFileSync(process.execPath, ['--input-type=module', '--eval', program, file], { encoding: 'utf8' })),
  );
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)]!;
};

/** The code that a cold start of each function loads: its size, and the median time in five new processes. */
export const benchImports = (): readonly Measurement[] => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-imports-'));
  try {
    return [...bundleAll(root)].flatMap(([stem, { code }]): Measurement[] => {
      const file = join(folder, `${stem}.mjs`);
      writeFileSync(file, code);
      return [
        { name: `bundle of ${stem}`, value: Math.round(code.length / 1000), unit: 'KB' },
        { name: `import of ${stem}`, value: Math.round(importMilliseconds(file)), unit: 'ms' },
      ];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
};
