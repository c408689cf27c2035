import { afterEach, describe, expect, test, vi } from 'vitest';
import { problems } from '../../functions/api/problem.ts';
import { routes } from '../../functions/api/routes.ts';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import { changeItem, pendingItem } from '../../lib/domain/record/change.ts';
import { makeWorld, planned, publish, releaseYaml, submitted } from '../usecases/batch/api-world.ts';
import { type Call, callApi } from './api-call.ts';

afterEach(() => vi.restoreAllMocks());

const api = () => {
  const world = makeWorld();
  const handler = create(world.deps);
  return { world, call: (method: string, url: string, call?: Call) => callApi(handler, method, url, call) };
};

const guarded = () => {
  const world = makeWorld();
  const handler = create(world.deps, { identify: byToken });
  return (method: string, url: string, call?: Call) => callApi(handler, method, url, call);
};

describe('POST /batches', () => {
  test.each([
    ['application/yaml', false],
    ['application/yaml', true],
    ['text/yaml; charset=utf-8', false],
    ['Application/X-YAML', true],
    ['application/json', false],
    ['application/json', true],
  ])('takes %s, encoded %s', async (contentType, base64) => {
    const { call } = api();
    const answer = await call('POST', '/batches', {
      body: releaseYaml,
      base64,
      headers: { 'content-type': contentType },
    });
    expect(answer).toMatchObject({ status: 202, body: { status: 'PENDING', total: 3, warnings: expect.any(Array) } });
    const { batch_id, links } = answer.body;
    expect(answer.headers.location).toBe(`/batches/${batch_id}`);
    expect(links).toEqual({
      self: `/batches/${batch_id}`,
      source: `/batches/${batch_id}/source`,
      deployments: `/batches/${batch_id}/deployments`,
      events: `/batches/${batch_id}/events`,
      cancel: `/batches/${batch_id}/cancel`,
      retry: `/batches/${batch_id}/retry`,
      rollback: `/batches/${batch_id}/rollback`,
    });
  });

  test('an Idempotency-Key: 202, then 200, then 409', async () => {
    const { call } = api();
    const headers = { 'idempotency-key': 'deploy-17' };
    const first = await call('POST', '/batches', { body: releaseYaml, headers });
    const second = await call('POST', '/batches', { body: releaseYaml, headers });
    const third = await call('POST', '/batches', { body: `${releaseYaml}#`, headers });
    expect([first.status, second.status, third.status]).toEqual([202, 200, 409]);
    expect(second.body).toEqual(first.body);
    expect(third.body.code).toBe('IdempotencyKeyReused');
  });

  const badBodies: readonly (readonly [string, Call, number, string])[] = [
    ['YAML that does not parse', { body: 'a: [' }, 400, 'YamlInvalid'],
    ['an invalid batch', { body: releaseYaml.replace('risk', 'rusk') }, 422, 'BatchInvalid'],
    ['no body', {}, 400, 'YamlInvalid'],
    [
      'a form',
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'UnsupportedMediaType',
    ],
    ['plain text', { body: releaseYaml, headers: { 'content-type': 'text/plain' } }, 415, 'UnsupportedMediaType'],
    ['5 MiB', { body: '#'.repeat(5 * 1024 * 1024) }, 413, 'PayloadTooLarge'],
    ['a key with a space', { body: releaseYaml, headers: { 'idempotency-key': 'a b' } }, 400, 'RequestInvalid'],
    ['bytes that are no text', { body: '/w==', base64: false }, 422, 'BatchInvalid'],
  ];
  test.each(badBodies)('%s', async (_, request, status, code) => {
    const { call } = api();
    const answer = await call('POST', '/batches', request);
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
    expect(answer.body).toMatchObject({
      type: `urn:flotilla:error:${code}`,
      status,
      code,
      title: problems[code as 'YamlInvalid']!.title,
    });
  });

  test('says that there are more issues than it lists', async () => {
    const { call } = api();
    const body = `deployments:\n${'  - { pillarr: a }\n'.repeat(300)}`;
    const { detail, issues } = (await call('POST', '/batches', { body })).body;
    expect(detail).toBe('The batch has more than 200 problems. Nothing was stored or started.');
    expect(issues).toHaveLength(201);
  });

  test('keeps links from the file and from the header with the batch, and two requests do not differ by them', async () => {
    const { call } = api();
    const links = 'links: { ci: "https://ci/1", ticket: "https://t/7" }';
    const body = releaseYaml.replace('release }', `release, ${links} }`);
    const send = (given: string) =>
      call('POST', '/batches', { body, headers: { 'idempotency-key': 'k', 'flotilla-links': given } });
    const first = await send('{"ci":"https://ci/2","commit":"https://git/abc"}');
    const shown = await call('GET', `/batches/${first.body.batch_id}`);
    expect([first.status, shown.body.metadata.links]).toEqual([
      202,
      { ci: 'https://ci/2', ticket: 'https://t/7', commit: 'https://git/abc' },
    ]);
    expect((await send('{"ci":"https://ci/3"}')).status).toBe(200);
  });

  test.each([
    ['{', 'The header flotilla-links is not JSON.'],
    ['[]', 'flotilla-links: a list where a JSON object is needed'],
    ['{"ci":"ftp://x"}', 'flotilla-links.ci is not an address like https://ci.example.com/runs/17'],
    ['{"a b":"https://x"}', 'flotilla-links.a b'],
  ])('links that are invalid: %s', async (links, detail) => {
    const answer = await api().call('POST', '/batches', { body: releaseYaml, headers: { 'flotilla-links': links } });
    expect([answer.status, answer.body.code]).toEqual([400, 'RequestInvalid']);
    expect(answer.body.detail).toContain(detail);
  });

  test('a problem names every issue with line, column and path', async () => {
    const { call } = api();
    const body = releaseYaml.replace('"3.0.2"', '3').replace('"2.4.0"', '2');
    const answer = await call('POST', '/batches', { body });
    expect(answer.body.instance).toContain('/batches');
    expect(answer.body.issues).toMatchObject([
      { line: 5, column: expect.any(Number), path: 'deployments[1].docker_image_version', message: expect.any(String) },
      { line: 7, column: expect.any(Number), path: 'deployments[3].docker_image_version', message: expect.any(String) },
    ]);
  });

  test('takes the caller from the token, no matter what a header says', async () => {
    const call = guarded();
    const headers = { 'x-flotilla-actor': 'mallory' };
    const claims = { sub: 'u-1', scope: 'flotilla/admin' };
    const { body } = await call('POST', '/batches', { body: releaseYaml, headers, claims });
    const { body: shown } = await call('GET', `/batches/${body.batch_id}`, { claims });
    expect([shown.submitted_by, shown.submitted_by_name]).toEqual(['u-1', undefined]);
  });

  test("shows the caller's name beside the subject, in the batch and in lists", async () => {
    const call = guarded();
    const claims = { sub: 'u-1', name: 'Ada', scope: 'flotilla/admin' };
    const by = { submitted_by: 'u-1', submitted_by_name: 'Ada' };
    const { body } = await call('POST', '/batches', { body: releaseYaml, claims });
    // A caller who changes the name later did not have it then.
    const later = { ...claims, name: 'Lady Lovelace' };
    expect((await call('GET', `/batches/${body.batch_id}`, { claims: later })).body).toMatchObject(by);
    expect((await call('GET', '/batches', { claims: later })).body.batches).toMatchObject([by]);
  });

  test('and takes the caller from the server without tokens', async () => {
    const { call } = api();
    const { body } = await call('POST', '/batches', { body: releaseYaml });
    expect((await call('GET', `/batches/${body.batch_id}`)).body.submitted_by).toBe('local');
  });
});

