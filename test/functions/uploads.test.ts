import { describe, expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import { batchBytes } from '../../lib/domain/batch/batch-size.ts';
import { localActor } from '../../lib/domain/record/actor.ts';
import { mostOpenUploads } from '../../lib/domain/record/upload.ts';
import { orderOf } from '../contracts/uploads.ts';
import { makeWorld, releaseYaml } from '../usecases/batch/api-world.ts';
import { type Call, callApi } from './api-call.ts';

const json = { 'content-type': 'application/json' };
const { sha256 } = orderOf('');
const unknown = '0123456789abcdef0123456789abcdef01234567';

const api = () => {
  const world = makeWorld();
  const handler = create(world.deps);
  const call = (method: string, url: string, call?: Call) => callApi(handler, method, url, call);
  const order = (body: unknown, more: Call = {}) =>
    call('POST', '/uploads', { headers: json, body: JSON.stringify(body), ...more });
  const uploaded = async (bytes: Uint8Array = Buffer.from(releaseYaml)): Promise<string> => {
    const { upload_id } = (await order(orderOf(bytes))).body;
    world.uploads.put(upload_id, bytes);
    return upload_id;
  };
  return { world, call, order, uploaded };
};

/** A request without a body has no content type. */
const empty: Call = { headers: { 'content-type': '' } };
const another = { ...localActor, subject: 'another' };

describe('POST /uploads', () => {
  test.each([1, batchBytes.atMost])('gives an address for %i bytes', async (bytes) => {
    const { order } = api();
    const { status, body } = await order({ bytes, sha256 });
    expect(status).toBe(201);
    expect(body).toEqual({
      upload_id: expect.stringMatching(/^[0-9a-f]{40}$/),
      url: `/uploads/${body.upload_id}`,
      method: 'PUT',
      headers: { 'content-type': 'application/yaml', 'content-length': String(bytes) },
      expires_at: '2026-09-30T06:15:00.000Z',
    });
  });

  const number = 'a whole number from 1 to 16777216 is needed';
  const digits = 'the SHA-256 of the text is needed: 64 digits and letters from a to f (sha256sum)';
  test.each<[string, unknown, readonly { path: string; message: string }[]]>([
    ['no size', { sha256 }, [{ path: 'body.bytes', message: number }]],
    ['no SHA-256', { bytes: 1 }, [{ path: 'body.sha256', message: digits }]],
    ['a SHA-256 in capitals', { bytes: 1, sha256: sha256.toUpperCase() }, [{ path: 'body.sha256', message: digits }]],
    ['a SHA-1', { bytes: 1, sha256: sha256.slice(24) }, [{ path: 'body.sha256', message: digits }]],
    ['a negative size', { bytes: -1, sha256 }, [{ path: 'body.bytes', message: number }]],
    ['nothing', { bytes: 0, sha256 }, [{ path: 'body.bytes', message: number }]],
    ['too many bytes', { bytes: batchBytes.atMost + 1, sha256 }, [{ path: 'body.bytes', message: number }]],
    ['half a byte', { bytes: 1.5, sha256 }, [{ path: 'body.bytes', message: number }]],
    ['more than can be counted', { bytes: 1e300, sha256 }, [{ path: 'body.bytes', message: number }]],
    ['a text', { bytes: '10', sha256 }, [{ path: 'body.bytes', message: number }]],
    ['a list', [10], [{ path: 'body', message: 'a list where a JSON object is needed' }]],
    [
      'two problems',
      { bytes: null, sha256, name: 'x' },
      [
        { path: 'body.bytes', message: number },
        { path: 'body.name', message: 'unknown key; known here: bytes, sha256' },
      ],
    ],
  ])('reports all problems of %s', async (_, order, issues) => {
    const { status, headers, body } = await api().order(order);
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(body).toMatchObject({ code: 'RequestInvalid', issues });
  });

  test.each<[string, string, Call, number, string]>([
    ['no JSON', 'POST', { headers: json, body: '{' }, 400, 'RequestInvalid'],
    ['no body', 'POST', { headers: json }, 400, 'RequestInvalid'],
    ['a form', 'POST', { headers: { 'content-type': 'text/plain' }, body: '{"bytes":1}' }, 415, 'UnsupportedMediaType'],
    ['another method', 'GET', {}, 405, 'MethodNotAllowed'],
  ])('refuses %s', async (_, method, request, status, code) => {
    expect(await api().call(method, '/uploads', request)).toMatchObject({ status, body: { code } });
  });
});

describe('open uploads', () => {
  const open = async ({ order }: ReturnType<typeof api>, count: number): Promise<string[]> => {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) ids.push((await order(orderOf(`text ${n}`))).body.upload_id);
    return ids;
  };

  test('are five for a subject; the next request hears when there is room', async () => {
    const all = api();
    await open(all, mostOpenUploads - 1);
    all.world.clock.time += 60_000;
    await open(all, 1);
    const refused = await all.order(orderOf('one more'));
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
      429,
      'TooManyRequests',
      '3540',
    ]);
    expect((await all.order(orderOf('one more'), { actor: another })).status).toBe(201);
    all.world.clock.time += 3_540_000;
    expect((await all.order(orderOf('one more'))).status).toBe(201);
  });

  test.each<[string, number, (all: ReturnType<typeof api>, id: string) => Promise<unknown>]>([
    ['given up', 201, ({ call }, id) => call('DELETE', `/uploads/${id}`)],
    ['given up by somebody else', 429, ({ call }, id) => call('DELETE', `/uploads/${id}`, { actor: another })],
    ['planned', 429, ({ call }, id) => call('POST', `/batches/plan?upload=${id}`, empty)],
    ['submitted', 201, ({ call }, id) => call('POST', `/batches?upload=${id}`, empty)],
  ])('with one that is %s: the next gets %i', async (_, status, act) => {
    const all = api();
    await open(all, mostOpenUploads - 1);
    await act(all, await all.uploaded());
    expect((await all.order(orderOf('one more'))).status).toBe(status);
  });

  test('never exceed the limit when many are requested at the same time', async () => {
    const all = api();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => all.order(orderOf(`text ${n}`))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 201, 429, 429, 429]);
  });
});

