import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { BatchView } from '../../lib/usecases/batch/read-batch.ts';
import type { DeploymentView } from '../../lib/usecases/deployment/deployment-view.ts';
import { batch, deployment, deployments, ended, event, failed, problem, realHealth } from '../cli/answers.ts';
import { type Script, startFakeApi } from '../cli/cli-world.ts';
import { releaseYaml } from '../usecases/batch/api-world.ts';
import { type ActionRun, folderWith, type Inputs, runStep } from './action-world.ts';

const done = deployment({
  ...{ status: 'SUCCESS', reason: 'Verified', message: 'It runs.', release_before: '3.0.1', release_after: '3.0.2' },
  started_at: '2026-09-30T06:00:00.000Z',
  ended_at: '2026-09-30T06:01:05.000Z',
});
const page = (events: readonly ReturnType<typeof event>[], isEnded: boolean) => ({
  body: { batch_id: 'B1', events, next_after: events.length, ended: isEnded },
});

/** A server's answers about a batch that ends like this. */
const batchThat = (view: BatchView, ...all: readonly DeploymentView[]): Script => {
  const id = view.batch_id;
  return {
    [`GET /batches/${id}`]: { body: view },
    [`GET /batches/${id}/deployments?limit=1000`]: { body: deployments(...all) },
    [`GET /batches/${id}/events?after=0&wait=10&limit=1000`]: page([event(1, { to: view.status })], true),
    [`GET /batches/${id}/report?format=json`]: { body: '{"it":"went"}' },
    [`GET /batches/${id}/report?format=junit`]: { body: '<testsuites/>' },
  };
};

const accepted = { 'POST /batches': { status: 202, body: batch() } };
const again = { 'POST /batches': { status: 200, body: batch() } };
const server = (script: Script): Script => ({ 'GET /health': { body: realHealth }, ...script });

const deployed = async (script: Script, inputs: Inputs = {}, options: Omit<ActionRun, 'directory'> = {}) => {
  const api = await startFakeApi(server(script));
  onTestFinished(() => api.close());
  const directory = folderWith({ 'release.yaml': releaseYaml });
  const given: Inputs = { mode: 'deploy', files: 'release.yaml', url: api.url, token: 'a-secret-token', ...inputs };
  const ran = await runStep(given, { ...options, directory });
  const posts = api.received.filter(({ request }) => request.startsWith('POST'));
  return { ...ran, api, posts, keys: posts.map(({ headers }) => headers['idempotency-key']) };
};

