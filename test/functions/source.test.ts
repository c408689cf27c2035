import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import { orderOf } from '../contracts/uploads.ts';
import { makeWorld, manyYaml, releaseYaml } from '../usecases/batch/api-world.ts';
import { apiEvent, callApi } from './api-call.ts';

const asJson = manyYaml(2);
const json = { 'content-type': 'application/json' };
const yaml = { 'content-type': 'application/yaml' };

/** Submits a text, as the body or by an upload, and reads it back. */
const sentAndAsked = async (text: string, headers: Readonly<Record<string, string>> | 'upload') => {
  const world = makeWorld();
  const handler = create(world.deps);
  let batchId: string;
  if (headers === 'upload') {
    const bytes = Buffer.from(text);
    const order = { headers: json, body: JSON.stringify(orderOf(bytes)) };
    const { upload_id } = (await callApi(handler, 'POST', '/uploads', order)).body;
    world.uploads.put(upload_id, bytes);
    batchId = (await callApi(handler, 'POST', `/batches?upload=${upload_id}`)).body.batch_id;
  } else {
    batchId = (await callApi(handler, 'POST', '/batches', { headers, body: text, base64: true })).body.batch_id;
  }
  const ask = (more: Readonly<Record<string, string>> = {}) =>
    handler(apiEvent('GET', `/batches/${batchId}/source`, { headers: more }), {});
  return { ask, batchId, handler };
};

describe('GET /batches/{id}/source', () => {
  test.each([
    ['YAML', releaseYaml, yaml, 'application/yaml'],
    ['YAML with a byte order mark', `\uFEFF${releaseYaml}`, yaml, 'application/yaml'],
    [
      'YAML with comments, other line ends and letters',
      `# Größe ✓ 😀\r\n${releaseYaml.replaceAll('\n', '\r\n')}`,
      yaml,
      'application/yaml',
    ],
    ['JSON', asJson, json, 'application/json'],
    [
      'JSON with tabs and a byte order mark',
      `\uFEFF${JSON.stringify(JSON.parse(asJson), null, '\t')}\n`,
      json,
      'application/json',
    ],
    ['JSON sent as YAML', asJson, yaml, 'application/json'],
    ['YAML sent as JSON', releaseYaml, json, 'application/yaml'],
    ['an upload', `\uFEFF${releaseYaml}`, 'upload' as const, 'application/yaml'],
  ])('gives %s back, byte for byte', async (_, text, headers, type) => {
    const { ask } = await sentAndAsked(text, headers);
    const { statusCode, body, ...answer } = await ask();
    expect(statusCode).toBe(200);
    expect(Buffer.from(body!).equals(Buffer.from(text))).toBe(true);
    expect(answer.headers).toMatchObject({ 'content-type': type, 'x-content-type-options': 'nosniff' });
  });

  test('compresses a large one for clients that accept that', async () => {
    const text = `${releaseYaml}${'# a comment\n'.repeat(200_000)}`;
    const { ask } = await sentAndAsked(text, yaml);
    const { body, isBase64Encoded, headers } = await ask({ 'accept-encoding': 'gzip' });
    expect(headers).toMatchObject({ 'content-type': 'application/yaml', 'content-encoding': 'gzip' });
    expect(isBase64Encoded && gunzipSync(Buffer.from(body!, 'base64')).toString()).toBe(text);
  });

  test('refuses one that is too large even so', async () => {
    const { ask } = await sentAndAsked(`${releaseYaml}# ${randomBytes(4_500_000).toString('base64')}\n`, 'upload');
    const { statusCode, body } = await ask({ 'accept-encoding': 'gzip' });
    expect(statusCode).toBe(406);
    expect(JSON.parse(body!)).toMatchObject({
      code: 'AnswerTooLarge',
      detail: 'The answer has 6 MB, which is too large even compressed.',
    });
  });

  test('no batch, no source', async () => {
    const { handler } = await sentAndAsked(releaseYaml, yaml);
    const answer = await callApi(handler, 'GET', '/batches/none/source');
    expect(answer).toMatchObject({ status: 404, body: { code: 'BatchNotFound' } });
  });
});
