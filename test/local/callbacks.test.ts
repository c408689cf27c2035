import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { securityHeaders } from '../../functions/api/security-headers.ts';
import { create as createApi } from '../../functions/api.ts';
import { create as createTakeHint } from '../../functions/take-hint.ts';
import { callbackThrottle } from '../../lib/domain/callback-route.ts';
import { executorWatcher, keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { callbackKeysIn } from '../../lib/local/callbacks/callback-keys.ts';
import { type HttpServer, startHttpServer } from '../../lib/local/http-server.ts';
import { cloudPace } from '../../lib/usecases/deps.ts';
import { ensureWatcher } from '../../lib/usecases/wait/watchers.ts';
import { makeWorld } from '../usecases/batch/api-world.ts';

const key = 'k'.repeat(40);
const before = 'b-._~'.repeat(8);
const watcher = executorWatcher('harness:acme');
const { rate, burst } = callbackThrottle;

const servers: HttpServer[] = [];
const told: string[] = [];
beforeEach(() => {
  for (const name of ['error', 'log', 'warn'] as const) {
    vi.spyOn(console, name).mockImplementation((line: string) => void told.push(line));
  }
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  vi.restoreAllMocks();
  // No test may leave a key in a log.
  const lines = told.splice(0).join();
  for (const secret of [key, before]) expect(lines).not.toContain(secret);
});

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A server without tokens: it refuses every request that needs one. */
const serve = async ({ takesCallbacks = true } = {}) => {
  const deps = { ...makeWorld().deps, pace: cloudPace };
  await ensureWatcher(deps, watcher);
  await deps.table.transact([{ put: itemOf(keys.watch(watcher, 'B1', 0, 'deploy-1'), { at: 1 }) }]);
  const time = { now: 1_000 };
  const server = await startHttpServer({
    port: 0,
    api: createApi(deps),
    tokens: async () => ({ holderOf: () => ({ refused: 'unknown' }) }),
    now: () => time.now,
    ...(takesCallbacks ? { callbacks: createTakeHint({ ...deps, callbackKeys: async () => [key, before] }) } : {}),
  });
  servers.push(server);
  const send = (path: string, { method = 'POST', headers = {}, body = '' }: Sent = {}): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(`${server.url}${path}`, { method, headers }, async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode!, headers: response.headers, body: text });
      });
      sent.once('error', reject).end(body);
    });
  const hints = async (): Promise<number> => (await deps.table.query({ pk: 'HINTS', limit: 5 })).items.length;
  return { send, hints, time };
};

const at = (given: string): string => `/callbacks/harness/${given}`;

describe('a callback of Harness', () => {
  test.each<[string, string, Sent, number, number]>([
    ['a friend', at(key), {}, 202, 1],
    ['a caller with the key before the last rotation', at(before), {}, 202, 1],
    ['a valid caller with a query', `${at(key)}?run=1`, {}, 202, 1],
    ['a valid caller with any body', at(key), { body: '{"eventData":{"nodeStatus":"completed"}' }, 202, 1],
    ['a stranger', at('x'.repeat(40)), {}, 202, 0],
    ['a caller with a part of the key', at(key.slice(1)), {}, 202, 0],
    ['a caller with a wrong key', at('%E0%A4%A'), {}, 202, 0],
    ['who reads', at(key), { method: 'GET' }, 401, 0],
    ['who puts', at(key), { method: 'PUT' }, 401, 0],
    ['a caller without a key', at(''), {}, 401, 0],
    ['a caller with a longer path', `${at(key)}/more`, {}, 401, 0],
    ['another caller of the path', `/other${at(key)}`, {}, 401, 0],
    ['a page of another site', at(key), { headers: { origin: 'http://pages.example' } }, 403, 0],
    ['a request for another host', at(key), { headers: { host: 'pages.example' } }, 403, 0],
    ['a body that is too large', at(key), { body: ' '.repeat(4 * 1024 * 1024 + 1) }, 413, 0],
  ])('%s', async (_, path, sent, status, hints) => {
    const server = await serve();
    const answer = await server.send(path, sent);
    expect([answer.status, await server.hints()]).toEqual([status, hints]);
    expect(answer.body).not.toContain(key);
    if (status === 202) expect(answer.body).toBe('');
    for (const [name, value] of Object.entries(securityHeaders)) {
      expect(answer.headers[name.toLowerCase()]).toBe(value);
    }
  });

  test('valid and invalid callers get the same answer', async () => {
    const { send } = await serve();
    const [friend, stranger] = [await send(at(key)), await send(at('x'.repeat(40)))];
    const { date: _, ...same } = friend.headers;
    expect(stranger).toMatchObject({ status: friend.status, body: friend.body, headers: same });
  });

  test('without a key the route does not exist: it asks for a token, like all others', async () => {
    const server = await serve({ takesCallbacks: false });
    expect([(await server.send(at(key))).status, await server.hints()]).toEqual([401, 0]);
  });

  test('refuses more than its rate, from valid and invalid callers, until there is room again', async () => {
    const { send, time } = await serve();
    const statuses = async (count: number, given: string): Promise<readonly number[]> => {
      const answered: number[] = [];
      for (let sent = 0; sent < count; sent += 1) answered.push((await send(at(given))).status);
      return answered;
    };
    const all = (count: number, status: number): readonly number[] => Array.from({ length: count }, () => status);
    expect(await statuses(burst, 'x'.repeat(40))).toEqual(all(burst, 202));
    const refused = await send(at(key));
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'TooManyRequests', instance: '/callbacks/harness/{key}' });
    time.now += 1_000;
    expect(await statuses(rate + 1, key)).toEqual([...all(rate, 202), 429]);
    time.now += 3_600_000;
    expect(await statuses(burst + 1, key)).toEqual([...all(burst, 202), 429]);
    // Refusals here leave other routes alone.
    expect((await send('/health', { method: 'GET' })).status).toBe(200);
  });
});

describe('the keys', () => {
  test.each<[string, string, readonly string[]]>([
    ['one', key, [key]],
    ['two, with a blank line', `${key}\r\n\n  ${before}\n`, [key, before]],
  ])('%s', (_, text, found) => {
    expect(callbackKeysIn(text, 'in FILE')).toEqual(found);
  });

  test.each([
    ['none', ' \n', 'there is none'],
    ['three', `${key}\n${before}\n${key}1`, 'there are 3 lines, and 2 keys may be good at a time'],
    ['a short one', `${key}\n${'s'.repeat(31)}`, 'one has 31 characters, and a key has 32 or more'],
    [
      'one with characters that an address changes',
      `${'s'.repeat(40)}/`,
      'it is part of an address, so only letters, digits and - . _ ~ are allowed',
    ],
  ])('refuses a key without repeating it: %s', (_, text, problem) => {
    const message = `The callback's key in FILE: ${problem}. \`openssl rand -hex 32\` prints one that is good.`;
    expect(() => callbackKeysIn(text, 'in FILE')).toThrow(
      expect.objectContaining({ name: 'ConfigurationInvalid', message }),
    );
  });
});