describe('scopes of a token', () => {
  /** A request for each route. Its target need not exist for a refusal. */
  const requests = routes.map(({ method, path, scope }) => {
    const url = path.replace('{id}', 'none').replace('{key+}', 'shared/login-api');
    return [method, url, scope] as const;
  });

  test.each(requests)('%s %s is for flotilla/%s and flotilla/admin only', async (method, url, scope) => {
    const call = guarded();
    for (const held of ['read', 'logs', 'deploy', 'approve', 'admin']) {
      const { status, body } = await call(method, url, { claims: { sub: 'u', scope: `openid flotilla/${held}` } });
      const refused = { status: 403, body: { code: 'Forbidden' } };
      if (held === scope || held === 'admin') expect(status).not.toBe(403);
      else expect({ status, body }).toMatchObject(refused);
    }
  });

  test.each(requests)('%s %s is for nobody without a token', async (method, url) => {
    const answer = await guarded()(method, url);
    expect(answer).toMatchObject({
      status: 401,
      body: { code: 'Unauthorized' },
      headers: { 'www-authenticate': 'Bearer' },
    });
  });

  test.each<[Readonly<Record<string, unknown>>, number]>([
    [{ scope: 'flotilla/read' }, 200],
    [{ scp: 'flotilla/deploy flotilla/read' }, 200],
    [{ scp: '[flotilla/deploy flotilla/read]' }, 200],
    [{ scope: 'openid', scp: 'flotilla/read' }, 200],
    [{ scope: 'read' }, 403],
    [{ scope: 'flotilla/readable' }, 403],
    [{ scope: 'xflotilla/read' }, 403],
    [{ scope: 'FLOTILLA/READ' }, 403],
    [{ scope: '' }, 403],
    [{ scope: ['flotilla/read'] }, 403],
    [{ groups: 'flotilla/read' }, 403],
    [{}, 403],
  ])('claims like %j: %i', async (claims, status) => {
    expect((await guarded()('GET', '/batches', { claims: { sub: 'u', ...claims } })).status).toBe(status);
  });

  test('another spelling of an address needs the same scope', async () => {
    const claims = { sub: 'u', scope: 'flotilla/read' };
    expect((await guarded()('POST', '/batches/', { claims, body: releaseYaml })).status).toBe(403);
  });

  test('says which scope is missing', async () => {
    const { body } = await guarded()('POST', '/batches', { claims: { sub: 'u', scope: 'flotilla/read' } });
    expect(body.detail).toBe('This needs a token with the scope flotilla/deploy; this one has flotilla/read.');
  });
});

