import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleAll } from '../../lib/infra/bundling.ts';
import type { Measurement } from './plan.ts';

const root = join(import.meta.dirname, '..', '..');
const tries = 5;

const program = [
  'const begun = performance.now();',
  'await import(process.argv[1]);',
  'console.log(performance.now() - begun);',
  'process.exit(0);',
].join('\n');

/** The best of some new processes; a function that is started cold on AWS does this first. */
const importMilliseconds = (file: string): number => {
  const args = ['--input-type=module', '--eval', program, file];
  const times = Array.from({ length: tries }, () => Number(execFileSync(process.execPath, args, { encoding: 'utf8' })));
  return Math.round(Math.min(...times));
};

/** Size of each function's one file, and how long it takes to load it. */
export const benchColdStart = (): readonly Measurement[] => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
  try {
    return [...bundleAll(root)].flatMap(([stem, { code }]) => {
      const file = join(folder, `${stem}.mjs`);
      writeFileSync(file, code);
      return [
        { name: `${stem}: bundle`, value: Math.round(code.length / 1024), unit: 'KB' },
        { name: `${stem}: cold import`, value: importMilliseconds(file), unit: 'ms' },
      ];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
};
