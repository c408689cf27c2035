import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildAction } from '../../action/build.ts';
import { Child } from '../e2e/child.ts';
import { folderWith, type Inputs, jobEnv } from './action-world.ts';
import { own, startScriptedGitHub } from './scripted-github.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'flotilla-built-'));
const built = join(folder, 'index.js');
const small = readFileSync(join(root, 'examples', 'small.yaml'), 'utf8');
let server: Child;
let url: string;

beforeAll(async () => {
  // As in the repository: its package.json says that .js files are modules.
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  await buildAction(folder);
  const args = ['serve', '--port', '0', '--data', join(folder, 'data'), '--no-token', '--json'];
  server = new Child('bin/flotilla.ts', { args, directory: folder });
  url = (await server.answer<{ url: string }>())!.url;
});
afterAll(async () => {
  await server.stop('SIGTERM');
  rmSync(folder, { recursive: true });
});

/** Starts the built file as the runner does: inputs in the environment, answers in files. */
const start = (inputs: Inputs, { env = {}, text = small }: { env?: Record<string, string>; text?: string } = {}) => {
  const names = ['output', 'step_summary', 'event'] as const;
  const event = JSON.stringify({ pull_request: { number: 7 } });
  const directory = folderWith({ 'release.yaml': text, output: '', step_summary: '', event });
  const [outputFile, summaryFile, eventFile] = names.map((name) => join(directory, name));
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const child = new Child(relative(root, built), {
    directory,
    env: {
      ...{ ...jobEnv, GITHUB_OUTPUT: outputFile!, GITHUB_STEP_SUMMARY: summaryFile!, GITHUB_EVENT_PATH: eventFile! },
      ...{
        GITHUB_WORKSPACE: directory,
        RUNNER_TEMP: directory,
        INPUT_FILES: 'release.yaml',
        ...Object.fromEntries(given),
      },
      ...env,
    },
  });
  const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
  const outputs = (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [...read('output').matchAll(/^(.+)<<(ghadelimiter_\S+)\n(.*)\n\2$/gm)].map((one) => [one[1], one[3]]),
    );
  return { child, outputs, summary: () => read('step_summary') };
};

test('the built file is one file of a known size, without a name of this machine', () => {
  expect(statSync(built).size).toBeLessThan(4_000_000);
  expect(readFileSync(built, 'utf8')).not.toContain(root);
  const notices = readFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  for (const name of ['@actions/core', '@aws-sdk/client-sts', 'zod', 'yaml']) expect(notices).toContain(name);
});

describe('the built file, as the runner starts it', () => {
  test('deploys, waits for the end, and an attempt that runs again finds the same batch', async () => {
    const first = start({ mode: 'deploy', url });
    expect([await first.child.ended, first.child.output.match(/^::error/gm)]).toEqual([
      { code: 0, signal: null },
      null,
    ]);
    const { 'batch-id': id, status, report } = first.outputs();
    expect([status, JSON.parse(readFileSync(report!, 'utf8')).batch_id]).toEqual(['SUCCESS', id]);
    expect(first.summary()).toContain('| SUCCESS | risk/limit-check | → 2.4.0 | staging |');
    const second = start({ mode: 'deploy', url }, { env: { GITHUB_RUN_ATTEMPT: '2' } });
    expect([(await second.child.ended).code, second.outputs()['batch-id']]).toEqual([0, id]);
    expect(second.summary()).toContain('of an earlier attempt has succeeded.');
    const shown = await (await fetch(`${url}/batches/${id}/source`)).text();
    expect(shown).toBe(small);
  });

  test("masks a token before anything else, and reads a server's plan", async () => {
    const github = await startScriptedGitHub();
    onTestFinished(() => github.close());
    const inputs = { mode: 'plan', url, token: 'x'.repeat(40), 'github-token': 'job-token' };
    const { child } = start(inputs, { env: { ...github.env, GITHUB_EVENT_NAME: 'pull_request' } });
    const { code } = await child.ended;
    const [line] = child.output.split('\n');
    // A server without tokens accepts any.
    expect([code, line]).toEqual([0, `::add-mask::${'x'.repeat(40)}`]);
    expect(
      github.comments.map(({ user, body }) => [user.login, body.includes(`Planned by the server at ${url}`)]),
    ).toEqual([[own, true]]);
  });

  test('writes each problem as a command of its own, even with hostile names', async () => {
    const text = `${small}\n"x%0A::add-mask::y": 1\n"::error::z": 1\n`;
    const { child, summary } = start({ mode: 'plan' }, { text });
    expect((await child.ended).code).toBe(2);
    const commands = child.output.split('\n').filter((line) => /^\s*::/.test(line));
    expect(commands.length).toBeGreaterThanOrEqual(2);
    for (const command of commands) expect(command).toMatch(/^::error file=release\.yaml,line=\d+,col=\d+::/);
    expect(commands.join()).toContain('x%250A::add-mask');
    expect(summary()).toContain('## ❌ Flotilla plan: no plan');
  });

  const other = small.replace('"3.0.2"', '"3.0.9"');

  test.each<[string, Inputs, NodeJS.Signals | undefined, number, string]>([
    ['is cancelled with its batch', { 'on-cancel': 'cancel' }, 'SIGINT', 130, 'The job was cancelled, and so is batch'],
    ['leaves its batch', {}, 'SIGTERM', 143, 'goes on; to stop it: flotilla cancel'],
    ['has no more time', { timeout: '1' }, undefined, 3, 'has not ended after 1 s. It goes on'],
  ])('%s', async (_, inputs, signal, code, told) => {
    const { child, summary, outputs } = start(
      { mode: 'deploy', url, ...inputs },
      { text: other, env: { GITHUB_JOB: told.slice(0, 5) } },
    );
    while (!(outputs()['batch-id'] ?? '')) await new Promise((resolve) => setTimeout(resolve, 20));
    const { code: ended } = await (signal === undefined ? child.ended : child.stop(signal));
    expect([ended, summary()]).toEqual([code, expect.stringContaining(told)]);
  });
});

test('reports a job without a file for its summary', async () => {
  const { child } = start({ mode: 'plan' }, { env: { GITHUB_STEP_SUMMARY: '' } });
  expect([(await child.ended).code, child.output]).toEqual([1, expect.stringContaining('$GITHUB_STEP_SUMMARY')]);
});