describe('reading', () => {
  test('plan, list, status, deployments and events', async () => {
    const { world, call } = api();
    expect((await call('POST', '/batches/plan', { body: releaseYaml })).body).toMatchObject({ total: 3, levels: 3 });
    const { batchId } = await planned(world);
    await publish(world, batchId);
    expect((await call('GET', '/batches?limit=1')).body.batches).toMatchObject([{ batch_id: batchId }]);
    expect((await call('GET', `/batches/${batchId}`)).body).toMatchObject({ status: 'PROCESSING', total: 3 });
    const deployments = await call('GET', `/batches/${batchId}/deployments?limit=2&status=PENDING`);
    expect(deployments.body).toMatchObject({ planned: true, deployments: [{ index: 0 }, { index: 1 }], limit: 2 });
    const events = await call('GET', `/batches/${batchId}/events?after=1&wait=0`);
    expect(events.body).toMatchObject({ events: [{ number: 2, reason: 'Planned' }], next_after: 2, ended: false });
  });

  test('the JSON Schema of the events', async () => {
    const { call } = api();
    const answer = await call('GET', '/schemas/events.json');
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/schema+json' } });
    const kinds = ['batch', 'deployment', 'hold', 'drift'].map((type) => ({
      type: 'object',
      properties: { type: { const: type } },
    }));
    expect(answer.body).toMatchObject({ $id: '/schemas/events.json', oneOf: kinds });
  });

  test('the JSON Schema of a batch', async () => {
    const { call } = api();
    const answer = await call('GET', '/schemas/batch.json');
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/schema+json' } });
    expect(Object.keys(answer.body.properties)).toEqual(expect.arrayContaining(['version', 'defaults', 'deployments']));
  });

  test('health says what is simulated', async () => {
    const { call } = api();
    expect((await call('GET', '/health')).body).toMatchObject({ status: 'ok', simulated: { harness: true } });
  });

  test('answers HEAD as GET', async () => {
    const { call } = api();
    expect(await call('HEAD', '/health')).toEqual(await call('GET', '/health'));
    expect((await call('HEAD', '/batches/none')).status).toBe(404);
  });
});

