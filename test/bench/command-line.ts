import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Drive } from './benchmarks.ts';
import { medianOf } from './compare.ts';
import { ordinaryText } from './plan.ts';
import { runWell } from './programs.ts';

const sizes = [13, 1000];
const runs = 5;

const bundle = async (build: string): Promise<void> => {
  const { scripts } = JSON.parse(readFileSync(join(build, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  if (scripts.build !== undefined) await runWell('npm', ['run', '--silent', 'build'], build);
};

/**
 * How long commands take from start to end, in a folder without a configuration. A build that can be bundled is
 * measured as installed: bundled.
 */
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
    await bundle(build);
    const measured = [{ name: 'flotilla --version', value: await millisecondsOf('--version'), unit: 'ms' }];
    for (const size of sizes) {
      writeFileSync(join(folder, 'batch.yaml'), ordinaryText(size));
      const value = await millisecondsOf('plan', 'batch.yaml');
      measured.push({ name: `flotilla plan of ${size} deployments`, value, unit: 'ms' });
    }
    return measured;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