describe('an upload is used once', () => {
  test('and then says by which batch, to its opener', async () => {
    const { call, uploaded, world } = api();
    const id = await uploaded();
    const { batch_id } = (await call('POST', `/batches?upload=${id}`, empty)).body;
    for (const [method, path] of [
      ['POST', `/batches?upload=${id}`],
      ['POST', `/batches/plan?upload=${id}`],
      ['DELETE', `/uploads/${id}`],
    ] as const) {
      const { status, body } = await call(method, path, empty);
      expect([status, body.code, body.detail]).toEqual([409, 'StatusConflict', expect.stringContaining(batch_id)]);
      expect((await call(method, path, { ...empty, actor: another })).status).toBe(404);
    }
    expect(world.workflow.started).toHaveLength(1);
  });

  test('also by two requests at the same time', async () => {
    const { call, uploaded, world } = api();
    const id = await uploaded();
    const answers = await Promise.all([1, 2].map(() => call('POST', `/batches?upload=${id}`, empty)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(world.workflow.started).toHaveLength(1);
  });

  test('but a submit may be repeated with its key', async () => {
    const { call, uploaded } = api();
    const id = await uploaded();
    const send = () => call('POST', `/batches?upload=${id}`, { headers: { 'idempotency-key': 'k' } });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status, second.body.batch_id]).toEqual([202, 200, first.body.batch_id]);
  });
});

