import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { accessToken, safeToken, tokenFrom } from '../../lib/cli/access-token.ts';
import { ApiClient } from '../../lib/cli/api-client.ts';
import { Unreachable } from '../../lib/cli/failure.ts';
import { type Answer, type FakeApi, run, startFakeApi } from './cli-world.ts';

const apis: FakeApi[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

const serve = async (token: Answer, list: Answer | readonly Answer[] = { body: { batches: [] } }): Promise<FakeApi> => {
  const api = await startFakeApi({ 'POST /oauth2/token': token, 'GET /batches?limit=20': list });
  apis.push(api);
  return api;
};
const given: Answer = { body: { access_token: 'fetched-token', token_type: 'Bearer', expires_in: 3600 } };
const client = (url: string) => ({
  FLOTILLA_TOKEN_URL: `${url}/oauth2/token`,
  FLOTILLA_CLIENT_ID: 'client-1',
  FLOTILLA_CLIENT_SECRET: 'se cret:1',
});

const directory = mkdtempSync(join(tmpdir(), 'flotilla-token-'));
afterAll(() => rmSync(directory, { recursive: true }));
writeFileSync(join(directory, 'token'), 'of-file\n', { mode: 0o600 });

test.each([['list'], ['deploy', '-'], ['plan', '-'], ['status', 'B1']])(
  '%s: refuses a token on the command line with a hint, and neither sends nor repeats it',
  async (...argv) => {
    const api = await serve(given);
    const ran = await run([...argv, '--url', api.url, '--token', 'se-cret'], { stdin: '{}' });
    expect([ran.status, ran.error.join(' ')]).toEqual([
      2,
      expect.stringMatching(/\$FLOTILLA_TOKEN.*--token-file FILE/),
    ]);
    expect(JSON.stringify(ran)).not.toContain('se-cret');
    expect(api.received).toEqual([]);
  },
);

test.each([
  [['list', '--token-file', 'missing'], /^The file of the token, missing, cannot be read/],
  [['deploy', '-', '--token-file', '-'], /^The standard input has the token; name a file for the batch\.$/],
])('%j: 2', async (argv, told) => {
  const { status, error } = await run(argv, { directory, stdin: 'of-stdin' });
  expect([status, error.join('\n')]).toEqual([2, expect.stringMatching(told)]);
});

describe('which token is sent', () => {
  test.each<[string, readonly string[], Readonly<Record<string, string>>, string | undefined]>([
    ['none', [], {}, undefined],
    ['from the environment', [], { FLOTILLA_TOKEN: 'of-env' }, 'Bearer of-env'],
    [
      'from a file, which wins over the environment',
      ['--token-file', 'token'],
      { FLOTILLA_TOKEN: 'of-env' },
      'Bearer of-file',
    ],
    ['from standard input', ['--token-file', '-'], { FLOTILLA_TOKEN: 'of-env' }, 'Bearer of-stdin'],
  ])('%s', async (_, argv, env, authorization) => {
    const api = await serve(given);
    const world = { env, directory, stdin: 'of-stdin\n' };
    expect((await run(['list', '--url', api.url, ...argv], world)).status).toBe(0);
    expect(api.received.map(({ headers }) => headers.authorization)).toEqual([authorization]);
  });

  test('refuses several tokens, which are for a server, and sends none', async () => {
    const api = await serve(given);
    const env = { FLOTILLA_TOKEN: `ci:deployer:${'x'.repeat(32)},ada:admin:${'y'.repeat(32)}` };
    const { status, error } = await run(['list', '--url', api.url], { env });
    expect([status, error]).toEqual([2, ['$FLOTILLA_TOKEN has several tokens, which is for serve. Set it to one.']]);
    expect(api.received).toEqual([]);
  });

  test.each<[string, readonly string[], Readonly<Record<string, string>>, string | undefined]>([
    ['none', [], {}, undefined],
    ['from the environment', [], { FLOTILLA_BY: 'Ada' }, 'Ada'],
    [
      'from the command line, which wins over the environment',
      ['--by', 'Grace Hopper ø'],
      { FLOTILLA_BY: 'Ada' },
      'Grace%20Hopper%20%C3%B8',
    ],
  ])('on behalf of: %s', async (_, argv, env, by) => {
    const api = await serve(given);
    expect((await run(['list', '--url', api.url, ...argv], { env })).status).toBe(0);
    expect(api.received.map(({ headers }) => headers['flotilla-by'])).toEqual([by]);
  });

  test('fetches a token for a client', async () => {
    const api = await serve(given);
    const env = { ...client(api.url), FLOTILLA_SCOPE: 'flotilla/read' };
    expect((await run(['list', '--url', api.url], { env })).status).toBe(0);
    const [asked, listed] = api.received;
    expect(asked).toMatchObject({
      body: 'grant_type=client_credentials&scope=flotilla%2Fread',
      headers: {
        'content-type': expect.stringMatching(/^application\/x-www-form-urlencoded/),
        authorization: `Basic ${Buffer.from('client-1:se%20cret%3A1').toString('base64')}`,
      },
    });
    expect(listed!.headers.authorization).toBe('Bearer fetched-token');
  });

  test('fetches a token when the variable in the environment is empty', async () => {
    const api = await serve(given);
    const env = { ...client(api.url), FLOTILLA_TOKEN: '' };
    expect((await run(['list', '--url', api.url], { env })).status).toBe(0);
    expect(api.received.at(-1)!.headers.authorization).toBe('Bearer fetched-token');
  });

  test('prefers a given token to fetching one', async () => {
    const api = await serve(given);
    const env = { ...client(api.url), FLOTILLA_TOKEN: 'of-env' };
    await run(['list', '--url', api.url], { env });
    expect(api.received.map(({ request }) => request)).toEqual(['GET /batches?limit=20']);
  });

  test.each([
    [3600, 1],
    [61, 2],
  ])('expires after %i seconds: fetched %i times in two minutes', async (expires_in, times) => {
    const api = await serve({ body: { access_token: 'fetched-token', expires_in } });
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = accessToken(undefined, { env: client(api.url) });
    expect([await token(), await token()]).toMatchObject([{ text: 'fetched-token' }, { text: 'fetched-token' }]);
    vi.setSystemTime(Date.now() + 120_000);
    await token();
    expect(api.received).toHaveLength(times);
  });
});

describe('a token on the network', () => {
  const refusal = (url: string): string =>
    `The token is not sent to ${url} without TLS: anybody who reads it on the way can use it. Use https://.`;

  test.each([
    ['127.0.0.1', { FLOTILLA_TOKEN: 'of-env' }, false],
    ['localhost', { FLOTILLA_TOKEN: 'of-env' }, false],
    // Not a loopback name, but still this machine.
    ['0.0.0.0', { FLOTILLA_TOKEN: 'of-env' }, true],
    ['0.0.0.0', {}, false],
  ])('to %s with %j: refused without sending anything: %s', async (host, env, isRefused) => {
    const api = await serve(given);
    const url = api.url.replace('127.0.0.1', host);
    const { status, error } = await run(['list', '--url', url], { env });
    expect({ status, error }).toEqual(isRefused ? { status: 2, error: [refusal(url)] } : { status: 0, error: [] });
    expect(api.received).toHaveLength(isRefused ? 0 : 1);
  });

  test('is sent over an encrypted connection', async () => {
    const sent = tokenFrom('of this test', 'token');
    const token = async () => sent;
    expect(await safeToken(token, 'https://flotilla.example.com')()).toBe(sent);
    await expect(safeToken(token, 'http://flotilla.example.com')()).rejects.toThrow(
      refusal('http://flotilla.example.com'),
    );
  });
});

test('gives up on an issuer that does not answer', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const token = accessToken(undefined, { env: client(`http://127.0.0.1:${port}`), patience: 50 });
  await expect(token()).rejects.toThrow(/no answer from .* timeout/);
  silent.closeAllConnections();
  silent.close();
});

