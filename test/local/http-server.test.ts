import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { securityHeaders } from '../../functions/api/security-headers.ts';
import { create } from '../../functions/api.ts';
import { SystemClock } from '../../lib/adapters/system-clock.ts';
import type { Clock } from '../../lib/domain/ports.ts';
import { type Actor, localActor } from '../../lib/domain/record/actor.ts';
import { operationNames } from '../../lib/engine/protocol.ts';
import type { Tokens } from '../../lib/local/http/admission.ts';
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

interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** fetch sets Host and Origin itself. */
const ask = (url: string, method: string, headers: Record<string, string>): Promise<Asked> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode!, headers: response.headers, body });
    });
    sent.once('error', reject).end();
  });

describe('the embedded server', () => {
  test('accepts a batch and shows it', async () => {
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

  test('announces a long idle time, so that no request meets a closing connection', async () => {
    const { url } = await serve();
    expect((await fetch(`${url}/health`)).headers.get('keep-alive')).toBe('timeout=65');
  });

  test('answers HEAD without a body', async () => {
    const { url } = await serve();
    const answer = await fetch(`${url}/health`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  test('answers with problems, also for unknown methods', async () => {
    const { url } = await serve();
    const answer = await fetch(`${url}/batches`, { method: 'PATCH' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD']);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  test('refuses a body over 4 MiB before all of it has arrived', async () => {
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

  test.each(operationNames)('has no engine: %s is an unknown route', async (operation) => {
    const { url } = await serve();
    const headers = { 'x-amz-target': `AWSStepFunctions.${operation}`, 'content-type': 'application/x-amz-json-1.0' };
    const answer = await fetch(url, { method: 'POST', headers, body: '{}' });
    expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ code: 'RouteNotFound' })]);
  });
});

/** The answer to bytes that no client of ours would send. */
const answerTo = (port: number, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let read = '';
    socket.on('data', (data) => {
      read += data;
    });
    socket.on('error', reject).on('close', () => resolve(read));
  });

describe('requests that are barely valid', () => {
  const local = 'Host: 127.0.0.1\r\nConnection: close\r\n\r\n';
  test.each([
    ['two slashes', `GET // HTTP/1.1\r\n${local}`, 404, 'RouteNotFound'],
    ['two slashes before a route', `GET //batches HTTP/1.1\r\n${local}`, 404, 'RouteNotFound'],
    ['a path that looks like a host with a port', `GET //a:99999/ HTTP/1.1\r\n${local}`, 404, 'RouteNotFound'],
    ['an unreadable address', `GET http://[ HTTP/1.1\r\n${local}`, 400, 'RequestInvalid'],
    ['no path at all', `OPTIONS * HTTP/1.1\r\n${local}`, 404, 'RouteNotFound'],
    ['no HTTP', 'hello\r\n\r\n', 400, 'RequestInvalid'],
    ['long headers', `GET / HTTP/1.1\r\nX-Long: ${'x'.repeat(20_000)}\r\n${local}`, 413, 'PayloadTooLarge'],
  ])('answers %s with a problem', async (_, bytes, status, code) => {
    const { server } = await serve();
    const answer = await answerTo(server.port, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('content-type: application/problem+json');
    expect(answer).toContain(`"code":"${code}"`);
  });

  test('accepts the whole address, as a proxy sends it', async () => {
    const { server } = await serve();
    const answer = await answerTo(server.port, `GET http://127.0.0.1:1/batches?limit=1 HTTP/1.1\r\n${local}`);
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });
});

const reader: Actor = { kind: 'program', subject: 'ci', client: 'ci', groups: [], scopes: ['read'] };

/** Two valid tokens, and one that has expired. */
const tokens = async (): Promise<Tokens> => ({
  holderOf: (token) => {
    if (token === 'secret') return { actor: localActor };
    if (token === 'reading') return { actor: reader };
    return { refused: token === 'old' ? 'ended' : 'unknown' };
  },
});

/** The server's log, line by line. */
const toldLines = (): readonly unknown[] => {
  const told: unknown[] = [];
  const spy = vi.spyOn(console, 'error').mockImplementation((line: string) => void told.push(JSON.parse(line)));
  onTestFinished(() => spy.mockRestore());
  return told;
};

describe('access', () => {
  test('an address other than loopback requires tokens', async () => {
    const api = create(makeWorld().deps);
    await expect(startHttpServer({ port: 0, host: '0.0.0.0', api })).rejects.toMatchObject({
      name: 'ConfigurationInvalid',
      message: 'Listening on 0.0.0.0 requires tokens: without them, anybody who can reach this server can deploy.',
    });
  });

  test.each([
    [{}, 401, 'Send a token of this server as Authorization: Bearer …'],
    [{ authorization: 'Bearer wrong' }, 401, 'This is not a token of this server.'],
    [{ authorization: 'Bearer old' }, 401, 'This token has expired. Create a new one: flotilla token create.'],
    [{ authorization: 'Basic c2VjcmV0' }, 401, 'Send a token of this server as Authorization: Bearer …'],
    [{ authorization: 'Bearer secret' }, 200, undefined],
    [{ authorization: 'Bearer reading' }, 200, undefined],
  ])('with tokens, %j: %i', async (headers, status, detail) => {
    toldLines();
    const { url } = await serve({ tokens });
    const answer = await ask(`${url}/batches`, 'GET', headers as Record<string, string>);
    expect([answer.status, JSON.parse(answer.body).detail]).toEqual([status, detail]);
  });

  test('a token works for its scopes, at uploads too, and events name its owner', async () => {
    const received: string[] = [];
    const uploads = { receive: async (id: string) => void received.push(id) };
    const { url } = await serve({ tokens, uploads });
    const send = (path: string, method: string, token: string) =>
      fetch(`${url}${path}`, { method, headers: { ...yaml, authorization: `Bearer ${token}` }, body: releaseYaml });
    expect((await send('/batches', 'POST', 'reading')).status).toBe(403);
    expect((await send('/uploads/abc', 'PUT', 'reading')).status).toBe(403);
    expect((await send('/uploads/abc', 'PUT', 'secret')).status).toBe(200);
    expect(received).toEqual(['abc']);
    const submitted = await send('/batches', 'POST', 'secret');
    const shown = await fetch(`${url}${submitted.headers.get('location')}`, {
      headers: { authorization: 'Bearer reading' },
    });
    expect(await shown.json()).toMatchObject({ submitted_by: 'local' });
  });

  test("requests with the server's own token carry the login of who started it, or the given name", async () => {
    const { url } = await serve({ tokens, owner: 'ada' });
    const nameOf = async (more: Record<string, string>) => {
      const headers = { ...yaml, authorization: 'Bearer secret' };
      const sent = await fetch(`${url}/batches`, {
        method: 'POST',
        headers: { ...headers, ...more },
        body: releaseYaml,
      });
      const shown = await fetch(`${url}${sent.headers.get('location')}`, { headers });
      return ((await shown.json()) as { submitted_by_name?: string }).submitted_by_name;
    };
    expect([await nameOf({}), await nameOf({ 'flotilla-by': 'Grace%20H.' })]).toEqual(['ada', 'Grace H.']);
    const headers = { authorization: 'Bearer reading', 'flotilla-by': 'Grace' };
    expect((await fetch(`${url}/batches`, { headers })).status).toBe(403);
  });

  test.each([
    [{}, 200, { status: 'ok' }],
    [
      { authorization: 'Bearer secret' },
      200,
      {
        status: 'ok',
        simulated: expect.anything(),
        unverified: { clusters: [] },
        budgets: [],
        trouble: [],
        rights: [],
      },
    ],
    [{ authorization: 'Bearer wrong' }, 401, expect.anything()],
    [{ host: 'elsewhere.example' }, 403, expect.anything()],
  ])('/health with %j: %i', async (headers, status, body) => {
    toldLines();
    const { url } = await serve({ tokens });
    const answer = await ask(`${url}/health`, 'GET', headers as Record<string, string>);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, body]);
  });

  test.each([
    ['/docs', 200, 'text/html; charset=utf-8', /^default-src 'none'; style-src 'sha256-/],
    ['/openapi.json', 200, 'application/json', /^default-src 'none'; frame-ancestors 'none'$/],
    ['/docs/', 401, 'application/problem+json', /^default-src 'none'; frame-ancestors 'none'$/],
    ['/docs?', 401, 'application/problem+json', /^default-src 'none'; frame-ancestors 'none'$/],
    ['/schemas/batch.json', 401, 'application/problem+json', /^default-src 'none'; frame-ancestors 'none'$/],
  ])('documents its API for anyone: %s', async (path, status, type, policy) => {
    toldLines();
    const { url } = await serve({ tokens });
    const { headers, ...answer } = await fetch(`${url}${path}`).then(({ status, headers }) => ({ status, headers }));
    expect([answer.status, headers.get('content-type')]).toEqual([status, type]);
    expect(headers.get('content-security-policy')).toMatch(policy);
  });

  test.each([
    ['identity', null],
    ['gzip', 'gzip'],
  ])('HEAD has the headers of GET, and no body, with Accept-Encoding %s', async (accepted, encoding) => {
    const { url } = await serve();
    const headers = { 'accept-encoding': accepted };
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => fetch(`${url}/openapi.json`, { method, headers })),
    );
    for (const name of ['content-length', 'content-encoding', 'etag', 'vary', 'content-type']) {
      expect([name, head!.headers.get(name)]).toEqual([name, get!.headers.get(name)]);
    }
    expect(head!.headers.get('content-encoding')).toBe(encoding);
    expect([await head!.text(), JSON.parse(await get!.text()).openapi]).toEqual(['', '3.1.1']);
  });

  test('the eleventh failure of an address within a minute is too many; a valid token still works', async () => {
    const told = toldLines();
    const { url } = await serve({ tokens });
    const send = (token: string) => fetch(`${url}/batches`, { headers: { authorization: `Bearer ${token}` } });
    const statuses: number[] = [];
    for (let count = 0; count < 12; count += 1) statuses.push((await send(`wrong-${count}`)).status);
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    const refused = await send('wrong');
    expect(Number(refused.headers.get('retry-after'))).toSatisfy((seconds) => seconds > 0 && seconds <= 60);
    expect(await refused.json()).toMatchObject({ code: 'TooManyRequests' });
    expect((await send('secret')).status).toBe(200);
    expect(told).toHaveLength(11);
    expect(told[0]).toEqual({
      ...{ level: 'WARN', message: 'a request was refused', address: '127.0.0.1' },
      ...{ why: 'token unknown', failures: 1 },
    });
    expect(JSON.stringify(told)).not.toContain('wrong');
  });

  test.each([
    ['GET', { host: 'elsewhere.example' }, 403],
    ['POST', { origin: 'https://elsewhere.example' }, 403],
    ['POST', { origin: 'null' }, 403],
    ['GET', { host: 'localhost:80', origin: 'http://localhost:80' }, 200],
    ['GET', {}, 200],
    ['GET', { host: 'proxy.example', origin: 'https://proxy.example' }, 200],
  ])('a page in a browser: %s with %j: %i, with tokens and without', async (method, headers, status) => {
    for (const more of [{}, { tokens }]) {
      const { url } = await serve({ names: ['Proxy.example'], ...more });
      const sent = { ...headers, authorization: 'Bearer secret' } as Record<string, string>;
      expect((await ask(`${url}/batches`, method, sent)).status).toBe(status);
    }
  });

  test.each([
    ['HTTP/1.1', 'Host:\r\n'],
    ['HTTP/1.0', ''],
  ])('reports an empty Host (%s, %j)', async (version, host) => {
    const { server } = await serve();
    const answer = await answerTo(server.port, `GET /batches ${version}\r\n${host}Connection: close\r\n\r\n`);
    expect(answer).toContain(' 403 ');
    expect(answer).toContain('"The Host header of this request is empty. Send the address of this server."');
  });

  test.each([
    ['192.0.2.7:8080', 200],
    ['[2001:db8::7]', 200],
    [hostname(), 200],
    ['elsewhere.example', 403],
  ])('a server that listens on all addresses, asked as %s: %i', async (host, status) => {
    const { server } = await serve({ tokens, host: '0.0.0.0' });
    const sent = { host, authorization: 'Bearer secret' };
    expect((await ask(`http://127.0.0.1:${server.port}/batches`, 'GET', sent)).status).toBe(status);
  });
});

describe('every answer forbids browsers what no page needs', () => {
  test.each([
    ['a success', 'GET', '/health', {}],
    ['a missing page', 'GET', '/nowhere', {}],
    ['a refusal', 'GET', '/batches', { host: 'elsewhere.example' }],
    ['an upload', 'PUT', '/uploads/abc', {}],
  ])('%s', async (_, method, path, headers) => {
    const { url } = await serve({ uploads: { receive: async () => {} } });
    const answer = await ask(`${url}${path}`, method, headers as Record<string, string>);
    expect(answer.headers).toMatchObject(securityHeaders);
  });

  test('an invalid request', async () => {
    const { server } = await serve();
    const answer = await answerTo(server.port, 'hello\r\n\r\n');
    for (const [name, value] of Object.entries(securityHeaders)) expect(answer).toContain(`${name}: ${value}\r\n`);
  });
});