describe('control', () => {
  test('cancel', async () => {
    const { world, call } = api();
    const batchId = await submitted(world);
    const answer = await call('POST', `/batches/${batchId}/cancel`);
    expect(answer).toMatchObject({ status: 202, body: { batch_id: batchId, in_flight: [] } });
  });

  test.each(['shared/login-api', 'shared%2Flogin-api'])('resolve with the key %s', async (key) => {
    const { world, call } = api();
    const { batchId } = await planned(world);
    const told = { status: 'UNKNOWN', reason: 'RunNotFound', message: '?' } as const;
    const outcome = { ...told, evidence: [], warnings: [], attempts: 1, runs: [], ended_at: 1 };
    const change = changeItem(
      pendingItem(batchId, 0, 'shared/login-api'),
      { ...told, outcome },
      { at: 1, actor: 'test' },
    );
    await world.table.transact(change.writes);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ status: 'SUCCESS', reason: 'I looked.' });
    const answer = await call('POST', `/batches/${batchId}/deployments/${key}/resolve`, { headers, body });
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'SUCCESS', resolved_by: 'local', message: 'I looked.' },
    });
  });

  test.each([
    ['{"status":"SUCCESS"}', 'application/json', 400],
    ['{"status":"SKIPPED","reason":"x"}', 'application/json', 400],
    ['{"status":"SUCCESS","reason":"x","force":true}', 'application/json', 400],
    ['{"status":"SUCCESS","reason":"\\ud800"}', 'application/json', 400],
    ['{', 'application/json', 400],
    ['{"status":"SUCCESS","reason":"x"}', 'text/plain', 415],
  ])('a resolution like %s as %s: %i', async (body, contentType, status) => {
    const { world, call } = api();
    const { batchId } = await planned(world);
    const path = `/batches/${batchId}/deployments/shared/login-api/resolve`;
    expect((await call('POST', path, { body, headers: { 'content-type': contentType } })).status).toBe(status);
  });
});

