import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { create } from '../../functions/api.ts';

import { makeWorld, releaseYaml } from '../usecases/batch/api-world.ts';
import { apiEvent, callApi } from './api-call.ts';

const world = async () => {
  const made = makeWorld();
  const handler = create(made.deps);
  const { body } = await callApi(handler, 'POST', '/batches', { body: releaseYaml });
  const get = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    handler(apiEvent(method, path, { headers }), {});
  return { handler, get, batchId: body.batch_id as string };
};

const paths = [
  '/batches',
  '/holds',
  '/health',
  '/openapi.json',
  '/docs',
  '/schemas/batch.json',
  '/schemas/events.json',
];
const caching = { 'cache-control': 'private, no-cache' };

describe('an answer to a read', () => {
  test.each(paths)('of %s is sent once, until it changes', async (path) => {
    const { get } = await world();
    const { headers = {}, body } = await get(path);
    expect(headers).toMatchObject({ ...caching, etag: expect.stringMatching(/^"[\w-]{43}"$/) });
    const etag = String(headers.etag);
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await get(path, { 'if-none-match': known });
      expect(again).toMatchObject({ statusCode: 304, headers: { ...caching, etag, vary: 'accept-encoding' } });
      expect(again.body).toBeUndefined();
    }
    expect(await get(path, { 'if-none-match': '"x"' })).toMatchObject({ statusCode: 200, body });
    expect((await get(path, { 'if-none-match': etag }, 'HEAD')).statusCode).toBe(304);
  });

  test('has another tag when something has changed', async () => {
    const { handler, get, batchId } = await world();
    const path = `/batches/${batchId}`;
    const etag = String((await get(path)).headers?.etag);
    await callApi(handler, 'POST', `${path}/cancel`);
    const after = await get(path, { 'if-none-match': etag });
    expect(after.statusCode).toBe(200);
    expect(after.headers?.etag).not.toBe(etag);
  });

  test('has a tag of its own when it is compressed, and either tag is good for both', async () => {
    const { get } = await world();
    const plain = await get('/openapi.json');
    const small = await get('/openapi.json', { 'accept-encoding': 'gzip' });
    expect(gunzipSync(Buffer.from(small.body ?? '', 'base64')).toString()).toBe(plain.body);
    expect(small.headers?.etag).toBe(String(plain.headers?.etag).replace(/"$/, '-gzip"'));
    const statuses = [plain, small].flatMap(({ headers = {} }) =>
      [{}, { 'accept-encoding': 'gzip' }].map(async (accepted) => {
        const known = { 'if-none-match': String(headers.etag), ...accepted };
        return (await get('/openapi.json', known)).statusCode;
      }),
    );
    expect(await Promise.all(statuses)).toEqual([304, 304, 304, 304]);
  });

  test.each([
    ['POST', '/batches/plan'],
    ['POST', '/deployments/plan'],
  ])('%s %s: the tag of a plan is its hash, and never leads to 304', async (method, path) => {
    const { handler } = await world();
    const one = {
      key: 'shared/login-api',
      version: '1.0',
      environment: 'uat',
      infrastructure: 'cluster-eu-1',
      artifact: 'docker',
    };
    const asked =
      path === '/batches/plan'
        ? { body: releaseYaml }
        : { body: JSON.stringify(one), headers: { 'content-type': 'application/json' } };
    const { headers, body } = await callApi(handler, method, path, asked);
    expect(headers.etag).toBe(`"${body.plan_hash}"`);
    const again = await callApi(handler, method, path, {
      ...asked,
      headers: { ...asked.headers, 'if-none-match': String(headers.etag) },
    });
    expect(again.status).toBe(200);
  });

  test('to a waiting read, and a problem, have none', async () => {
    const { get, batchId } = await world();
    for (const path of [`/batches/${batchId}/events`, '/events', '/batches/none', '/nothing']) {
      const { headers } = await get(path, { 'if-none-match': '*' });
      expect(headers).not.toHaveProperty('etag');
    }
  });
});
