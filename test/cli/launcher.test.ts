import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { releaseYaml } from '../usecases/batch/api-world.ts';
import { batch, deployments, event, health } from './answers.ts';
import { type FakeApi, startFakeApi } from './cli-world.ts';

const launcher = join(import.meta.dirname, '..', '..', 'bin', 'flotilla.js');

const launch = (argv: readonly string[], stdin = ''): Promise<{ status: number; out: string; error: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [launcher, ...argv], (failure, out, error) => {
      resolve({ status: failure === null ? 0 : Number(failure.code), out, error });
    });
    child.stdin!.end(stdin);
  });

describe('bin/flotilla.js', () => {
  test('reads standard input, and prints plain text without a terminal', async () => {
    const { status, out } = await launch(['plan', '-'], releaseYaml);
    expect(status).toBe(0);
    expect(out).toContain('Plan hash: ');
    expect(out).not.toContain('\u001b');
  });

  test.each([[['plan', '-']], [['--version-of-what']]])('exits with status %j', async (argv) => {
    expect(await launch(argv, 'version: 1\n')).toMatchObject({ status: 2, out: '' });
  });
});

describe('a signal while following a batch', () => {
  const apis: FakeApi[] = [];
  afterEach(async () => {
    await Promise.all(apis.splice(0).map((api) => api.close()));
  });

  /** Follows a batch that does not end, and sends the signals once it has started. Returns the last line of output. */
  const stopped = async (program: readonly string[], signals: readonly NodeJS.Signals[]) => {
    const events = { events: [event(1, {})], next_after: 0, ended: false };
    const api = await startFakeApi({
      'GET /batches/B1': { body: batch() },
      'GET /health': { body: health },
      'GET /batches/B1/deployments?limit=1000': { body: deployments() },
      'GET /batches/B1/events?after=0&wait=10&limit=1000': [{ body: events }, { status: 503, body: {} }],
    });
    apis.push(api);
    const argv = [...program.slice(1), 'status', 'B1', '--follow', '--url', api.url];
    const child = spawn(program[0]!, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let error = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      error += text;
    });
    await once(child.stdout, 'data');
    for (const signal of signals) child.kill(signal);
    const [status] = await once(child, 'close');
    return { status, told: error.trimEnd().split('\n').at(-1)?.replaceAll(api.url, 'URL') };
  };

  /** A launcher that believes this Node cannot run the program. */
  const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.0.0'}})`;
  test.each([
    ['SIGINT through the launcher', [process.execPath, '--import', older, launcher], ['SIGINT'], 130],
    ['SIGTERM through the launcher', [process.execPath, '--import', older, launcher], ['SIGTERM'], 143],
    ['SIGINT, and its copy', [process.execPath, launcher.replace(/js$/, 'ts')], ['SIGINT', 'SIGINT'], 130],
  ] as const)(
    '%s: the batch continues, and the last line says how to follow it again',
    async (_, program, signals, status) => {
      const told =
        'Stopped following; batch B1 goes on: flotilla status B1 --follow --url URL. To stop it: flotilla cancel B1 --url URL';
      expect(await stopped(program, signals)).toEqual({ status, told });
    },
  );
});