describe('problems', () => {
  const wrong: readonly (readonly [string, string, number, string])[] = [
    ['GET', '/nothing', 404, 'RouteNotFound'],
    ['GET', '/', 404, 'RouteNotFound'],
    ['GET', '/batches/none', 404, 'BatchNotFound'],
    ['GET', '/batches/none/deployments', 404, 'BatchNotFound'],
    ['GET', '/batches/none/events', 404, 'BatchNotFound'],
    ['POST', '/batches/none/cancel', 404, 'BatchNotFound'],
    ['GET', '/schemas/batchXjson', 404, 'RouteNotFound'],
    ['GET', '/batches/%E0%A4%A', 400, 'RequestInvalid'],
    ['GET', `/batches/${'x'.repeat(3000)}`, 404, 'BatchNotFound'],
    ['POST', `/batches/${'x'.repeat(3000)}/cancel`, 404, 'BatchNotFound'],
    ['GET', '/batches?limit=0', 400, 'RequestInvalid'],
    ['GET', '/batches/none/events?wait=21', 400, 'RequestInvalid'],
    ['GET', '/batches/none/deployments?status=DONE', 400, 'RequestInvalid'],
    ['DELETE', '/batches', 405, 'MethodNotAllowed'],
    ['GET', '/batches/none/cancel', 405, 'MethodNotAllowed'],
  ];
  test.each(wrong)('%s %s: %i %s', async (method, url, status, code) => {
    const { call } = api();
    const answer = await call(method, url);
    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': 'application/problem+json' },
      body: { code, status },
    });
  });

  test('refuses a parameter that is given twice, with any values', async () => {
    const { call } = api();
    const { body } = await call('GET', '/batches?environment=uat&environment=uat&limit=1&limit=2');
    const message = 'is given more than once';
    expect(body).toMatchObject({ status: 400, code: 'RequestInvalid' });
    expect(body.issues).toEqual([
      { path: 'query.environment', message },
      { path: 'query.limit', message },
    ]);
  });

  test.each(['abc', '0', '1.5', '', '5,6', '-1', 'Infinity'])(
    'a limit of "%s" gets a readable problem',
    async (limit) => {
      const { call } = api();
      const message = 'a whole number from 1 to 100 is needed';
      const { body } = await call('GET', `/anchors?limit=${limit}`);
      expect(body).toMatchObject({ status: 400, detail: `query.limit: ${message}` });
      expect(body.issues).toEqual([{ path: 'query.limit', message }]);
    },
  );

  test.each([
    ['/batches/none/deployments?status=DONE', 'query.status: "DONE" is none of PENDING, PROCESSING, '],
    ['/batches?after=', 'query.after is empty; a text is needed'],
    [`/batches?after=${'x'.repeat(2001)}`, 'query.after has 2001 characters; at most 2000 are allowed'],
    ['/anchors?pages=2', 'query.pages: unknown parameter; known here: after, limit'],
    ['/anchors?limits=2', 'query.limits: unknown parameter; known here: after, limit (did you mean limit?)'],
    ['/anchors?a%20b=2&c=3', 'query."a b": unknown parameter; known here: after, limit; query.c: unknown parameter; '],
  ])('%s gets a readable problem', async (url, told) => {
    const { status, body } = await api().call('GET', url);
    expect([status, body.code, body.detail.slice(0, told.length)]).toEqual([400, 'RequestInvalid', told]);
  });

  const resolve = '/batches/none/deployments/shared/login-api/resolve';
  test.each([
    [{ status: 'SUCCESS' }, 'body.reason is missing; a text is needed'],
    [{ reason: 'seen' }, 'body.status is missing; one of SUCCESS, FAILED is needed'],
    [{ status: 'DONE', reason: 'seen' }, 'body.status: "DONE" is none of SUCCESS, FAILED'],
    [
      { status: 5, reason: {} },
      'body.status: 5 is none of SUCCESS, FAILED; body.reason: an object where a text is needed',
    ],
    [{ status: 'FAILED', reason: ' ' }, 'body.reason: give a reason, in a sentence'],
    [{ status: 'FAILED', reason: 'x'.repeat(1001) }, 'body.reason has 1001 characters; at most 1000 are allowed'],
    [
      { status: 'FAILED', reason: 'x', reasons: 1 },
      'body.reasons: unknown key; known here: status, reason (did you mean reason?)',
    ],
    [null, 'body: null where a JSON object is needed'],
  ])('the resolution %j gets a readable problem', async (order, told) => {
    const call = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) };
    const { status, body } = await api().call('POST', resolve, call);
    expect([status, body.code, body.detail]).toEqual([400, 'RequestInvalid', told]);
  });

  test.each(routes.map(({ method, path }) => [method, path.replace('{id}', 'none').replace('{key+}', 'risk/x')]))(
    '%s %s refuses an unknown parameter',
    async (method, path) => {
      const { status, body } = await api().call(method, `${path}?nobody=knows`, { body: releaseYaml });
      expect([status, body.detail]).toEqual([
        400,
        expect.stringMatching(/(?:^|; )query\.nobody: unknown parameter; known here: \w/),
      ]);
    },
  );

  test.each([
    ['GET', '/health'],
    ['GET', '/schemas/batch.json'],
    ['GET', '/nowhere'],
    ['PUT', '/batches'],
    ['POST', '/batches'],
  ])('%s %s answers with headers that forbid browsers what no page needs', async (method, path) => {
    const { call } = api();
    expect((await call(method, path)).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  test.each([
    ['GET', 'latest/source'],
    ['GET', 'latest/deployments'],
    ['GET', '01TEST/events'],
    ['POST', 'latest/cancel'],
  ])('%s /batches/%s: says so where a short id would do', async (method, route) => {
    const { body } = await api().call(method, `/batches/${route}`);
    expect([body.code, body.detail]).toEqual(['BatchNotFound', expect.stringContaining('Send the whole id here')]);
  });

  test('405 says what is allowed', async () => {
    const { call } = api();
    expect((await call('PUT', '/batches')).headers.allow).toBe('POST, GET, HEAD');
  });

  test('every problem has a status that fits its kind', () => {
    for (const meaning of Object.values(problems))
      expect(meaning.status).toSatisfy((status) => status >= 400 && status < 600);
  });

  test.each([
    [new Error('secret=hunter2 in /var/db'), 500, 'InternalError'],
    [new FlotillaError('DocumentMissing', 'secret=hunter2'), 500, 'InternalError'],
    [new FlotillaError('ConfigurationInvalid', 'secret=hunter2'), 500, 'ConfigurationInvalid'],
    [new FlotillaError('TableBusy', 'secret=hunter2'), 503, 'TableBusy'],
  ])('reports %s without internal details, and logs it on one line', async (error, status, code) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { deps } = makeWorld();
    const handler = create({ ...deps, catalogue: () => Promise.reject(error) });
    const answer = await callApi(handler, 'GET', '/health');
    expect(answer).toMatchObject({ status, body: { code } });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    expect(log.mock.calls).toHaveLength(1);
    const line = String(log.mock.calls[0]![0]);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toMatchObject({ level: 'ERROR', request_id: 'request-1', cause: error.message });
  });
});