describe('an uploaded batch', () => {
  test('is planned, and then accepted, with its own copy', async () => {
    const { world, call, uploaded } = api();
    const id = await uploaded();
    const plan = await call('POST', `/batches/plan?upload=${id}`, empty);
    expect(plan).toMatchObject({ status: 200, body: { total: 3 } });
    const { status, body } = await call('POST', `/batches?upload=${id}`, empty);
    expect([status, body.total]).toEqual([202, 3]);
    expect(world.documents.texts.get(`batches/${body.batch_id}/source.yaml`)).toBe(releaseYaml);
  });

  test('is the same as one in a body, for its Idempotency-Key', async () => {
    const { call, uploaded } = api();
    const headers = { 'idempotency-key': 'k-1' };
    const first = await call('POST', '/batches', { body: releaseYaml, headers });
    const second = await call('POST', `/batches?upload=${await uploaded()}`, { headers });
    const other = await call('POST', `/batches?upload=${await uploaded(Buffer.from(`${releaseYaml}#`))}`, { headers });
    expect([first.status, second.status, other.status]).toEqual([202, 200, 409]);
    expect(second.body.batch_id).toBe(first.body.batch_id);
  });

  test('gets its problems as usual', async () => {
    const { call, uploaded } = api();
    const id = await uploaded(Buffer.from(releaseYaml.replace('"3.0.2"', '3')));
    const answer = await call('POST', `/batches?upload=${id}`, empty);
    expect(answer).toMatchObject({ status: 422, body: { code: 'BatchInvalid', issues: [{ line: 5 }] } });
  });

  const paths = ['/batches', '/batches/plan'];
  const cases: readonly (readonly [
    string,
    number,
    string,
    (api_: ReturnType<typeof api>) => Promise<[string, Call]>,
  ])[] = [
    [
      'nobody has put there',
      404,
      'UploadNotFound',
      async ({ order }) => [(await order(orderOf('a'))).body.upload_id, empty],
    ],
    ['nobody has requested', 404, 'UploadNotFound', async () => [unknown, empty]],
    ['has no id of an upload', 404, 'UploadNotFound', async () => ['../configuration', empty]],
    ['has an empty id', 404, 'UploadNotFound', async () => ['', empty]],
    ["is another's", 404, 'UploadNotFound', async ({ uploaded }) => [await uploaded(), { ...empty, actor: another }]],
    [
      'has another text than the request said',
      400,
      'RequestInvalid',
      async ({ uploaded, world }) => {
        const id = await uploaded();
        world.uploads.put(id, Buffer.from(releaseYaml.replace('5.1.3', '5.1.4')));
        return [id, empty];
      },
    ],
    [
      'was given up',
      404,
      'UploadNotFound',
      async ({ uploaded, call }) => {
        const id = await uploaded();
        expect(await call('DELETE', `/uploads/${id}`)).toMatchObject({ status: 204, body: undefined });
        return [id, empty];
      },
    ],
    [
      'was put an hour ago',
      404,
      'UploadNotFound',
      async ({ uploaded, world }) => {
        const id = await uploaded();
        world.clock.time += 3_600_000;
        return [id, empty];
      },
    ],
    ['comes with a body too', 400, 'RequestInvalid', async ({ uploaded }) => [await uploaded(), { body: releaseYaml }]],
    ['is no text', 400, 'RequestInvalid', async ({ uploaded }) => [await uploaded(Buffer.from([0xff])), empty]],
    [
      'is too large',
      413,
      'PayloadTooLarge',
      async ({ world, order }) => {
        const { upload_id } = (await order(orderOf('a'))).body;
        world.uploads.put(upload_id, Buffer.alloc(batchBytes.atMost + 1, '#'));
        return [upload_id, empty];
      },
    ],
  ];
  test.each(paths.flatMap((path) => cases.map((one) => [path, ...one] as const)))(
    'POST %s of one that %s: %i %s',
    async (path, _, status, code, make) => {
      const all = api();
      const [id, request] = await make(all);
      const answer = await all.call('POST', `${path}?upload=${encodeURIComponent(id)}`, request);
      expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' }, body: { code } });
      expect(all.world.workflow.started).toEqual([]);
    },
  );
});