describe('a deploy ends as its batch did', () => {
  test('well', async () => {
    const { status, outputs, summary, annotations, secrets, posts, api } = await deployed({
      ...accepted,
      ...batchThat(ended('SUCCESS'), done),
    });
    expect([status, annotations, secrets]).toEqual([0, [], ['a-secret-token', 'a-secret-token']]);
    expect(outputs).toEqual({
      ...{ 'batch-id': 'B1', status: 'SUCCESS', url: `${api.url}/batches/B1` },
      report: expect.stringMatching(/flotilla-B1\.json$/),
      'report-junit': expect.stringMatching(/flotilla-B1\.xml$/),
    });
    expect(readFileSync(outputs['report-junit']!, 'utf8')).toBe('<testsuites/>');
    expect(summary).toBe(`## ✅ Autumn release: SUCCESS

AllSucceeded: Over.

| status | deployment | version | environment | duration | reason |
|---|---|---|---|--:|---|
| SUCCESS | shared/login-api | 3.0.1 → 3.0.2 | staging | 1 min 5 s | Verified: It runs. |

Batch [\`B1\`](${api.url}/batches/B1)
`);
    expect(JSON.parse(String(posts[0]!.headers['flotilla-links']))).toEqual({
      ci: 'https://github.test/acme/shop/actions/runs/4711',
      commit: 'https://github.test/acme/shop/commit/0123456789abcdef0123456789abcdef01234567',
    });
  });

  test('badly: what failed comes first, with the version that it went back to', async () => {
    const { status, summary, annotations, lines } = await deployed({
      ...accepted,
      ...batchThat(ended('FAILED'), done, { ...failed, docker_image_version: '2.4.0' }),
    });
    expect([status, annotations.map(({ level, message }) => `${level} ${message}`)]).toEqual([
      1,
      [
        'error Batch B1 ended FAILED: Over.',
        'error risk/limit-check: FAILED / RestoredPreviousRelease: The new pods crash. Version 2.3.0 was restored.',
      ],
    ]);
    const rows = summary.split('\n').filter((line) => /^\| [A-Z]/.test(line));
    expect(rows.map((row) => row.split(' | ').slice(0, 3).join(' | '))).toEqual([
      '| FAILED | risk/limit-check | 2.3.0 → 2.4.0 → 2.3.0',
      '| SUCCESS | shared/login-api | 3.0.1 → 3.0.2',
    ]);
    expect(lines.join('\n')).toContain('CrashLoopBackOff');
  });

  test.each<[BatchView['status'], number, string]>([
    ['CANCELLED', 1, '⏹️'],
    ['UNKNOWN', 1, '❌'],
    ['ROLLBACK', 1, '❌'],
    ['SKIPPED', 1, '❌'],
  ])('%s: %i', async (state, expected, sign) => {
    const { status, outputs, summary } = await deployed({ ...accepted, ...batchThat(ended(state), done) });
    expect([status, outputs.status, summary.split('\n')[0]]).toEqual([
      expected,
      state,
      `## ${sign} Autumn release: ${state}`,
    ]);
  });

  test('waits for a server that is unreachable for a while', async () => {
    const script = batchThat(ended('SUCCESS'), done);
    const events = 'GET /batches/B1/events?after=0&wait=10&limit=1000';
    const away = { status: 503, body: { detail: 'Later.' } };
    const ran = await deployed({ ...accepted, ...script, [events]: [away, away, script[events] as never] });
    expect([ran.status, ran.paused]).toEqual([0, 3]);
  });

  test('a server that stays unreachable: fails, and says what to do', async () => {
    const away = { status: 503, body: { detail: 'Later.' } };
    const { status, annotations } = await deployed(
      { ...accepted, ...batchThat(ended('SUCCESS'), done), 'GET /batches/B1/deployments?limit=1000': away },
      { patience: '9' },
    );
    expect([status, annotations[0]?.message]).toEqual([
      5,
      expect.stringContaining('The batch goes on: flotilla status'),
    ]);
  });

  test('shows each problem of a refused file', async () => {
    const issues = [{ line: 3, column: 5, path: 'x', message: 'is wrong', code: 'Missing' }];
    const refused = problem(422, 'BatchInvalid', { issues });
    const { status, annotations, outputs } = await deployed({ 'POST /batches': refused });
    expect([status, annotations.at(-1)?.message, outputs]).toEqual([
      2,
      'BatchInvalid it is.\nrelease.yaml:3:5 x: is wrong',
      {},
    ]);
  });

  test('one service without a file, and other versions of a file', async () => {
    const one = { files: '', service: 'shared/login-api=3.0.2', environment: 'staging' };
    const script = batchThat(ended('SUCCESS'), done);
    const service = await deployed({ 'POST /deployments': { status: 202, body: batch() }, ...script }, one);
    expect(JSON.parse(service.posts[0]!.body)).toEqual({
      key: 'shared/login-api',
      version: '3.0.2',
      environment: 'staging',
    });
    const file = await deployed({ ...accepted, ...script }, { set: 'shared/login-api=9.9.9', 'plan-hash': 'abc' });
    expect([file.posts[0]!.body.includes('9.9.9'), file.posts[0]!.headers['if-match']]).toEqual([true, '"abc"']);
    expect(service.keys).not.toEqual(file.keys);
  });
});

test('a successful batch stays green without its report', async () => {
  const away = { status: 500, body: { detail: 'Broken.' } };
  const script = { ...batchThat(ended('SUCCESS'), done), 'GET /batches/B1/report?format=json': away };
  const { status, annotations } = await deployed({ ...accepted, ...script });
  expect([status, annotations]).toEqual([0, [{ level: 'warning', message: 'There is no report: Broken.' }]]);
});

