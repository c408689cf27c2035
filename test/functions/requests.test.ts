import { describe, expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import { create as createLooks } from '../../functions/api-looks.ts';
import type { Catalogue } from '../../lib/domain/catalogue/catalogue.ts';
import type { Cluster } from '../../lib/domain/ports.ts';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import { apiWithLooks } from '../../lib/local/with-looks.ts';
import {
  endRequest,
  headerOf,
  makeRequestWorld,
  metadata,
  ownCatalogue,
  readRequestRow,
  wanted,
} from '../usecases/requests/request-world.ts';
import { type Call, callApi } from './api-call.ts';

const requests = '/api/v1/deployments/requests';

const api = (catalogue = ownCatalogue) => {
  const world = makeRequestWorld(catalogue);
  let object: object | undefined;
  const cluster = {
    read: async () => [{ ...(object === undefined ? {} : { workload: object }), revisions: [], pods: [] }],
  };
  const clock = { now: () => world.clock.now(), sleep: () => new Promise<void>(() => {}) };
  const looks = createLooks({ ...world.deps, clock, cluster: async () => cluster as unknown as Cluster });
  const handler = apiWithLooks({ looks, logs: looks }, create(world.deps));
  const call = (
    method: string,
    path: string,
    { body, headers, ...more }: Omit<Call, 'body'> & { body?: unknown } = {},
  ) =>
    callApi(handler, method, path, {
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      headers: { 'content-type': 'application/json', ...headers },
      ...more,
    });
  const make = (id: string, body: unknown = wanted, headers = {}) =>
    call('POST', `${requests}/create`, { body, headers: { 'x-request-id': id, ...headers } });
  const change = (method: string, path: string, id: string, more: { body?: unknown; headers?: object } = {}) =>
    call(method, path, { ...more, headers: { 'x-request-id': id, ...more.headers } });
  const seen = (next: object | undefined) => {
    object = next;
  };
  return { world, call, make, change, seen };
};

test('ping answers with a pong', async () => {
  const { call } = api();
  expect(await call('GET', '/api/v1/ping')).toMatchObject({ status: 200, body: { message: 'pong' } });
});

test('the reference is where clients look for it', async () => {
  const { call } = api();
  const [one, other] = [await call('GET', '/swagger/index.html'), await call('GET', '/docs')];
  expect(one).toMatchObject({ status: 200, body: other.body });
});

describe('a create', () => {
  test('gets an answer at once, and becomes a batch of one', async () => {
    const { world, make } = api();
    const answer = await make('r-1');
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: `${requests}/r-1` },
      body: {
        message: 'Request r-1 is CREATED.',
        data: {
          ...{ request_id: 'r-1', name: 'My Web', namespace: 'team-a', image: wanted.image, status: 'CREATED' },
          ...{ identifier: 'my-web-team-a-500', request_type: 'CREATE', failure_reason: null, metadata, number: 1 },
        },
      },
    });
    const { batch_id, manifests } = await readRequestRow(world, 'r-1');
    expect(await headerOf(world, batch_id)).toMatchObject({
      ...{ submitted_by: 'local', total: 1 },
      origin: { kind: 'request', request: 'r-1', identifier: 'my-web-team-a-500', number: 1 },
    });
    const batch = JSON.parse(world.documents.texts.get(documentPaths.batch(batch_id))!);
    expect(batch.deployments).toMatchObject([
      {
        ...{ key: 'requests/my-web-team-a-500', executor: 'kubernetes', docker_image_version: '1.27' },
        ...{ environment_id: 'dev', infrastructure_id: 'eu-1', rollback_strategy: 'automatic' },
        manifests: { sha256: manifests },
        workload: { name: 'my-web-team-a-500', namespace: 'team-a', image: 'registry.test:5000/web/nginx' },
      },
    ]);
    expect(world.documents.texts.get(documentPaths.manifests(manifests))).toContain('replicas: 2');
    expect(world.workflow.started).toEqual([{ machine: 'batch', name: batch_id, input: { batch_id } }]);
  });

  test('with the same content again is the same one, with other content refused', async () => {
    const { world, make } = api();
    const first = await make('r-1');
    const texts = world.documents.texts.size;
    expect(await make('r-1')).toMatchObject({ status: 200, body: { data: { batch_id: first.body.data.batch_id } } });
    const other = await make('r-1', { ...wanted, metadata: { ...metadata, replica_count: 3 } });
    expect(other).toMatchObject({ status: 409, body: { code: 'RequestIdReused', details: {} } });
    expect(other.body.error).toBe(other.body.detail);
    expect(world.documents.texts.size).toBe(texts);
  });

  test('with the same id at the same moment is one', async () => {
    const { world, make } = api();
    const answers = await Promise.all(Array.from({ length: 5 }, () => make('r-1')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.data.batch_id)).size).toBe(1);
    expect(world.workflow.started).toHaveLength(1);
  });

  test('with an existing name is refused, even at the same moment', async () => {
    const { world, make } = api();
    const answers = await Promise.all(['r-1', 'r-2', 'r-3'].map((id) => make(id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const [taken] = answers.flatMap(({ body }) => body.data?.identifier ?? []);
    expect(await make('r-4')).toMatchObject({
      status: 409,
      body: { code: 'NameTaken', detail: expect.stringMatching(`: ${taken}\\.$`), candidates: [taken] },
    });
    expect((await make('r-5', { ...wanted, namespace: 'team-b' })).status).toBe(201);
    expect(world.workflow.started).toHaveLength(2);
  });

  const strict = (kubernetes: object) => ({ ...ownCatalogue, environments: { dev: { kubernetes } } }) as Catalogue;

  test.each<[what: string, kubernetes: object, change: object, details: object]>([
    [
      'the rule on versions',
      { rules: { 'image-version': 'error' } },
      { image: 'registry.test/web' },
      {
        image: expect.stringMatching(/^dev does not allow it: .* registry\.test\/web, .* \[image-version\]\.$/),
      },
    ],
    [
      'the level of Pod Security and a rule, all at once',
      { pod_security: 'restricted', rules: { 'image-version': 'error' } },
      { image: 'registry.test/web:latest' },
      {
        image: expect.stringContaining('[image-version]'),
        body: expect.stringMatching(/restricted is required \[pod-security\].* No request can change that/),
      },
    ],
  ])('is refused by %s, by field', async (_, kubernetes, change, details) => {
    const { world, make } = api(strict(kubernetes));
    expect(await make('r-1', { ...wanted, ...change })).toMatchObject({
      ...{ status: 422, body: { code: 'RequestFieldsInvalid', details, issues: expect.any(Array) } },
    });
    expect([world.workflow.started, world.documents.texts.size]).toEqual([[], 0]);
    expect((await make('r-1', wanted)).status).toBe('body' in details ? 422 : 201);
  });

  test("shows the rules' warnings with its batch, where another request would be better", async () => {
    const { world, make } = api();
    await make('r-1', { ...wanted, image: 'registry.test/web' });
    const { batch_id } = await readRequestRow(world, 'r-1');
    expect((await headerOf(world, batch_id)).warnings).toEqual([
      expect.stringMatching(/^image: .* may change without notice \[image-version\]$/),
    ]);
  });

  test('that deletes is subject to no rule', async () => {
    const catalogue = { ...ownCatalogue };
    const { world, make, change } = api(catalogue);
    await make('r-1');
    await endRequest(world, 'r-1');
    catalogue.environments = strict({ pod_security: 'restricted' }).environments!;
    const { identifier } = await readRequestRow(world, 'r-1');
    const body = { metadata: { replica_count: 1 } };
    expect((await change('PATCH', `${requests}/${identifier}`, 'r-2', { body })).status).toBe(422);
    expect((await change('DELETE', `${requests}/${identifier}`, 'r-3')).status).toBe(200);
  });

  test('has a unique identifier, even at the same moment', async () => {
    const { make } = api();
    // Cleaned, all of these are the same.
    const answers = await Promise.all(
      ['My Web', 'my.web', 'MY-WEB', 'my  web'].map((name, at) => make(`r-${at}`, { ...wanted, name })),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.data.identifier)).size).toBe(4);
  });

  test.each([
    ['no id', {}, wanted, 400, 'RequestInvalid', {}],
    ['an id with a space', { 'x-request-id': 'a b' }, wanted, 400, 'RequestInvalid', {}],
    ['no JSON', { 'x-request-id': 'r' }, '{', 400, 'RequestInvalid', {}],
    [
      'nothing',
      { 'x-request-id': 'r' },
      {},
      422,
      'RequestFieldsInvalid',
      {
        name: 'is missing; a text is needed',
        namespace: 'is missing; a text is needed',
        image: 'is missing; a text is needed',
        metadata: 'is missing; a JSON object is needed',
      },
    ],
    [
      'bad fields',
      { 'x-request-id': 'r' },
      {
        ...{ name: 'ab', namespace: 'A', image: 'nginx:a b' },
        metadata: {
          ...metadata,
          replica_count: 101,
          resource_limit: { request: { cpu: '2', memory: '1Gi' }, limit: { cpu: '1500m', memory: '1G' } },
        },
      },
      422,
      'RequestFieldsInvalid',
      {
        name: 'a text of 3 to 50 characters is needed',
        namespace: 'a namespace is needed: lower-case letters, digits and `-`, at most 63',
        image: 'an image is needed, such as "nginx:1.27"',
        'metadata.replica_count': 'a whole number from 1 to 100 is needed',
        'metadata.resource_limit.request.cpu': 'is more than the limit',
        'metadata.resource_limit.request.memory': 'is more than the limit',
      },
    ],
    [
      'a namespace of Kubernetes',
      { 'x-request-id': 'r' },
      { ...wanted, namespace: 'kube-system' },
      422,
      'RequestFieldsInvalid',
      { namespace: 'belongs to Kubernetes itself' },
    ],
  ])('with %s is refused, and nothing is stored', async (_, headers, body, status, code, details) => {
    const { world, call } = api();
    expect(await call('POST', `${requests}/create`, { body, headers })).toMatchObject({
      status,
      body: { code, details },
    });
    expect(world.documents.texts.size).toBe(0);
  });

  test('needs a place to go, and a grant there', async () => {
    const nowhere = api({ ...ownCatalogue, environments: { dev: {}, prod: {} } });
    expect(await nowhere.make('r-1')).toMatchObject({ status: 409, body: { code: 'StatusConflict' } });
    const { make } = api({
      ...ownCatalogue,
      grants: [{ subject: 'local', may: ['deploy'], pillars: ['risk'], environments: ['*'] }],
    });
    expect(await make('r-1')).toMatchObject({ status: 403, body: { code: 'Forbidden' } });
  });
});

