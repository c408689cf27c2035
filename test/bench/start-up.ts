import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from './plan.ts';

const program = [
  "import { startRuntime } from './lib/local/runtime.ts';",
  "import { simulatedConfiguration } from './lib/domain/catalogue/simulated-configuration.ts';",
  'const runtime = await startRuntime({ port: 0, data: process.argv[1], configuration: simulatedConfiguration(),',
  "  simulators: { harness: 'http://127.0.0.1:9', clusters: {} } });",
  "await fetch(runtime.url + '/health');",
  'console.log(Math.round(process.memoryUsage().rss / 1048576));',
  'process.exit(0);',
].join('\n');

/** From the start of the process to the first answer, and its memory then; the simulators are not counted. */
export const benchStartUp = async (): Promise<readonly Measurement[]> => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
  const started = performance.now();
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program, data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.setEncoding('utf8');
  const [megabytes] = (await once(child.stdout, 'data')) as [string];
  const milliseconds = performance.now() - started;
  await once(child, 'exit');
  rmSync(data, { recursive: true });
  return [
    { name: 'start of the runtime to its first answer', value: Math.round(milliseconds), unit: 'ms' },
    { name: 'memory after the start', value: Number(megabytes), unit: 'MB' },
  ];
};
