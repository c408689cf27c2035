import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitStatus } from '../../lib/cli/failure.ts';
import { run } from '../cli/cli-world.ts';
import { commandsOf, expectPrinted, fences, lines, matches, read, root, stepOf, wordsOf } from './pages.ts';

/** Runs what the pages for beginners show, on one server. Only the demo is left to `.ci/run`. */
const page = read('docs/first-steps.md');
const manifest = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

describe('a server started as docs/first-steps.md says', () => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-first-steps-'));
  let server: ReturnType<typeof spawn>;
  /** Where servers of this user are listed. */
  const state = { XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'flotilla-first-steps-state-')) };
  let printed = '';
  let url = '';
  let id = '';

  /** What `npm start -- --port 0 --data DIR` runs. */
  beforeAll(async () => {
    const [program, ...script] = manifest.scripts.start!.split(' ');
    expect([program, script.at(-1)]).toEqual(['node', 'serve']);
    const { FLOTILLA_TOKEN: _, ...env } = process.env;
    const argv = [...script, '--port', '0', '--data', data];
    server = spawn(process.execPath, argv, {
      cwd: root,
      env: { ...env, ...state },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: server.stdout! })) {
      printed += `${line}\n`;
      if (line.includes('curl')) break;
    }
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? 'none';
  });
  afterAll(async () => {
    server.kill('SIGINT');
    if (server.exitCode === null) await once(server, 'exit');
    expect(server.exitCode).toBe(0);
    for (const folder of [data, state.XDG_STATE_HOME]) rmSync(folder, { recursive: true });
  });

  const flotilla = (command: string) => {
    const argv = wordsOf(command.replace(/\bID\b|\b01[0-9A-Z]{24}\b/, id)).slice(1);
    return run(argv, { directory: root, env: { FLOTILLA_URL: url, ...state }, columns: 10_000 });
  };

  test('npm start prints what the page shows', () => {
    expectPrinted(printed.replaceAll(data, '.flotilla'), stepOf(page, 'npm start'));
  });

  test('curl posts a batch, status follows it, list shows it', async () => {
    const step = stepOf(page, 'curl');
    const words = wordsOf(step.command);
    expect(words).toEqual([
      'curl',
      '-H',
      '@.flotilla/token.header',
      '-H',
      expect.any(String),
      '--data-binary',
      expect.stringMatching(/^@/),
      expect.any(String),
    ]);
    const lineOfFile = readFileSync(join(data, 'token.header'), 'utf8').trim();
    const headers = Object.fromEntries([lineOfFile, words[4]!].map((line) => line.split(': ') as [string, string]));
    const address = words[7]!.replace('http://127.0.0.1:8080', url);
    const answer = await fetch(address, { method: 'POST', headers, body: read(words[6]!.slice(1)) });
    const body = await answer.text();
    expect(answer.status).toBe(202);
    expectPrinted(body, step);
    id = JSON.parse(body).batch_id;
    for (const command of ['flotilla status', 'flotilla list']) {
      const { status, out } = await flotilla(stepOf(page, command).command);
      expect(status).toBe(0);
      expectPrinted(lines(out), stepOf(page, command));
    }
  });

  test('the commands in sentences of docs/concepts.md work, with the exit statuses of the table', async () => {
    const sentences = matches(read('docs/concepts.md'), /`(flotilla [^`]*\bID\b[^`]*)`/g);
    const ended = await Promise.all(sentences.map(flotilla));
    expect(ended.map(({ status }) => status)).toEqual([exitStatus.refused, exitStatus.refused]);
    expect(lines(ended.flatMap(({ error }) => error))).toMatch(
      /Only an UNKNOWN deployment can be resolved.*\n.*has ended/,
    );
    // It ends neither before it is followed nor before it is cancelled, even on a slow machine.
    const endless = read('examples/small.yaml')
      .replace('"3.0.2"', '"3.0.2-notready"')
      .replace('defaults:', '$&\n  timeout: 3600');
    writeFileSync(join(data, 'endless.yaml'), endless);
    const late = await flotilla(`flotilla deploy ${join(data, 'endless.yaml')} --follow --timeout 1`);
    expect(late.status).toBe(exitStatus.timedOut);
    id = /Batch (\S+) accepted/.exec(lines(late.out))![1]!;
    expect(await flotilla('flotilla status ID')).toMatchObject({ status: exitStatus.done });
    expect(await flotilla('flotilla cancel ID')).toMatchObject({ status: exitStatus.done });
    expect(await flotilla('flotilla status nowhere')).toMatchObject({ status: exitStatus.notFound });
    expect(await flotilla('flotilla plan nowhere.yaml')).toMatchObject({ status: exitStatus.usage });
  });

  test('the read commands of docs/operations.md work, as text and as JSON', async () => {
    const block = fences(read('docs/operations.md'), 'sh').find((text) => text.includes('flotilla queue'))!;
    const commands = commandsOf(block);
    expect(commands.length).toBeGreaterThan(5);
    // A second environment, to compare with.
    const one =
      'clearing/fees=2.0.0 --environment uat --infrastructure cluster-eu-1 --artifact docker --idempotency-key second';
    expect(await flotilla(`flotilla deploy ${one} --follow`)).toMatchObject({ status: 0, error: [] });
    for (const command of commands) {
      const written = command.replace(/(--output) (\S+)/, (_, option, file) => `${option} ${join(data, file)}`);
      const { status, out, error } = await flotilla(written);
      expect([status, lines(error)], command).toEqual([0, command.includes('--output') ? expect.any(String) : '']);
      if (command.includes('--output')) expect(readFileSync(join(data, 'flotilla.xml'), 'utf8')).toMatch(/^<\?xml /);
      else expect(out.length, command).toBeGreaterThan(0);
      const asJson = await flotilla(`${command.replace(/ --format.*/, '')} --json`);
      expect(() => JSON.parse(lines(asJson.out)), command).not.toThrow();
    }
  });

  test('errors are problems with a code of docs/errors.md, and an Idempotency-Key is valid for one body', async () => {
    const submit = async (body: string, headers: Readonly<Record<string, string>>) => {
      const authorization = `Bearer ${readFileSync(join(data, 'token'), 'utf8').trim()}`;
      const type = { authorization, 'content-type': 'application/yaml' };
      const answer = await fetch(`${url}/batches`, { method: 'POST', headers: { ...type, ...headers }, body });
      const { batch_id, code } = (await answer.json()) as { readonly batch_id?: string; readonly code?: string };
      if (!answer.ok) {
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(read('docs/errors.md')).toContain(`### ${code}\n`);
      }
      return { status: answer.status, batch_id };
    };
    const key = { 'idempotency-key': 'once' };
    const first = await submit(read('examples/small.yaml'), key);
    expect(first.status).toBe(202);
    expect(await submit(read('examples/small.yaml'), key)).toEqual({ ...first, status: 200 });
    expect((await submit('version: v1.0', key)).status).toBe(409);
    expect((await submit('version: v1.0', {})).status).toBe(422);
  });
});