describe('ownership', () => {
  test.each(['ann', 'local'])('the owner of this server sets the owner: %s', async (owner) => {
    const { world, make, call } = api();
    expect((await make('r-1', wanted, { 'x-user-id': owner })).status).toBe(201);
    expect(await readRequestRow(world, 'r-1')).toMatchObject({ owner });
    expect((await call('GET', requests, { headers: { 'x-user-id': owner } })).body.data).toHaveLength(1);
  });

  test('only a token that says so may act for other users', async () => {
    const { call } = api();
    const actor = { kind: 'program', subject: 'gate', groups: [], scopes: ['read', 'deploy', 'impersonate'] } as const;
    const headers = { 'x-request-id': 'r-1', 'x-user-id': 'ann' };
    const create = (scopes: readonly ('read' | 'deploy' | 'impersonate' | 'admin')[]) =>
      call('POST', `${requests}/create`, { body: wanted, headers, actor: { ...actor, scopes } });
    expect(await create(['read', 'deploy'])).toMatchObject({ status: 403, body: { code: 'Forbidden' } });
    expect(await create(['admin'])).toMatchObject({ status: 403 });
    expect(await create(actor.scopes)).toMatchObject({ status: 201 });
    const list = (user: string) => call('GET', requests, { actor, headers: { 'x-user-id': user } });
    expect(await list('ann')).toMatchObject({ status: 200, body: { data: [{ request_id: 'r-1' }] } });
    // Only a create makes a user.
    expect(await list('bob')).toMatchObject({ status: 403, body: { code: 'Forbidden' } });
  });

  test('hides what belongs to somebody else', async () => {
    const { make, call, change } = api();
    const { identifier } = (await make('r-1', wanted, { 'x-user-id': 'ann' })).body.data;
    await make('r-2', { ...wanted, name: 'other' }, { 'x-user-id': 'bob' });
    const headers = { 'x-user-id': 'bob' };
    expect((await call('GET', `${requests}/r-1`, { headers })).status).toBe(404);
    expect((await call('GET', `/api/v1/deployments/${identifier}`, { headers })).status).toBe(404);
    const body = { metadata: { replica_count: 3 } };
    expect((await change('PATCH', `${requests}/${identifier}`, 'r-3', { body, headers })).status).toBe(404);
    expect((await change('DELETE', `${requests}/${identifier}`, 'r-3', { headers })).status).toBe(404);
    expect((await call('POST', `${requests}/r-1/retry`, { headers })).status).toBe(404);
    expect((await call('GET', `${requests}/r-1`, { headers: { 'x-user-id': 'ann' } })).status).toBe(200);
  });
});

