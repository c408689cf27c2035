import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Drive } from './benchmarks.ts';
import { medianOf } from './compare.ts';
import { ordinaryText } from './plan.ts';
import { runWell } from './programs.ts';

const size = 1000;
const runs = 5;

/** How long commands take from their start to their end, in a folder without a configuration. */
export const driveCommandLine: Drive = async (build) => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
  const node = join(build, 'node_modules', '.bin', 'node');
  const millisecondsOf = async (...args: readonly string[]): Promise<number> => {
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const begin = performance.now();
      await runWell(node, [join(build, 'bin', 'flotilla.js'), ...args], folder);
      times.push(performance.now() - begin);
    }
    return Math.round(medianOf(times));
  };
  try {
    writeFileSync(join(folder, 'batch.yaml'), ordinaryText(size));
    return [
      { name: 'flotilla --version', value: await millisecondsOf('--version'), unit: 'ms' },
      { name: `flotilla plan of ${size} deployments`, value: await millisecondsOf('plan', 'batch.yaml'), unit: 'ms' },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
};
