import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obtainDynoxide } from './dynoxide-program.ts';
import { type Engine, startDynoxide, startMiniStack } from './engines.ts';

/**
 * Runs test/dynamodb/*.dynamodb.ts on two independent engines: where one differs from DynamoDB, the other shows it.
 * MiniStack comes from PyPI (Python 3 with venv), dynoxide is built by cargo, once. Without dynoxide the tests run on
 * MiniStack alone, with a loud message; any other missing tool is an error.
 */
const root = join(import.meta.dirname, '..', '..');

const seconds = (): string => `${(performance.now() / 1000).toFixed(1)} s`;

const runTests = async (name: string, endpoint: string): Promise<number> => {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const config = join(import.meta.dirname, 'vitest.config.ts');
  const args = [vitest, 'run', '--config', config, '--root', root, ...process.argv.slice(2)];
  const env = { ...process.env, FLOTILLA_DYNAMODB_ENDPOINT: endpoint, FLOTILLA_DYNAMODB_ENGINE: name };
  const [status] = await once(spawn(process.execPath, args, { stdio: 'inherit', env }), 'exit');
  return status ?? 1;
};

const runOn = async (name: string, start: () => Promise<Engine>): Promise<boolean> => {
  const engine = await start();
  try {
    console.log(`\n${name} is up at ${engine.url} after ${seconds()}`);
    const status = await runTests(name, engine.url);
    console.log(`${name}: ${status === 0 ? 'passed' : 'FAILED'} after ${seconds()}`);
    return status === 0;
  } finally {
    await engine.close();
  }
};

const sayLoudly = (lacks: string): void => {
  const lines = ['dynoxide was LEFT OUT.', `It needs ${lacks}.`, 'The tests ran on MiniStack alone.'];
  const frame = '*'.repeat(Math.max(...lines.map(({ length }) => length)) + 4);
  console.error(['', frame, ...lines.map((line) => `* ${line}`), frame].join('\n'));
};

const main = async (folder: string): Promise<boolean> => {
  const isGood = await runOn('MiniStack', () => startMiniStack(folder));
  if (interrupted) return false;
  const dynoxide = await obtainDynoxide();
  if ('program' in dynoxide) return (await runOn('dynoxide', () => startDynoxide(dynoxide.program))) && isGood;
  sayLoudly(dynoxide.lacks);
  return isGood;
};

// Ctrl-C reaches every running program here as well: each ends, and its files are deleted.
let interrupted = false;
process.on('SIGINT', () => {
  interrupted = true;
});

const folder = mkdtempSync(join(tmpdir(), 'flotilla-dynamodb-'));
try {
  process.exitCode = (await main(folder)) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