describe('an earlier request', () => {
  test('is listed with its result, the newest first, by pages', async () => {
    const { world, make, call } = api();
    for (const name of ['one', 'two', 'three']) {
      await make(name, { ...wanted, name });
      world.clock.time += 1;
    }
    await endRequest(world, 'one');
    await endRequest(world, 'two', 'FAILED');
    const first = await call('GET', `${requests}?limit=2`);
    expect(first.body.data).toMatchObject([
      { request_id: 'three', status: 'CREATED', failure_reason: null },
      { request_id: 'two', status: 'FAILURE', failure_reason: 'CrashLoop: It was CrashLoop.' },
    ]);
    const rest = await call('GET', `${requests}?limit=2&after=${first.body.next_after}`);
    expect(rest.body).toMatchObject({ message: '1 request', data: [{ request_id: 'one', status: 'SUCCESS' }] });
    expect(rest.body).not.toHaveProperty('next_after');
    expect((await call('GET', `${requests}/one`)).body.data).toMatchObject({ status: 'SUCCESS', metadata });
    expect((await call('GET', '/api/v1/deployments')).body).toMatchObject({
      message: '3 deployments',
      data: [{ name: 'three', status: 'INITIATED' }, { name: 'two' }, { name: 'one' }],
    });
  });

  test('shows its object as it is in the cluster', async () => {
    const { make, call, seen } = api();
    const { identifier } = (await make('r-1')).body.data;
    const show = async () => (await call('GET', `/api/v1/deployments/${identifier}`)).body.data;
    expect(await show()).toMatchObject({ status: 'INITIATED', object: null, resource_version: '1', request_id: 'r-1' });
    const object = { kind: 'Deployment', spec: { replicas: 2 }, status: { readyReplicas: 2 } };
    seen(object);
    expect(await show()).toMatchObject({ status: 'CREATED', object, image: wanted.image });
    expect((await call('GET', '/api/v1/deployments/nobody-has-417')).status).toBe(404);
  });
});

