import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import { FileUploads } from '../../lib/adapters/file-uploads.ts';
import { localActor } from '../../lib/domain/record/actor.ts';
import { ownUploads } from '../../lib/local/http/receive-upload.ts';
import { startHttpServer } from '../../lib/local/http-server.ts';
import type { Holder } from '../../lib/local/tokens/token-book.ts';
import type { UploadView } from '../../lib/usecases/batch/open-upload.ts';
import { orderOf } from '../contracts/uploads.ts';
import { makeWorld, releaseYaml } from '../usecases/batch/api-world.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const serve = async (token?: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-uploads-'));
  const known = {
    holderOf: (given: string): Holder => {
      if (given === token) return { actor: localActor };
      return given === 'of-another' ? { actor: { ...localActor, subject: 'another' } } : { refused: 'unknown' };
    },
  };
  const world = makeWorld();
  const uploads = new FileUploads(folder, { now: () => Date.now() });
  const api = create({ ...world.deps, uploads });
  const server = await startHttpServer({
    port: 0,
    api,
    uploads: ownUploads(world.deps, uploads),
    ...(token === undefined ? {} : { tokens: async () => known }),
  });
  cleanups.push(
    () => server.close(),
    () => rmSync(folder, { recursive: true }),
  );
  return { world, server, folder, url: server.url };
};

const order = async (
  url: string,
  headers: Record<string, string> = {},
  wanted = orderOf(releaseYaml),
): Promise<UploadView> => {
  const body = JSON.stringify(wanted);
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
  return (await (await fetch(`${url}/uploads`, init)).json()) as UploadView;
};

const yaml = { 'content-type': 'application/yaml' };

/** fetch sets Host and Origin itself. */
const put = (url: string, body: string, headers: Record<string, string>, method = 'PUT'): Promise<[number, string]> =>
  new Promise((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const sent = httpRequest(url, { method, headers: { ...yaml, ...length, ...headers } }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve([response.statusCode!, text === '' ? '' : JSON.parse(text).code]);
    });
    sent.once('error', reject).end(body);
  });