describe('an attempt that runs again', () => {
  const attempt = (number: number) => ({ env: { GITHUB_RUN_ATTEMPT: String(number) } });
  const b2 = { batch_id: 'B2' };
  const retried = { ...ended('FAILED'), retries: ['B2'] };

  test('has the same key as the one before; another job, step, file or repository has another', async () => {
    const script = { ...accepted, ...batchThat(ended('SUCCESS'), done) };
    const keyOf = async (env: Readonly<Record<string, string>>, inputs: Inputs = {}) =>
      (await deployed(script, inputs, { env })).keys[0];
    const [first, ...same] = [await keyOf({}), await keyOf({ GITHUB_RUN_ATTEMPT: '3' })];
    expect(first).toMatch(/^github\/acme\/shop\/4711\/[0-9a-f]{24}$/);
    expect(same).toEqual([first]);
    const others = [
      await keyOf({ GITHUB_RUN_ID: '4712' }),
      await keyOf({ GITHUB_JOB: 'other' }),
      await keyOf({ GITHUB_ACTION: '__run_2' }),
      await keyOf({ GITHUB_REPOSITORY: 'acme/other' }),
      await keyOf({}, { set: 'shared/login-api=9.9.9' }),
    ];
    expect(new Set([first, ...others]).size).toBe(6);
  });

  test.each<[string, 'follow' | 'retry', Script, number, readonly string[], string]>([
    [
      'follows the batch that still runs',
      'retry',
      { ...batchThat(ended('SUCCESS'), done), 'GET /batches/B1': [{ body: batch() }, { body: ended('SUCCESS') }] },
      0,
      [],
      'Batch B1 of an earlier attempt still runs; following it.',
    ],
    [
      'uses the batch that has succeeded',
      'retry',
      batchThat(ended('SUCCESS'), done),
      0,
      [],
      'Batch B1 of an earlier attempt has succeeded.',
    ],
    [
      'leaves one that failed as it is',
      'follow',
      batchThat(ended('FAILED'), failed),
      1,
      [],
      'Batch B1 of an earlier attempt ended FAILED; nothing new was started. To repeat what failed in it, set on-rerun: retry.',
    ],
    [
      'retries a failed one on request',
      'retry',
      {
        ...batchThat(ended('FAILED'), failed),
        'POST /batches/B1/retry': { status: 202, body: batch(b2) },
        ...batchThat({ ...ended('SUCCESS'), ...b2 }, done),
      },
      0,
      ['POST /batches/B1/retry'],
      'Batch B1 ended FAILED. Batch B2 repeats what failed in it.',
    ],
    [
      'goes on with the retry of an earlier attempt',
      'retry',
      { ...batchThat(retried, failed), ...batchThat({ ...ended('SUCCESS'), ...b2 }, done) },
      0,
      [],
      'Batch B2 of an earlier attempt has succeeded.',
    ],
    [
      'retries a failed retry, too',
      'retry',
      {
        ...batchThat(retried, failed),
        ...batchThat({ ...ended('FAILED'), ...b2 }, failed),
        'POST /batches/B2/retry': { status: 202, body: batch({ batch_id: 'B3' }) },
        ...batchThat({ ...ended('SUCCESS'), batch_id: 'B3' }, done),
      },
      0,
      ['POST /batches/B2/retry'],
      'Batch B2 ended FAILED. Batch B3 repeats what failed in it.',
    ],
  ])('%s (%s)', async (_, onRerun, script, status, retries, told) => {
    const ran = await deployed({ ...script, ...again }, { 'on-rerun': onRerun }, attempt(2));
    expect([ran.status, ran.posts.slice(1).map(({ request }) => request)]).toEqual([status, retries]);
    expect([ran.lines, ran.summary]).toEqual([
      expect.arrayContaining([told]),
      expect.stringContaining(told.split(' ')[1]!),
    ]);
    if (retries.length > 0) expect(ran.keys[1]).toBe(`${ran.keys[0]}/retry/2`);
  });

  test('says so if a retry is not possible yet', async () => {
    const script = { ...batchThat(ended('UNKNOWN'), failed), 'POST /batches/B1/retry': problem(409, 'StatusConflict') };
    const { status, annotations } = await deployed({ ...again, ...script }, { 'on-rerun': 'retry' }, attempt(2));
    expect([status, annotations[0]?.message]).toEqual([6, 'StatusConflict it is.']);
  });

  test('a first attempt whose answer was lost starts nothing twice, and retries nothing', async () => {
    const lost = { status: 202, body: batch(), cut: true };
    const script = { 'POST /batches': [lost, again['POST /batches']], ...batchThat(ended('FAILED'), failed) };
    const ran = await deployed(script, { 'on-rerun': 'retry' });
    expect([ran.status, new Set(ran.keys).size, ran.posts.length]).toEqual([1, 1, 2]);
  });
});

