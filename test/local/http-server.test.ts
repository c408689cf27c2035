import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import { SystemClock } from '../../lib/adapters/system-clock.ts';
import type { Clock } from '../../lib/domain/ports.ts';
import { operationNames } from '../../lib/engine/protocol.ts';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../lib/local/http-server.ts';
import { makeWorld, releaseYaml, submitted } from '../usecases/batch/api-world.ts';

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const serve = async (options: Partial<HttpServerOptions> = {}, clock: Clock = new SystemClock()) => {
  const world = makeWorld();
  const deps = { ...world.deps, clock };
  const server = await startHttpServer({ port: 0, api: create(deps), ...options });
  servers.push(server);
  return { world, server, url: server.url };
};

const yaml = { 'content-type': 'application/yaml' };

/** fetch sets Host and Origin itself. */
const ask = (url: string, method: string, headers: Record<string, string>): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode!, body });
    });
    sent.once('error', reject).end();
  });

describe('the embedded server', () => {
  test('takes a batch and shows it', async () => {
    const { url } = await serve();
    const submit = await fetch(`${url}/batches`, { method: 'POST', headers: yaml, body: releaseYaml });
    expect(submit.status).toBe(202);
    const shown = await fetch(`${url}${submit.headers.get('location')}`);
    expect(await shown.json()).toMatchObject({ name: 'Autumn release', status: 'PENDING' });
  });

  test('keeps the bytes of a body and the query as they are', async () => {
    const { url } = await serve();
    const body = releaseYaml.replace('Autumn release', 'Herbstäpfel 🍏');
    const submit = await fetch(`${url}/batches`, { method: 'POST', headers: yaml, body });
    const { batches } = (await (await fetch(`${url}/batches?limit=1&limit=1`)).json()) as { batches: unknown };
    expect(submit.status).toBe(202);
    expect(batches).toBeUndefined();
    const list = (await (await fetch(`${url}/batches?limit=1`)).json()) as { batches: { name: string }[] };
    expect(list.batches[0]!.name).toBe('Herbstäpfel 🍏');
  });

  test('tells how long a connection may be idle: long, so that no request meets one that is just being closed', async () => {
    const { url } = await serve();
    expect((await fetch(`${url}/health`)).headers.get('keep-alive')).toBe('timeout=65');
  });

  test('answers HEAD without a body', async () => {
    const { url } = await serve();
    const answer = await fetch(`${url}/health`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  test('answers problems, also for methods that nobody takes', async () => {
    const { url } = await serve();
    const answer = await fetch(`${url}/batches`, { method: 'PATCH' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD']);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  test('a body over 4 MiB is refused before all of it has come', async () => {
    const { url, server } = await serve();
    const declared = await fetch(`${url}/batches`, {
      method: 'POST',
      headers: yaml,
      body: '#'.repeat(4 * 1024 * 1024 + 1),
    });
    expect(declared.status).toBe(413);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1');
      let read = '';
      socket.on('data', (data) => {
        read += data;
        if (read.includes('PayloadTooLarge')) resolve(read);
      });
      socket.on('error', reject).on('close', () => reject(new Error(`closed after: ${read}`)));
      socket.write('POST /batches HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n');
      const megabyte = '#'.repeat(1024 * 1024);
      for (let sent = 0; sent < 5; sent += 1) socket.write(`100000\r\n${megabyte}\r\n`);
    });
    expect(answer).toContain('HTTP/1.1 413');
  });

  test('a long poll ends when the server closes', async () => {
    const [clock, waiting] = [new SystemClock(), Promise.withResolvers<void>()];
    const sleep: Clock['sleep'] = (milliseconds, signal) => {
      waiting.resolve();
      return clock.sleep(milliseconds, signal);
    };
    const { url, world, server } = await serve({}, { now: () => 0, sleep });
    const batchId = await submitted(world);
    const poll = fetch(`${url}/batches/${batchId}/events?wait=20`);
    await waiting.promise;
    await server.close();
    expect((await poll).status).toBe(200);
  });

  test.each(operationNames)('the engine is not here: %s is a route that there is not', async (operation) => {
    const { url } = await serve();
    const headers = { 'x-amz-target': `AWSStepFunctions.${operation}`, 'content-type': 'application/x-amz-json-1.0' };
    const answer = await fetch(url, { method: 'POST', headers, body: '{}' });
    expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ code: 'RouteNotFound' })]);
  });
});