describe('the embedded server as the place for uploads', () => {
  test('accepts an upload at its address, and a batch from it', async () => {
    const { url, world } = await serve();
    const upload = await order(url);
    expect(await put(`${url}${upload.url}`, releaseYaml, {})).toEqual([200, '']);
    const submitted = await fetch(`${url}/batches?upload=${upload.upload_id}`, { method: 'POST' });
    const { batch_id } = (await submitted.json()) as { batch_id: string };
    expect([submitted.status, world.documents.texts.get(`batches/${batch_id}/source.yaml`)]).toEqual([
      202,
      releaseYaml,
    ]);
  });

  test.each<[string, string, string, Record<string, string>, number, string]>([
    ['too much', 'PUT', `${releaseYaml}#`, {}, 400, 'RequestInvalid'],
    ['too little', 'PUT', 'a: 1', {}, 400, 'RequestInvalid'],
    ['another text of that size', 'PUT', releaseYaml.replace('5.1.3', '5.1.4'), {}, 400, 'RequestInvalid'],
    ['another type', 'PUT', releaseYaml, { 'content-type': 'text/plain' }, 415, 'UnsupportedMediaType'],
    ['another method', 'POST', releaseYaml, {}, 405, 'MethodNotAllowed'],
    ['a page of another origin', 'PUT', releaseYaml, { origin: 'https://evil.example' }, 403, 'Forbidden'],
    ['another host', 'PUT', releaseYaml, { host: 'evil.example' }, 403, 'Forbidden'],
  ])('refuses %s', async (_, method, body, headers, status, code) => {
    const { url } = await serve();
    const upload = await order(url);
    expect(await put(`${url}${upload.url}`, body, headers, method)).toEqual([status, code]);
    const { status: later } = await fetch(`${url}/batches?upload=${upload.upload_id}`, { method: 'POST' });
    expect(later).toBe(404);
  });

  test.each(['0123456789abcdef0123456789abcdef01234567', 'x', '..%2Fconfiguration'])(
    'reports an unknown upload %s',
    async (id) => {
      const { url } = await serve();
      expect(await put(`${url}/uploads/${id}`, releaseYaml, {})).toEqual([404, 'UploadNotFound']);
    },
  );

  test('asks for a token, as everywhere', async () => {
    const { url } = await serve('secret');
    const authorization = { authorization: 'Bearer secret' };
    const upload = await order(url, authorization);
    expect(await put(`${url}${upload.url}`, releaseYaml, {})).toEqual([401, 'Unauthorized']);
    expect(await put(`${url}${upload.url}`, releaseYaml, authorization)).toEqual([200, '']);
  });

  test('belongs to its opener: nobody else finds it', async () => {
    const { url } = await serve('secret');
    const authorization = { authorization: 'Bearer secret' };
    const another = { authorization: 'Bearer of-another' };
    const upload = await order(url, authorization);
    expect(await put(`${url}${upload.url}`, releaseYaml, another)).toEqual([404, 'UploadNotFound']);
    expect(await put(`${url}${upload.url}`, releaseYaml, authorization)).toEqual([200, '']);
    expect(await put(`${url}${upload.url}`, releaseYaml, authorization)).toEqual([412, 'PreconditionFailed']);
    const submit = (headers: Record<string, string>) =>
      fetch(`${url}/batches?upload=${upload.upload_id}`, { method: 'POST', headers });
    expect((await submit(another)).status).toBe(404);
    expect((await submit(authorization)).status).toBe(202);
  });

  test('can be given up by its opener', async () => {
    const { url } = await serve();
    const upload = await order(url);
    expect((await fetch(`${url}${upload.url}`, { method: 'DELETE' })).status).toBe(204);
    expect(await put(`${url}${upload.url}`, releaseYaml, {})).toEqual([404, 'UploadNotFound']);
  });

  test('refuses a body without a size before it arrives', async () => {
    const { url, server } = await serve();
    const upload = await order(url, {}, { ...orderOf(''), bytes: 8 * 1024 * 1024 });
    const head = ['Host: 127.0.0.1', 'Content-Type: application/yaml', 'Transfer-Encoding: chunked', '', ''].join(
      '\r\n',
    );
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1');
      let read = '';
      socket.on('data', (data) => {
        read += data;
      });
      socket.on('error', reject).on('close', () => resolve(read));
      socket.write(`PUT ${upload.url} HTTP/1.1\r\n${head}100000\r\n${'#'.repeat(1024 * 1024)}\r\n`);
    });
    expect(answer).toContain('HTTP/1.1 400');
    expect(answer).toContain(`made for ${8 * 1024 * 1024} bytes; the request has no`);
  });
});

test('leaves nothing on the disk when it is given up, so that the five that may be open are all', async () => {
  const { url, folder } = await serve();
  const given = await order(url);
  await fetch(`${url}${given.url}`, { method: 'PUT', body: releaseYaml, headers: yaml });
  expect(readdirSync(folder)).toHaveLength(2);
  expect((await fetch(`${url}/uploads/${given.upload_id}`, { method: 'DELETE' })).status).toBe(204);
  expect(readdirSync(folder)).toEqual([]);
});

test('leaves nothing when a body arrives at that moment', async () => {
  const { url, folder } = await serve();
  const given = await order(url);
  const [begun, went] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const body = new ReadableStream<Uint8Array>({
    async pull(to) {
      to.enqueue(Buffer.from(releaseYaml.slice(0, 20)));
      begun.resolve();
      await went.promise;
      to.enqueue(Buffer.from(releaseYaml.slice(20)));
      to.close();
    },
  });
  const files = new FileUploads(folder, { now: () => Date.now() });
  const length = String(Buffer.byteLength(releaseYaml));
  const comes = files.receive(given.upload_id, { type: 'application/yaml', length, body });
  await begun.promise;
  await fetch(`${url}/uploads/${given.upload_id}`, { method: 'DELETE' });
  went.resolve();
  await expect(comes).rejects.toMatchObject({ name: 'UploadNotFound' });
  expect(readdirSync(folder)).toEqual([]);
});