describe('a job that is cancelled or has no more time', () => {
  const running = {
    ...batchThat(batch(), deployment()),
    'GET /batches/B1/events?after=0&wait=10&limit=1000': { body: '', hangs: true },
  };
  const stopped = async (script: Script, inputs: Inputs) => {
    const api = await startFakeApi(server({ ...accepted, ...running, ...script }));
    onTestFinished(() => api.close());
    void api.asked('GET /batches/B1/events?after=0&wait=10&limit=1000').then(() => process.emit('SIGINT', 'SIGINT'));
    const directory = folderWith({ 'release.yaml': releaseYaml });
    const ran = await runStep({ mode: 'deploy', files: 'release.yaml', url: api.url, ...inputs }, { directory });
    return { ...ran, url: api.url, cancels: api.received.filter(({ request }) => request.endsWith('/cancel')).length };
  };

  test('leaves its batch, and says how to stop it', async () => {
    const { status, summary, outputs, cancels, lines, url } = await stopped({}, {});
    expect([status, outputs.status, cancels]).toEqual([130, 'PROCESSING', 0]);
    const told = `The job was cancelled. Batch B1 goes on; to stop it: flotilla cancel B1 --url ${url}`;
    expect(lines).toContain(told);
    expect(summary).toContain('## ⏳ Autumn release: PROCESSING');
  });

  test('cancels it on request', async () => {
    const cancelled = { body: { batch_id: 'B1', in_flight: [{ key: 'a/b', effect: 'stops', why: 'x' }] } };
    const ran = await stopped({ 'POST /batches/B1/cancel': cancelled }, { 'on-cancel': 'cancel' });
    expect([ran.status, ran.cancels]).toEqual([130, 1]);
    expect(ran.summary).toContain('The job was cancelled, and so is batch B1: nothing new starts. In flight: 1.');
  });

  test('reports a server that cannot be reached to cancel', async () => {
    const away = { status: 503, body: { detail: 'Later.' } };
    const script = { 'POST /batches/B1/cancel': away, 'GET /batches/B1': away };
    const { cancels, annotations, summary } = await stopped(script, { 'on-cancel': 'cancel' });
    expect([cancels, annotations[0]?.message]).toEqual([1, expect.stringContaining('but cancelling batch B1 failed')]);
    expect(summary).toContain('cancelling batch B1 failed');
  });

  test('before its batch is accepted, says how to send it again without starting it twice', async () => {
    const api = await startFakeApi({ 'POST /batches': { body: '', hangs: true } });
    onTestFinished(() => api.close());
    void api.asked('POST /batches').then(() => process.emit('SIGINT', 'SIGINT'));
    const inputs = { mode: 'deploy', files: 'release.yaml', url: api.url, 'on-cancel': 'cancel' };
    const { status, annotations } = await runStep(inputs, { directory: folderWith({ 'release.yaml': releaseYaml }) });
    expect([status, annotations[0]?.message]).toEqual([
      130,
      expect.stringMatching(
        /may have been accepted or not.*flotilla deploy release\.yaml --idempotency-key github\/acme/s,
      ),
    ]);
  });
});

test('foreign names are no markup in the summary, and no command in the log', async () => {
  const name = '| `x` @team --> ::error::x ##[error]\u202e';
  const bad = { ...failed, message: `${name}\n::set-output name=x::y` };
  const { summary, lines } = await deployed({ ...accepted, ...batchThat({ ...ended('FAILED'), name }, bad) });
  expect(summary).not.toMatch(/\u202e|-->|@team|[^\\]`x`|(?<!\\)\| \\`x/);
  expect(commandsIn(lines)).toEqual([]);
});

/** What GitHub's runner would take for commands: it reads line by line, and so it reads a line of ours with an end of line in it. */
const commandsIn = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => line.split(/[\r\n]/)).filter((line) => /^\s*::|##\[/.test(line));

test.each([
  ['sentence', { detail: 'No.\n::add-mask::x\r##[group]' }],
  ['problem', { issues: [{ line: 1, column: 1, path: 'a\n::add-mask::x', message: 'b\n::stop-commands::y' }] }],
])('a %s of a refusal is no command in the log', async (_, more) => {
  const { status, lines } = await deployed({ 'POST /batches': problem(400, 'BatchInvalid', more) });
  expect([status, lines.join().includes('::')]).toEqual([2, true]);
  expect(commandsIn(lines)).toEqual([]);
});