/** What comes back for bytes that no client of ours would send. */
const answerTo = (port: number, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let read = '';
    socket.on('data', (data) => {
      read += data;
    });
    socket.on('error', reject).on('close', () => resolve(read));
  });

describe('what is hardly a request', () => {
  const local = 'Host: 127.0.0.1\r\nConnection: close\r\n\r\n';
  test.each([
    ['two slashes', `GET // HTTP/1.1\r\n${local}`, 404, 'RouteNotFound'],
    ['two slashes before a route', `GET //batches HTTP/1.1\r\n${local}`, 404, 'RouteNotFound'],
    ['what could be a host with a port', `GET //a:99999/ HTTP/1.1\r\n${local}`, 404, 'RouteNotFound'],
    ['an address that cannot be read', `GET http://[ HTTP/1.1\r\n${local}`, 400, 'RequestInvalid'],
    ['no path at all', `OPTIONS * HTTP/1.1\r\n${local}`, 404, 'RouteNotFound'],
    ['no HTTP', 'hello\r\n\r\n', 400, 'RequestInvalid'],
    ['long headers', `GET / HTTP/1.1\r\nX-Long: ${'x'.repeat(20_000)}\r\n${local}`, 413, 'PayloadTooLarge'],
  ])('%s is answered with a problem', async (_, bytes, status, code) => {
    const { server } = await serve();
    const answer = await answerTo(server.port, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('content-type: application/problem+json');
    expect(answer).toContain(`"code":"${code}"`);
  });

  test('the whole address, as a proxy sends it, is taken', async () => {
    const { server } = await serve();
    const answer = await answerTo(server.port, `GET http://127.0.0.1:1/batches?limit=1 HTTP/1.1\r\n${local}`);
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('who may ask', () => {
  test.each([{}, { token: '' }])('another address than loopback demands a token: %j is none', async (token) => {
    const api = create(makeWorld().deps);
    await expect(startHttpServer({ port: 0, host: '0.0.0.0', api, ...token })).rejects.toMatchObject({
      name: 'ConfigurationInvalid',
      message: 'Listening on 0.0.0.0 demands a token in $FLOTILLA_TOKEN: whoever reaches this server can deploy.',
    });
  });

  test('an empty token lets nobody in whom none would keep out', async () => {
    const { url } = await serve({ token: '' });
    expect((await ask(`${url}/batches`, 'GET', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask(`${url}/batches`, 'GET', {})).status).toBe(200);
  });

  test.each([
    [{}, '/batches', 401],
    [{ authorization: 'Bearer wrong' }, '/batches', 401],
    [{ authorization: 'Basic c2VjcmV0' }, '/batches', 401],
    [{ authorization: 'Bearer secret' }, '/batches', 200],
    [{}, '/health', 200],
  ])('with a token, %j at %s: %i', async (headers, path, status) => {
    const { url } = await serve({ token: 'secret' });
    expect((await ask(`${url}${path}`, 'GET', headers as Record<string, string>)).status).toBe(status);
  });

  test.each([
    [{}, 'Send the token of this server as Authorization: Bearer …'],
    [{ authorization: 'Bearer wrong' }, 'This is not the token of this server.'],
  ])('who sends %j is told: %s', async (headers, detail) => {
    const { url } = await serve({ token: 'secret' });
    expect(await (await fetch(`${url}/batches`, { headers })).json()).toMatchObject({ detail });
  });

  test.each([
    ['GET', { host: 'evil.example' }, 403],
    ['POST', { origin: 'https://evil.example' }, 403],
    ['POST', { origin: 'null' }, 403],
    ['GET', { host: 'localhost:80', origin: 'http://localhost:80' }, 200],
    ['GET', {}, 200],
  ])('a page in a browser: %s with %j: %i', async (method, headers, status) => {
    const { url } = await serve();
    expect((await ask(`${url}/batches`, method, headers as Record<string, string>)).status).toBe(status);
  });
});
