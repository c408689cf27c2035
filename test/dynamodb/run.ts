import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fetchEngine, missingTools } from './engine-files.ts';

/**
 * Runs test/dynamodb/*.dynamodb.ts against DynamoDB Local, the engine that AWS gives out for tests. It needs Maven and a
 * JDK of 17 or later (`apt-get install maven openjdk-17-jdk-headless` on Debian and Ubuntu) and, the first time, Maven
 * Central: 50 MB into .cache/dynamodb-local. Its licence forbids to pass it on; it is only fetched and run. What is
 * missing is an error, never a reason to skip the tests.
 */
const root = join(import.meta.dirname, '..', '..');
const cache = join(root, '.cache', 'dynamodb-local');
const START_MILLISECONDS = 60_000;

const startEngine = (lib: string): ChildProcess =>
  spawn('java', ['-Xmx512m', '-cp', join(lib, '*'), join(import.meta.dirname, 'Launcher.java')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });

/** Waits for the line in which the launcher says its port. */
const portOf = async (engine: ChildProcess): Promise<number> => {
  const late = setTimeout(() => engine.kill(), START_MILLISECONDS);
  try {
    for await (const line of createInterface({ input: engine.stdout! })) {
      const port = /^PORT (\d+)$/.exec(line)?.[1];
      if (port !== undefined) return Number(port);
    }
  } finally {
    clearTimeout(late);
  }
  throw new Error('DynamoDB Local did not start');
};

const runTests = async (endpoint: string): Promise<number> => {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const config = join(import.meta.dirname, 'vitest.config.ts');
  const args = [vitest, 'run', '--config', config, '--root', root, ...process.argv.slice(2)];
  const env = { ...process.env, FLOTILLA_DYNAMODB_ENDPOINT: endpoint };
  const [status] = await once(spawn(process.execPath, args, { stdio: 'inherit', env }), 'exit');
  return status ?? 1;
};

const main = async (): Promise<number> => {
  const missing = missingTools();
  if (missing.length > 0) {
    console.error(
      `test:dynamodb needs ${missing.join(' and ')}. On Debian: apt-get install maven openjdk-17-jdk-headless`,
    );
    return 1;
  }
  const begin = performance.now();
  const seconds = (): string => `${((performance.now() - begin) / 1000).toFixed(1)} s`;
  const lib = fetchEngine(cache);
  const engine = startEngine(lib);
  try {
    const port = await portOf(engine);
    engine.stdout?.resume();
    console.log(`DynamoDB Local is up on 127.0.0.1:${port} after ${seconds()}`);
    const status = await runTests(`http://127.0.0.1:${port}`);
    console.log(`test:dynamodb took ${seconds()}`);
    return status;
  } finally {
    // The launcher ends when its input does, also when this process is killed.
    engine.stdin?.end();
    if (engine.exitCode === null) await once(engine, 'exit');
  }
};

process.exitCode = await main();
