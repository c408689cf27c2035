import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { orderOf } from '../contracts/uploads.ts';
import { releaseYaml } from '../usecases/batch/api-world.ts';
import { batch, deployment, deployments, ended, failed, health, id, problem } from './answers.ts';
import { type Answer, type FakeApi, type RunOptions, run, type Script, startFakeApi } from './cli-world.ts';

const apis: FakeApi[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

const serve = async (script: Script): Promise<FakeApi> => {
  const api = await startFakeApi(script);
  apis.push(api);
  return api;
};

/** Runs a command against a server with this script. */
const against = async (script: Script, argv: readonly string[], options: RunOptions = {}) => {
  const api = await serve(script);
  return { api, ...(await run([...argv, '--url', api.url], options)) };
};

const shown = (status: 'SUCCESS' | 'FAILED' | 'UNKNOWN' | 'CANCELLED'): Script => ({
  'GET /batches/B1': { body: ended(status) },
  'GET /health': { body: health },
  'GET /batches/B1/deployments?limit=1000': { body: deployments(deployment(), failed) },
});

const issues = [
  {
    line: 9,
    column: 5,
    path: 'deployments[1].docker_image_version',
    message: 'a number',
    hint: 'put it in quotes',
    code: 'WrongType',
  },
  { line: 24, column: 5, path: 'deployments[4].prioritty', message: 'unknown key', code: 'UnknownKey' },
];

describe('exit status', () => {
  const accepted: Script = {
    'POST /batches': {
      status: 202,
      body: { batch_id: 'B1', name: 'Autumn release', total: 2, status: 'PENDING', warnings: ['mind'] },
    },
    'GET /health': { body: health },
  };
  const cases: readonly (readonly [string, number, Script, readonly string[]])[] = [
    ['a batch was accepted', 0, accepted, ['deploy', '-']],
    ['a batch is invalid', 2, { 'POST /batches': problem(422, 'BatchInvalid', { issues }) }, ['deploy', '-']],
    ['a batch is not YAML', 2, { 'POST /batches': problem(400, 'YamlInvalid', { issues }) }, ['deploy', '-']],
    ['the server wants a token', 6, { 'POST /batches': problem(401, 'Unauthorized') }, ['deploy', '-']],
    [
      'the key was already used',
      6,
      { 'POST /batches': problem(409, 'IdempotencyKeyReused') },
      ['deploy', '-', '--idempotency-key', 'k'],
    ],
    ['the server failed', 5, { 'POST /batches': problem(500, 'InternalError') }, ['deploy', '-']],
    ['a batch has succeeded', 0, shown('SUCCESS'), ['status', 'B1']],
    ['a batch has failed', 1, shown('FAILED'), ['status', 'B1']],
    ['a batch is unknown', 1, shown('UNKNOWN'), ['status', 'B1']],
    ['a batch was cancelled', 1, shown('CANCELLED'), ['status', 'B1']],
    ['there is no such batch', 4, { 'GET /batches/B1': problem(404, 'BatchNotFound') }, ['status', 'B1']],
    [
      'there is nothing to cancel',
      4,
      { [`POST /batches/${id}/cancel`]: problem(404, 'BatchNotFound') },
      ['cancel', id],
    ],
    ['the token lacks the right', 6, { [`POST /batches/${id}/cancel`]: problem(403, 'Forbidden') }, ['cancel', id]],
    ['it is already over', 6, { [`POST /batches/${id}/cancel`]: problem(409, 'StatusConflict') }, ['cancel', id]],
    [
      'there is no such deployment',
      4,
      { [`POST /batches/${id}/deployments/a/b/resolve`]: problem(404, 'DeploymentNotFound') },
      ['resolve', id, 'a/b', '--status', 'SUCCESS', '--reason', 'x'],
    ],
    ['there are no batches', 0, { 'GET /batches?limit=20': { body: { batches: [] } } }, ['list']],
  ];
  test.each(cases)('%s: %i', async (_, status, script, argv) => {
    expect(await against(script, argv, { stdin: releaseYaml })).toMatchObject({ status });
  });

  test('the message for an empty list also fits users who may not see every batch', async () => {
    const { out } = await against({ 'GET /batches?limit=20': { body: { batches: [] } } }, ['list']);
    expect(out).toEqual(['There is no batch yet, or none that you may see.']);
  });

  test('reports with its lines what grants refuse, and gives no other advice', async () => {
    const message = 'no grant lets you deploy risk in production';
    const refused = [{ line: 5, column: 5, path: 'deployments[2]', message, code: 'NotGranted' }];
    const script = { 'POST /batches': problem(403, 'Forbidden', { issues: refused }) };
    const { status, error } = await against(script, ['deploy', '-'], { stdin: releaseYaml });
    expect([status, error]).toEqual([6, ['Forbidden it is.', `<stdin>:5:5 deployments[2]: ${message}`]]);
  });

  test.each([
    ['no command', []],
    ['an unknown command', ['destroy']],
    ['an unknown option', ['list', '--force']],
    ['a missing argument', ['status']],
    ['one argument too many', ['status', 'B1', 'B2']],
    ['a demo of an unknown kind', ['demo', 'rocket']],
    ['a bad number', ['deploy', '-', '--timeout', 'soon']],
    ['more seconds than a timer can take', ['deploy', '-', '--timeout', '2147484']],
    ['a bad status', ['resolve', id, 'a/b', '--status', 'MAYBE', '--reason', 'x']],
    ['a missing reason', ['resolve', id, 'a/b', '--status', 'FAILED']],
    ['a bad address', ['list', '--url', 'ftp://x']],
    ['a timeout without following a new batch', ['deploy', '-', '--timeout', '5']],
    ['a timeout without following a batch', ['status', 'B1', '--timeout', '5']],
    ['a configuration for a server', ['plan', '-', '--config', 'x.yaml', '--url', 'http://127.0.0.1:9']],
    ['a missing file', ['deploy', 'missing.yaml']],
    ['a missing configuration', ['plan', '-', '--config', 'missing.yaml']],
  ])('%s: 2, with the reason', async (_, argv) => {
    const { status, error } = await run(argv);
    expect(status).toBe(2);
    expect(error.join('\n').trim()).not.toBe('');
  });

  test.each([
    [
      ['list', '--url', 'localhost:8080'],
      'localhost:8080 is no address of a server: one begins with http:// or https://.',
    ],
    [['deploy', '-', '--timeout', '5'], '--timeout is for --follow, and without that it has no effect.'],
    [['status', 'B1', '--patience', '5'], '--patience is for --follow, and without that it has no effect.'],
    [
      ['plan', '-', '--config', 'x', '--url', 'http://127.0.0.1:9'],
      '--config has no effect here: a server plans with its own configuration.',
    ],
    [['plan', '-', '--token-file', 'x'], '--token-file has no effect here: no server is asked without --url.'],
  ])('rejects an option without effect before it does anything: %j', async (argv, told) => {
    expect(await run(argv, { stdin: releaseYaml })).toMatchObject({ status: 2, out: [], error: [told] });
  });

  test('the version: 0', async () => {
    expect(await run(['--version'])).toMatchObject({ status: 0, out: [expect.stringMatching(/^\d+\.\d+\.\d+$/)] });
  });

  test('plan says which server it asks: none by default', async () => {
    const { out } = await run(['plan', '--help']);
    expect(out.join(' ').replace(/\s+/g, ' ')).toContain(
      'address of the server (default: $FLOTILLA_URL, else none is asked)',
    );
  });

  test('help on request: 0', async () => {
    const { status, out } = await run(['--help']);
    expect(status).toBe(0);
    expect(out.join('\n')).toContain(
      'Exit status: 0 done, 1 failed, 2 wrong use or configuration, 3 timed out, 4 not found, 5 no answer, 6 refused',
    );
  });

  test('no server: 5', async () => {
    const api = await serve({});
    await api.close();
    const { status, error } = await run(['list', '--url', api.url]);
    expect(status).toBe(5);
    expect(error[0]).toContain(`No answer from ${api.url}`);
  });

  test('a connection that ends in the middle of the answer: 5', async () => {
    const cut = { body: { batches: [batch()] }, cut: true };
    const { api, status, error } = await against({ 'GET /batches?limit=20': cut }, ['list']);
    expect(status).toBe(5);
    expect(error[0]).toContain(`No answer from ${api.url}`);
  });

  test('a server of another kind: 5', async () => {
    const { api, status, error } = await against({ 'GET /batches?limit=20': { body: '<html>' } }, ['list']);
    expect(status).toBe(5);
    expect(error).toEqual([`${api.url} does not answer as a Flotilla server does.`]);
  });
});

describe('what is sent', () => {
  test('sends the file as it is, with the key and the token', async () => {
    const { api } = await against(
      { 'POST /batches': { status: 202, body: { batch_id: 'B1', warnings: [] } }, 'GET /health': { body: health } },
      ['deploy', '-', '--idempotency-key', 'k-1'],
      { stdin: releaseYaml, env: { FLOTILLA_TOKEN: 'secret' } },
    );
    expect(api.received[0]!.headers).not.toHaveProperty('flotilla-links');
    expect(api.received[0]).toMatchObject({
      body: releaseYaml,
      headers: { 'content-type': 'application/yaml', 'idempotency-key': 'k-1', authorization: 'Bearer secret' },
    });
  });

  test('sends links next to the file, which stays unchanged', async () => {
    const { api } = await against(
      { 'POST /batches': { status: 202, body: { batch_id: 'B1', warnings: [] } }, 'GET /health': { body: health } },
      ['deploy', '-', '--link', 'ci=https://ci/1?a=b', '--link', 'ticket=https://t/7'],
      { stdin: releaseYaml },
    );
    const links = '{"ci":"https://ci/1?a=b","ticket":"https://t/7"}';
    expect(api.received[0]).toMatchObject({ body: releaseYaml, headers: { 'flotilla-links': links } });
    expect((await run(['deploy', '-', '--link', 'https://ci/1'], { stdin: releaseYaml })).status).toBe(2);
  });

  const large = `${releaseYaml}${'# a comment\n'.repeat(400_000)}`;
  const accepted = { status: 202, body: { batch_id: 'B1', name: 'Large', total: 1, warnings: [] } };
  const uploadTo = (url: string): Answer => ({
    status: 201,
    body: {
      upload_id: 'u1',
      url,
      method: 'PUT',
      headers: { 'content-type': 'application/yaml', 'content-length': '0' },
    },
  });

  test('uploads a file larger than a request elsewhere, without the token', async () => {
    const bucket = await serve({ 'PUT /uploads/u1.yaml?X-Amz-Signature=s': { body: '' } });
    const { api, status, error } = await against(
      {
        'POST /uploads': uploadTo(`${bucket.url}/uploads/u1.yaml?X-Amz-Signature=s`),
        'POST /batches?upload=u1': accepted,
        'GET /health': { body: health },
      },
      ['deploy', '-', '--idempotency-key', 'k-1'],
      { stdin: large, env: { FLOTILLA_TOKEN: 'secret' } },
    );
    expect([status, error]).toEqual([0, []]);
    const [put, ...more] = bucket.received;
    expect(more).toEqual([]);
    expect(put?.body).toBe(large);
    expect(put?.headers).toMatchObject({
      'content-type': 'application/yaml',
      'content-length': String(Buffer.byteLength(large)),
    });
    expect(JSON.stringify(put?.headers)).not.toMatch(/secret|authorization/i);
    const [order, submit] = api.received;
    expect(JSON.parse(order!.body)).toEqual(orderOf(large));
    expect(order!.headers).toMatchObject({ authorization: 'Bearer secret' });
    expect(submit).toMatchObject({ body: '', headers: { authorization: 'Bearer secret', 'idempotency-key': 'k-1' } });
  });

  test('sends the token to a place on the same server, and reports its refusal', async () => {
    const script = { 'POST /uploads': uploadTo('/uploads/u1'), 'PUT /uploads/u1': problem(404, 'UploadNotFound') };
    const { api, status } = await against(script, ['plan', '-'], { stdin: large, env: { FLOTILLA_TOKEN: 'secret' } });
    expect(status).toBe(4);
    expect(api.received.map(({ request, headers }) => [request, headers.authorization])).toEqual([
      ['POST /uploads', 'Bearer secret'],
      ['PUT /uploads/u1', 'Bearer secret'],
      ['DELETE /uploads/u1', 'Bearer secret'],
    ]);
  });

  test.each<[string, readonly string[], Answer, boolean]>([
    ['a plan', ['plan', '-'], { body: {} }, true],
    ['a deploy that is refused', ['deploy', '-'], problem(422, 'BatchInvalid'), true],
    [
      'a deploy that was accepted before',
      ['deploy', '-', '--idempotency-key', 'k'],
      { ...accepted, status: 200 },
      true,
    ],
    ['a deploy that is accepted', ['deploy', '-'], accepted, false],
  ])('an upload for %s is deleted: %s', async (_, argv, answer, isGivenUp) => {
    const path = argv[0] === 'plan' ? '/batches/plan' : '/batches';
    const script = {
      'POST /uploads': uploadTo('/uploads/u1'),
      'PUT /uploads/u1': { body: '' },
      [`POST ${path}?upload=u1`]: answer,
      'DELETE /uploads/u1': { status: 204, body: '' },
      'GET /health': { body: health },
    };
    const { api } = await against(script, argv, { stdin: large });
    expect(api.received.some(({ request }) => request === 'DELETE /uploads/u1')).toBe(isGivenUp);
  });

  test('sends the hash of the plan you looked at, and the server refuses another plan', async () => {
    const script = { 'POST /batches': problem(412, 'PreconditionFailed') };
    const { api, status } = await against(script, ['deploy', '-', '--plan-hash', 'h-1'], { stdin: releaseYaml });
    expect([status, api.received[0]?.headers['if-match']]).toEqual([6, '"h-1"']);
  });

  test.each<[string, (bucket: FakeApi) => string, RegExp, number]>([
    ['refuses', ({ url }) => `${url}/refused`, /^The upload to 127\.0\.0\.1:\d+ was answered with 403\.$/, 6],
    [
      'redirects',
      ({ url }) => `${url}/elsewhere`,
      /^http:\/\/127\.0\.0\.1:\d+ answers with a redirect to 127\.0\.0\.1:\d+, which was not followed\.$/,
      5,
    ],
    ['does not answer', () => 'http://127.0.0.1:9/x', /^The batch could not be uploaded to 127\.0\.0\.1:9: /, 5],
  ])('an upload place that %s: submits nothing', async (_, urlOf, line, exit) => {
    const bucket = await serve({
      'PUT /refused': { status: 403, body: '<Error/>' },
      'PUT /elsewhere': { status: 307, body: '', headers: { location: '/refused' } },
    });
    const argv = ['deploy', '-', '--patience', '0'];
    const ran = await against({ 'POST /uploads': uploadTo(urlOf(bucket)) }, argv, { stdin: large });
    const { api, status, error } = ran;
    const requests = api.received.map(({ request }) => request);
    expect([status, error[0], requests]).toEqual([
      exit,
      expect.stringMatching(line),
      ['POST /uploads', 'DELETE /uploads/u1'],
    ]);
  });

  test('does not send a file larger than any batch may be', async () => {
    const { api, status, error } = await against({}, ['deploy', '-'], { stdin: '#'.repeat(17 * 1024 * 1024) });
    expect([status, api.received]).toEqual([2, []]);
    expect(error).toEqual(['<stdin> has 17 MiB; a batch may have 16 MiB. Make several of it.']);
  });

  test('FLOTILLA_URL names the server', async () => {
    const api = await serve({ 'GET /batches?limit=3': { body: { batches: [] } } });
    expect((await run(['list', '--limit', '3'], { env: { FLOTILLA_URL: `${api.url}/` } })).status).toBe(0);
  });

  test('a resolution', async () => {
    const { api, out } = await against(
      {
        [`POST /batches/${id}/deployments/risk/limit-check/resolve`]: {
          body: { ...failed, status: 'SUCCESS', resolved_by: 'local' },
        },
      },
      ['resolve', id, 'risk/limit-check', '--status', 'success', '--reason', 'I looked.'],
    );
    expect(JSON.parse(api.received[0]!.body)).toEqual({ status: 'SUCCESS', reason: 'I looked.' });
    expect(out).toEqual(['risk/limit-check is SUCCESS now, resolved by local.']);
  });
});

describe('what is printed', () => {
  test('prints problems of a batch: line:column path: message (hint)', async () => {
    const { error, out } = await against({ 'POST /batches': problem(422, 'BatchInvalid', { issues }) }, [
      'deploy',
      '-',
    ]);
    expect(error).toEqual([
      'BatchInvalid it is.',
      '<stdin>:9:5 deployments[1].docker_image_version: a number (put it in quotes)',
      '<stdin>:24:5 deployments[4].prioritty: unknown key',
    ]);
    expect(out).toEqual([]);
  });

  test.each([
    ['deploy', '/batches'],
    ['plan', '/batches/plan'],
  ])('prefixes problems of a file with its name: %s', async (verb, path) => {
    const directory = mkdtempSync(join(tmpdir(), 'flotilla-cli-'));
    writeFileSync(join(directory, 'release.yaml'), releaseYaml);
    const script = { [`POST ${path}`]: problem(422, 'BatchInvalid', { issues }) };
    const { error } = await against(script, [verb, 'release.yaml'], { directory });
    rmSync(directory, { recursive: true });
    expect(error.at(-1)).toBe('release.yaml:24:5 deployments[4].prioritty: unknown key');
  });

  test('does not send a file that is not text', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'flotilla-cli-'));
    writeFileSync(join(directory, 'release.zip'), Uint8Array.of(0x50, 0x4b, 3, 4, 0xff, 0xfe));
    const { status, error, api } = await against({}, ['deploy', 'release.zip'], { directory });
    rmSync(directory, { recursive: true });
    expect({ status, error, received: api.received }).toEqual({
      status: 2,
      error: ['release.zip cannot be read: it is not text in UTF-8; save it in that encoding.'],
      received: [],
    });
  });

  test("prints the server's problem with --json", async () => {
    const { out, error } = await against({ 'POST /batches': problem(422, 'BatchInvalid', { issues }) }, [
      'deploy',
      '-',
      '--json',
    ]);
    expect(JSON.parse(out.join(''))).toMatchObject({ code: 'BatchInvalid', issues });
    expect(error).toEqual([]);
  });

  test('shows a batch, its deployments and why one failed, and marks each simulated deployment', async () => {
    const { out } = await against(shown('FAILED'), ['status', 'B1']);
    expect(out[0]).toBe('SIMULATED: Harness and cluster eu-1 are simulated; nothing real is deployed there.');
    for (const key of ['shared/login-api', 'risk/limit-check']) {
      expect(out.find((line) => line.startsWith(key))).toContain('(simulated)');
    }
    expect(out.slice(out.indexOf('FAILED risk/limit-check (simulated): RestoredPreviousRelease'))).toEqual([
      'FAILED risk/limit-check (simulated): RestoredPreviousRelease',
      '  The new pods crash. Version 2.3.0 was restored.',
      '  seen on pod limit-check-x, container app: CrashLoopBackOff: exit code 1',
      '    | starting',
      '    | FATAL: no \\u001b[31mdatabase\\u001b[0m',
      '  version before: 2.3.0, now: 2.3.0',
      '  attempt 1: harness run run-1 Success https://harness.test/run-1',
    ]);
  });

  test('suggests commands for the same server', async () => {
    const script = { 'POST /batches': { status: 202, body: batch() }, 'GET /health': { body: health } };
    const { out, api } = await against(script, ['deploy', '-'], { stdin: releaseYaml });
    expect(out.at(-1)).toBe(`Follow it with: flotilla status B1 --follow --url ${api.url}`);
    const known = await run(['deploy', '-'], { stdin: releaseYaml, env: { FLOTILLA_URL: api.url } });
    expect(known.out.at(-1)).toBe('Follow it with: flotilla status B1 --follow');
  });

  test.each([
    [202, 2, 'Batch B1 accepted: Autumn release, 2 deployments.'],
    [202, 1, 'Batch B1 accepted: Autumn release, 1 deployment.'],
    [200, 2, 'Batch B1 exists already (PROCESSING); nothing new was started.'],
  ])('distinguishes a new batch from one that the key named before: %i, of %i', async (status, total, told) => {
    const { out } = await against(
      { 'POST /batches': { status, body: { ...batch(), total } }, 'GET /health': { body: health } },
      ['deploy', '-', '--idempotency-key', 'k'],
      { stdin: releaseYaml },
    );
    expect(out.slice(1, 2)).toEqual([told]);
  });

  test.each([
    ['looked at', []],
    ['followed', ['--follow']],
  ])('shows the command that resolves an UNKNOWN deployment when %s', async (_, argv) => {
    const lost = deployment({ status: 'UNKNOWN', reason: 'VerificationLost', message: 'Nobody knows.' });
    const { out, api } = await against(
      {
        ...shown('UNKNOWN'),
        'GET /batches/B1/deployments?limit=1000': { body: deployments(lost, failed) },
        'GET /batches/B1/events?after=0&wait=10&limit=1000': { body: { events: [], next_after: 0, ended: true } },
      },
      ['status', 'B1', ...argv],
    );
    expect(out.filter((line) => line.includes('resolve'))).toEqual([
      `  flotilla resolve B1 shared/login-api --status SUCCESS --reason '…' --url ${api.url}  (or --status FAILED)`,
    ]);
  });

  test('shows the command that resolves the UNKNOWN deployment in another batch that blocks this one', async () => {
    const name = 'staging/eu-1/shared/login-api';
    const waiting_for = [
      { kind: 'lock', name, locks: [name], batch_id: 'B0', key: 'shared/login-api', status: 'UNKNOWN' },
    ] as const;
    const waits = deployment({ message: `What batch B0 did to ${name} is UNKNOWN.`, waiting_for });
    const { out, api } = await against(
      { ...shown('SUCCESS'), 'GET /batches/B1/deployments?limit=1000': { body: deployments(waits) } },
      ['status', 'B1'],
    );
    expect(out.slice(-3)).toEqual([
      'PENDING shared/login-api (simulated): AwaitingTurn',
      `  What batch B0 did to ${name} is UNKNOWN.`,
      `  flotilla resolve B0 shared/login-api --status SUCCESS --reason '…' --url ${api.url}  (or --status FAILED)`,
    ]);
  });

  test.each(['executor', 'cluster'] as const)(
    'shows what holds up a deployment in progress, at its %s',
    async (kind) => {
      const message = 'The executor cannot be read, since 2026-09-30T06:00:00.000Z.';
      const held = {
        kind,
        name: 'harness:acme',
        why: 'unreadable',
        since: '2026-09-30T06:00:00.000Z',
      } as const;
      const waiting_for = [{ ...held, next: 'It is read again.' }];
      const one = deployment({ status: 'PROCESSING', reason: 'HeldUp', message, waiting_for });
      const { out } = await against(
        { ...shown('SUCCESS'), 'GET /batches/B1/deployments?limit=1000': { body: deployments(one) } },
        ['status', 'B1'],
      );
      expect(out.slice(-2)).toEqual(['PROCESSING shared/login-api (simulated): HeldUp', `  ${message}`]);
    },
  );

  test('shows only the first of many, and where the others are', async () => {
    const all = Array.from({ length: 53 }, () => failed);
    const { out, api } = await against(
      { ...shown('FAILED'), 'GET /batches/B1/deployments?limit=1000': { body: deployments(...all) } },
      ['status', 'B1'],
    );
    expect(out.filter((line) => line.startsWith('FAILED risk/limit-check'))).toHaveLength(50);
    expect(out.at(-1)).toBe(`… and 3 more; all of them: flotilla status B1 --json --url ${api.url}.`);
  });

  test('shows deployments skipped for the same reason once, with the first of them by name', async () => {
    const message = 'Not started: risk/limit-check, which it depends on, is FAILED.';
    const skipped = (index: number) =>
      deployment({ key: `risk/service-${index}`, status: 'SKIPPED', reason: 'DependencyFailed', message });
    const all = Array.from({ length: 12 }, (_, index) => skipped(index + 1));
    const other = deployment({ status: 'CANCELLED', reason: 'BatchCancelled', message: 'Not started.' });
    const { out } = await against(
      { ...shown('FAILED'), 'GET /batches/B1/deployments?limit=1000': { body: deployments(...all, other) } },
      ['status', 'B1'],
    );
    const names = Array.from({ length: 10 }, (_, index) => `risk/service-${index + 1}`);
    expect(out.slice(-4)).toEqual([
      `SKIPPED DependencyFailed: ${message}`,
      `  ${names.join(', ')}, … and 2 more`,
      'CANCELLED BatchCancelled: Not started.',
      '  shared/login-api',
    ]);
  });

  test('prints the same as JSON with --json', async () => {
    const { out } = await against(shown('FAILED'), ['status', 'B1', '--json']);
    expect(JSON.parse(out.join(''))).toMatchObject({
      batch_id: 'B1',
      status: 'FAILED',
      deployments: [{}, { key: 'risk/limit-check' }],
    });
  });

  test('reads all pages of deployments', async () => {
    const path = 'GET /batches/B1/deployments?limit=1000';
    const { out } = await against(
      {
        ...shown('SUCCESS'),
        [path]: { body: { ...deployments(deployment()), next_after: 'c/1' } },
        [`${path}&after=c%2F1`]: { body: deployments(failed) },
      },
      ['status', 'B1', '--json'],
    );
    expect(JSON.parse(out.join('')).deployments).toHaveLength(2);
  });

  test('the list of batches', async () => {
    const { out } = await against({ 'GET /batches?limit=20': { body: { batches: [batch(), ended('FAILED')] } } }, [
      'list',
    ]);
    expect(out).toEqual([
      'BATCH  STATUS      SUBMITTED          BY   NAME            MESSAGE',
      'B1     PROCESSING  2026-09-30 06:00Z  ada  Autumn release  2 deployments: 1 in work, 1 waiting.',
      'B1     FAILED      2026-09-30 06:00Z  ada  Autumn release  Over.',
    ]);
  });

  describe('a list longer than one page of the API', () => {
    const page = (from: number, size: number, next_after?: string): Answer => ({
      body: { batches: Array.from({ length: size }, (_, at) => batch({ batch_id: `B${from + at}` })), next_after },
    });
    const pages: Script = {
      'GET /batches?limit=100': page(0, 100, 'c/1'),
      'GET /batches?limit=100&after=c%2F1': page(100, 100, 'c2'),
      // A missing row makes a page shorter, but does not end the list.
      'GET /batches?limit=50&after=c2': page(200, 49, 'c3'),
      'GET /batches?limit=1&after=c3': page(249, 1, 'c4'),
      'GET /batches?limit=100&after=c2': page(200, 3),
    };

    test('shows as many as you ask for, and says that there are more', async () => {
      const { api, status, out } = await against(pages, ['list', '--limit', '250']);
      expect([status, api.received.length, out.length]).toEqual([0, 4, 1 + 250 + 1]);
      expect(out.slice(1, -1).map((line) => line.split(' ')[0])).toEqual(
        Array.from({ length: 250 }, (_, at) => `B${at}`),
      );
      expect(out.at(-1)).toBe(`There are more: flotilla list --limit 1250 --url ${api.url}`);
    });

    test('shows all of them, and says nothing about more', async () => {
      const { api, out } = await against(pages, ['list', '--limit', '9999']);
      expect([api.received.length, out.length, out.at(-1)?.split(' ')[0]]).toEqual([3, 1 + 203, 'B202']);
    });

    test('prints one JSON document, with where to continue', async () => {
      const read = async (limit: string) =>
        JSON.parse((await against(pages, ['list', '--limit', limit, '--json'])).out[0]!);
      const [some, all] = [await read('250'), await read('300')];
      expect([some.batches.length, some.next_after, all.batches.length, 'next_after' in all]).toEqual([
        250,
        'c4',
        203,
        false,
      ]);
    });

    test.each(['0', '10001', '1e9'])('refuses %s', async (limit) => {
      const { status, error } = await run(['list', '--limit', limit]);
      expect([status, error.join('\n')]).toEqual([
        2,
        expect.stringContaining('A whole number from 1 to 10000 is needed.'),
      ]);
    });

    test('says how to see the others beyond the maximum', async () => {
      const endless = {
        'GET /batches?limit=100': page(0, 100, 'c'),
        'GET /batches?limit=100&after=c': page(0, 100, 'c'),
      };
      const { api, out } = await against(endless, ['list', '--limit', '10000']);
      expect([api.received.length, out.at(-1)]).toEqual([
        100,
        'There are more: narrow them down, as with --since and --until.',
      ]);
    });
  });

  test('says what a cancel stops and what continues', async () => {
    const in_flight = [
      { index: 0, key: 'a/b', step: 'deploy', effect: 'stopping', why: 'Run r is aborted.' },
      { index: 1, key: 'a/c', step: 'verify', effect: 'continues', why: 'The executor is done.' },
    ];
    const { out } = await against({ [`POST /batches/${id}/cancel`]: { body: { batch_id: 'B1', in_flight } } }, [
      'cancel',
      id,
    ]);
    expect(out).toEqual([
      'Batch B1: nothing new starts.',
      '  a/b: stopping. Run r is aborted.',
      '  a/c: continues. The executor is done.',
    ]);
  });
});
