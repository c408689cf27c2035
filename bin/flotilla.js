#!/usr/bin/env node
// Plain JavaScript for whatever Node is at hand: the program is TypeScript, which Node 24 runs as it is.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = join(dirname(fileURLToPath(import.meta.url)), 'flotilla.ts');

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(program);
} else {
  const packageFile = createRequire(import.meta.url).resolve('node/package.json');
  const node = join(dirname(packageFile), 'bin', 'node');
  // A signal from the terminal reaches both; this one waits for the other to end in good order.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  const { status, error } = spawnSync(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (error !== undefined) console.error(`flotilla needs Node 24: ${error.message}`);
  process.exitCode = status ?? 1;
}
