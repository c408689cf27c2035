import { describe, expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import { batchBytes } from '../../lib/domain/batch/batch-size.ts';
import { makeWorld, releaseYaml } from '../usecases/batch/api-world.ts';
import { type Call, callApi } from './api-call.ts';

const json = { 'content-type': 'application/json' };
const unknown = '0123456789abcdef0123456789abcdef01234567';

const api = () => {
  const world = makeWorld();
  const handler = create(world.deps);
  const call = (method: string, url: string, call?: Call) => callApi(handler, method, url, call);
  const order = (body: unknown) => call('POST', '/uploads', { headers: json, body: JSON.stringify(body) });
  const uploaded = async (bytes: Uint8Array = Buffer.from(releaseYaml)): Promise<string> => {
    const { upload_id } = (await order({ bytes: bytes.length })).body;
    world.uploads.put(upload_id, bytes);
    return upload_id;
  };
  return { world, call, order, uploaded };
};

/** A request without a body says nothing of its type. */
const empty: Call = { headers: { 'content-type': '' } };

describe('POST /uploads', () => {
  test.each([1, batchBytes.atMost])('for %i bytes gives an address', async (bytes) => {
    const { order } = api();
    const { status, body } = await order({ bytes });
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
  test.each<[string, unknown, readonly { path: string; message: string }[]]>([
    ['no size', {}, [{ path: 'body.bytes', message: number }]],
    ['a negative size', { bytes: -1 }, [{ path: 'body.bytes', message: number }]],
    ['nothing', { bytes: 0 }, [{ path: 'body.bytes', message: number }]],
    ['too many bytes', { bytes: batchBytes.atMost + 1 }, [{ path: 'body.bytes', message: number }]],
    ['half a byte', { bytes: 1.5 }, [{ path: 'body.bytes', message: number }]],
    ['more than can be counted', { bytes: 1e300 }, [{ path: 'body.bytes', message: number }]],
    ['a text', { bytes: '10' }, [{ path: 'body.bytes', message: number }]],
    ['a list', [10], [{ path: 'body', message: 'a list where a JSON object is needed' }]],
    [
      'two problems',
      { bytes: null, name: 'x' },
      [
        { path: 'body.bytes', message: number },
        { path: 'body.name', message: 'unknown key; known here: bytes' },
      ],
    ],
  ])('for %s tells all that is wrong', async (_, order, issues) => {
    const { status, headers, body } = await api().order(order);
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(body).toMatchObject({ code: 'RequestInvalid', issues });
  });

  test.each<[string, string, Call, number, string]>([
    ['no JSON', 'POST', { headers: json, body: '{' }, 400, 'RequestInvalid'],
    ['no body', 'POST', { headers: json }, 400, 'RequestInvalid'],
    ['a form', 'POST', { headers: { 'content-type': 'text/plain' }, body: '{"bytes":1}' }, 415, 'UnsupportedMediaType'],
    ['another method', 'GET', {}, 405, 'MethodNotAllowed'],
  ])('%s is refused', async (_, method, request, status, code) => {
    expect(await api().call(method, '/uploads', request)).toMatchObject({ status, body: { code } });
  });
});

describe('a batch that was uploaded', () => {
  test('is planned, and then taken in, with its own copy', async () => {
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

  test('is told its problems as ever', async () => {
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
    ['nobody has put', 404, 'UploadNotFound', async ({ order }) => [(await order({ bytes: 1 })).body.upload_id, empty]],
    ['nobody has made', 404, 'UploadNotFound', async () => [unknown, empty]],
    ['has no id of an upload', 404, 'UploadNotFound', async () => ['../configuration', empty]],
    ['has an empty id', 404, 'UploadNotFound', async () => ['', empty]],
    [
      'was put two days ago',
      404,
      'UploadNotFound',
      async ({ uploaded, world }) => {
        const id = await uploaded();
        world.clock.time += 2 * 86_400_000;
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
        const { upload_id } = (await order({ bytes: 1 })).body;
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