describe('no token', () => {
  test.each<[string, Answer, number, RegExp]>([
    ['a wrong secret', { status: 400, body: { error: 'invalid_client' } }, 6, /answered 400\. Are FLOTILLA_CLIENT_ID/],
    ['an issuer that is down', { status: 503, body: {} }, 5, /answered 503/],
    ['an answer without a token', { body: { token: 'x' } }, 6, /answered 200/],
    ['an answer with an invalid token', { body: { access_token: 'se cret' } }, 6, /answered 200/],
    [
      'a redirect',
      { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: {} },
      5,
      /No token: .* a redirect to 127.0.0.1:1, which was not followed/,
    ],
  ])('reports %s, without the secret', async (_, answer, status, message) => {
    const api = await serve(answer);
    const ran = await run(['list', '--url', api.url], { env: client(api.url) });
    expect(ran.status).toBe(status);
    expect(ran.error.join('\n')).toMatch(message);
    expect(JSON.stringify(ran)).not.toContain('se cret');
    expect(api.received).toHaveLength(1);
  });

  test.each([
    [503, true],
    [429, true],
    [400, false],
  ])('%i: following a batch retries: %s', async (status, later) => {
    const api = await serve({ status, body: {} });
    const failure = await accessToken(undefined, { env: client(api.url) })().catch((error: unknown) => error);
    expect(failure instanceof Unreachable).toBe(later);
  });

  test.each([
    [{ FLOTILLA_CLIENT_ID: 'x' }, 'To fetch a token, set FLOTILLA_TOKEN_URL and FLOTILLA_CLIENT_SECRET too.'],
    [
      { ...client('http://issuer.example.com'), FLOTILLA_CLIENT_ID: 'x' },
      'FLOTILLA_TOKEN_URL is not an https address: http://issuer.example.com/oauth2/token',
    ],
  ])('reports %j', async (env, message) => {
    const api = await serve(given);
    const { status, error } = await run(['list', '--url', api.url], { env });
    expect({ status, error }).toEqual({ status: 2, error: [message] });
    expect(api.received).toEqual([]);
  });
});