describe('a change', () => {
  test('is a new request with the full desired state, and waits for the previous one', async () => {
    const { world, make, change } = api();
    const { identifier, batch_id: first } = (await make('r-1')).body.data;
    const body = { metadata: { replica_count: 5 } };
    const patched = await change('PATCH', `${requests}/${identifier}`, 'r-2', { body });
    expect(patched).toMatchObject({
      status: 200,
      body: {
        data: { request_id: 'r-2', request_type: 'UPDATE', number: 2, metadata: { ...metadata, replica_count: 5 } },
      },
    });
    const { batch_id: second } = patched.body.data;
    expect((await headerOf(world, second)).origin).toMatchObject({ after: first, number: 2 });
    expect(world.workflow.started.map(({ name }) => name)).toEqual([first]);
    // The same request again is the same one.
    expect((await change('PATCH', `${requests}/${identifier}`, 'r-2', { body })).body.data.batch_id).toBe(second);
    const html = { metadata: { doc_html: 'new' } };
    const third = await change('PATCH', `${requests}/${identifier}`, 'r-3', { body: html });
    expect(third.body.data.metadata).toEqual({ ...metadata, replica_count: 5, doc_html: 'new' });
  });

  test('leaves out what has failed', async () => {
    const { world, make, change } = api();
    const { identifier } = (await make('r-1')).body.data;
    await endRequest(world, 'r-1');
    await change('PATCH', `${requests}/${identifier}`, 'r-2', { body: { metadata: { replica_count: 5 } } });
    await endRequest(world, 'r-2', 'FAILED');
    const body = { metadata: { doc_html: 'new' } };
    const next = await change('PATCH', `${requests}/${identifier}`, 'r-3', { body });
    expect(next.body.data.metadata).toEqual({ ...metadata, doc_html: 'new' });
  });

  test('of another version than the one read is refused', async () => {
    const { make, change } = api();
    const { identifier } = (await make('r-1')).body.data;
    const send = (id: string, version: string) =>
      change('PATCH', `${requests}/${identifier}`, id, {
        body: { metadata: { replica_count: 5 } },
        headers: { 'if-match': version },
      });
    expect((await send('r-2', '"1"')).status).toBe(200);
    const late = await send('r-3', '1');
    expect(late).toMatchObject({ status: 409, body: { code: 'StatusConflict' } });
    expect(late.body.error).toContain('is now at version 2, not 1.');
    expect((await send('r-3', '2')).status).toBe(200);
    expect((await send('r-4', 'x')).status).toBe(400);
  });

  test.each([
    ['nothing', {}, { metadata: 'is missing; a JSON object is needed' }],
    ['no field', { metadata: {} }, { metadata: 'replica_count, resource_limit or doc_html is needed' }],
    [
      'half a limit',
      { metadata: { resource_limit: { limit: metadata.resource_limit.limit } } },
      { 'metadata.resource_limit.request': 'is missing; a JSON object is needed' },
    ],
  ])('of %s is refused', async (_, body, details) => {
    const { make, change } = api();
    const { identifier } = (await make('r-1')).body.data;
    const answer = await change('PATCH', `${requests}/${identifier}`, 'r-2', { body });
    expect(answer).toMatchObject({ status: 422, body: { details } });
  });

  test('of a deleted one is refused, and its name is free again', async () => {
    const { world, make, change, call } = api();
    const { identifier } = (await make('r-1')).body.data;
    await endRequest(world, 'r-1');
    const deleted = await change('DELETE', `${requests}/${identifier}`, 'r-2');
    expect(deleted).toMatchObject({ status: 200, body: { data: { request_type: 'DELETE', status: 'CREATED' } } });
    const body = { metadata: { replica_count: 3 } };
    const patch = (id: string) => change('PATCH', `${requests}/${identifier}`, id, { body });
    expect((await patch('r-3')).body.error).toContain('is being deleted');
    expect((await make('r-3')).status).toBe(409);
    await endRequest(world, 'r-2');
    expect((await patch('r-3')).body.error).toContain('was deleted');
    expect((await change('DELETE', `${requests}/${identifier}`, 'r-3')).status).toBe(409);
    const again = await make('r-3');
    expect(again.status).toBe(201);
    expect(again.body.data.identifier).not.toBe(identifier);
    expect((await call('GET', '/api/v1/deployments')).body.data).toHaveLength(2);
  });

  test('of one that could not be deleted goes on', async () => {
    const { world, make, change } = api();
    const { identifier } = (await make('r-1')).body.data;
    await endRequest(world, 'r-1');
    await change('DELETE', `${requests}/${identifier}`, 'r-2');
    await endRequest(world, 'r-2', 'FAILED');
    const body = { metadata: { replica_count: 3 } };
    expect((await change('PATCH', `${requests}/${identifier}`, 'r-3', { body })).status).toBe(200);
  });
});