test.each(['', ' \n', 'secret\nother', 'secret…', 'secret token'])(
  'does not send or print a token like %j',
  async (token) => {
    const api = await serve(given);
    const { status, out, error } = await run(['list', '--url', api.url, '--token-file', '-'], { stdin: token });
    expect({ status, error }).toEqual({
      status: 2,
      error: ['The token is empty or has characters in it that no token has.'],
    });
    expect(out).toEqual([]);
    expect(api.received).toEqual([]);
  },
);

test.each<[readonly string[], Readonly<Record<string, string>>, string]>([
  [[], {}, 'Send a token: --token-file or $FLOTILLA_TOKEN; or'],
  [[], { FLOTILLA_TOKEN: 'of-env' }, 'The token in $FLOTILLA_TOKEN is not, or no longer, one that this server takes.'],
  [['--token-file', 'token'], {}, 'The token in token is not, or no longer, one that this server takes.'],
  [['--token-file', '-'], {}, 'The token on the standard input is not, or no longer, one that this server takes.'],
  [[], client('ISSUER'), 'The token that $FLOTILLA_TOKEN_URL gave is not, or no longer, one that this server takes.'],
])('names the source of a refused token (%j, %j)', async (argv, env, told) => {
  const detail = 'This is not a token of this server.';
  const api = await serve(given, { status: 401, body: { code: 'Unauthorized', detail } });
  const at = env.FLOTILLA_TOKEN_URL === undefined ? env : client(api.url);
  const { status, error } = await run(['list', '--url', api.url, ...argv], { env: at, directory, stdin: 'of-stdin' });
  expect(status).toBe(6);
  expect(error.join('\n')).toContain(`${detail}\n${told}`);
});

describe('a refusal by a gateway', () => {
  test.each([
    [
      401,
      'Unauthorized',
      /^The answer was 401: Unauthorized\.\nThe token in \$FLOTILLA_TOKEN is not, or no longer, one that/,
    ],
    [403, 'Forbidden', /^The answer was 403: Forbidden\.\nDoes the token have the scope/],
  ])('%i: suggests what may help', async (status, message, told) => {
    const api = await serve(given, { status, body: { message } });
    const ran = await run(['list', '--url', api.url], { env: { FLOTILLA_TOKEN: 'secret-token' } });
    expect(ran.status).toBe(6);
    expect(ran.error.join('\n')).toMatch(told);
    expect(JSON.stringify(ran)).not.toContain('secret-token');
  });
});

test.each([401, 429])(
  'retries with the token of a server that was still starting and had written none yet (%i)',
  async (status) => {
    const api = await startFakeApi({ 'GET /batches': [{ status, body: {} }, { body: { batches: [] } }] });
    apis.push(api);
    const found = [undefined, tokenFrom('of this test', 'just-made')];
    const client = new ApiClient({ url: api.url, token: async () => found.shift() });
    await client.ask('/batches');
    expect(api.received.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer just-made']);
  },
);