describe('recovery', () => {
  test('runs a failed request again, unchanged', async () => {
    const { world, make, call } = api();
    const { batch_id: first } = (await make('r-1')).body.data;
    const retry = () => call('POST', `${requests}/r-1/retry`);
    expect((await retry()).body.error).toContain('is CREATED: only a failed request can be run again');
    await endRequest(world, 'r-1', 'FAILED');
    const again = await Promise.all([retry(), retry()]);
    expect(again.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { body } = again.find(({ status }) => status === 200)!;
    expect(body.data).toMatchObject({
      request_id: 'r-1',
      status: 'CREATED',
      tries: 2,
      number: 1,
      failure_reason: null,
    });
    expect(body.data.batch_id).not.toBe(first);
    expect(world.workflow.started.map(({ name }) => name)).toEqual([first, body.data.batch_id]);
    const batches = [first, body.data.batch_id].map((id) =>
      JSON.parse(world.documents.texts.get(documentPaths.batch(id))!),
    );
    expect(batches[0]).toEqual(batches[1]);
  });

  test('does not run a request again after a later one', async () => {
    const { world, make, change, call } = api();
    const { identifier } = (await make('r-1')).body.data;
    await endRequest(world, 'r-1', 'FAILED');
    await change('PATCH', `${requests}/${identifier}`, 'r-2', { body: { metadata: { replica_count: 3 } } });
    expect((await call('POST', `${requests}/r-1/retry`)).body.error).toContain('was followed by r-2');
  });

  test('does not retry its batch past it either', async () => {
    const { world, make, call } = api();
    const { batch_id } = (await make('r-1')).body.data;
    await endRequest(world, 'r-1', 'FAILED');
    const answer = await call('POST', `/batches/${batch_id}/retry`, { body: {} });
    expect(answer).toMatchObject({ status: 409, body: { code: 'StatusConflict' } });
    expect(answer.body.detail).toContain('flotilla requests retry r-1');
  });

  test('makes a deployment again from its latest request', async () => {
    const { world, make, change } = api();
    const { identifier } = (await make('r-1')).body.data;
    await endRequest(world, 'r-1');
    const answer = await change('POST', `${requests}/${identifier}/reconcile`, 'r-2');
    expect(answer).toMatchObject({
      status: 200,
      body: { data: { request_type: 'RECONCILE', metadata, status: 'CREATED' } },
    });
  });
});

test('a caller may wait for a request', async () => {
  const { world, call } = api();
  world.clock.in(10_000, () => endRequest(world, 'r-1'));
  const headers = { 'x-request-id': 'r-1' };
  const waited = await call('POST', `${requests}/create?wait=30`, { body: wanted, headers });
  expect(waited).toMatchObject({ status: 201, body: { data: { status: 'SUCCESS' } } });
  const other = { ...wanted, name: 'other' };
  const begun = world.clock.now();
  const left = await call('POST', `${requests}/create?wait=30`, { body: other, headers: { 'x-request-id': 'r-2' } });
  expect(left).toMatchObject({ status: 201, body: { data: { status: 'CREATED' } } });
  // A gateway gives up after 30 s.
  expect(world.clock.now() - begun).toBeLessThan(28_000);
  expect((await call('POST', `${requests}/create?wait=31`, { body: other, headers })).status).toBe(400);
});

test('a request uses the defaults of the configuration, and a retry keeps them', async () => {
  const defaults = { timeout: 300, priority: 8 } as const;
  const environments = { dev: { defaults: { rollback_strategy: 'none', retry_count: 0 } } } as const;
  const { world, make, call } = api({ ...ownCatalogue, defaults, environments });
  expect((await make('one')).status).toBe(201);
  await endRequest(world, 'one', 'FAILED');
  const settings = { ...defaults, rollback_strategy: 'none', retry_count: 0 };
  const batchOf = async () => {
    const { batch_id, settings: kept } = await readRequestRow(world, 'one');
    expect(kept).toEqual(settings);
    return JSON.parse((await world.deps.documents.get(documentPaths.batch(batch_id)))!).deployments[0];
  };
  expect(await batchOf()).toMatchObject(settings);
  Object.assign(world.catalogue, { defaults: { timeout: 60 }, environments: { dev: {} } });
  expect((await call('POST', `${requests}/one/retry`)).status).toBe(200);
  expect(await batchOf()).toMatchObject(settings);
});
