import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../lib/domain/ports.ts';
import type { HarnessApi, HarnessReply } from '../../lib/executors/harness.ts';
import { ClosingClock } from '../../lib/local/runtime/closing-clock.ts';
import { type Certificates, makeCertificates } from '../certificates.ts';
import {
  anyTime,
  apiKey,
  apiOf,
  endlessPatience,
  executorOf,
  requestOf,
  watch,
  webhookToken,
} from '../executors/harness-fixtures.ts';
import { sendJson, serverThat } from '../executors/scripted-server.ts';

/** Time that passes only in sleeps. */
const jumpingClock = (): Clock & { readonly sleeps: number[] } => {
  let now = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    sleep: (milliseconds, signal) => {
      // The timeout of a request is a sleep with a signal; it never ends here.
      if (signal !== undefined) return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      sleeps.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  };
};

const reads: readonly (readonly [string, (api: HarnessApi) => Promise<HarnessReply>])[] = [
  ['triggerDetails', (api) => api.triggerDetails('e1', 'V2')],
  ['run', (api) => api.run({}, 'r1')],
  ['runNotes', (api) => api.runNotes({}, 'r1')],
  ['runs', (api) => api.runs({}, { pipeline: 'p', page: 0, size: 10, from: 1, to: 2 })],
];

const writes: readonly (readonly [string, (api: HarnessApi) => Promise<HarnessReply>])[] = [
  ['fireTrigger', (api) => api.fireTrigger({}, { pipeline: 'p', trigger: 't', token: webhookToken }, {})],
  ['execute', (api) => api.execute({}, 'p', { yaml: 'pipeline: {}', notes: 'k' })],
  ['abort', (api) => api.abort({}, 'r1')],
];

describe('repeating', () => {
  const patience = { ...endlessPatience, whole: 25_000 };

  it.each(reads)('%s is repeated until it is answered', async (_, read) => {
    const script = [429, 503, 408];
    const server = await serverThat((_call, response, nth) => sendJson(response, script[nth - 1] ?? 200, { nth }));
    expect(await read(apiOf(server.url))).toEqual({ kind: 'reply', status: 200, body: { nth: 4 } });
  });

  it.each(reads)('%s gives up after four tries', async (_, read) => {
    const server = await serverThat((_call, response) => response.socket?.destroy());
    expect((await read(apiOf(server.url))).kind).toBe('lost');
    expect(server.calls).toHaveLength(4);
  });

  it.each([400, 401, 403, 404])('does not repeat a read that is refused with %i', async (status) => {
    const server = await serverThat((_call, response) => sendJson(response, status, { code: 'X' }));
    await apiOf(server.url).run({}, 'r1');
    expect(server.calls).toHaveLength(1);
  });

  it.each(writes)('never repeats %s', async (_, write) => {
    for (const status of [408, 429, 500, 503]) {
      const server = await serverThat((_call, response) => sendJson(response, status, {}));
      expect(await write(apiOf(server.url))).toMatchObject({ kind: 'reply', status });
      expect(server.calls).toHaveLength(1);
    }
    const server = await serverThat((_call, response) => response.socket?.destroy());
    expect((await write(apiOf(server.url))).kind).toBe('lost');
    expect(server.calls).toHaveLength(1);
  });

  it.each(writes)(
    '%s leaves no connection behind that a frozen process could use for the next request',
    async (_, write) => {
      const ports: (number | undefined)[] = [];
      const server = await serverThat((_call, response) => {
        ports.push(response.socket?.remotePort);
        sendJson(response, 200, {});
      });
      const api = apiOf(server.url);
      for (let nth = 0; nth < 3; nth += 1) await write(api);
      expect(new Set(ports).size).toBe(3);
    },
  );

  it.each([
    [0, [250, 500, 1000]],
    [0.5, [375, 750, 1500]],
    [0.999, [499.75, 999.5, 1999]],
  ])('waits longer each time, by chance %d', async (chance, waits) => {
    const clock = jumpingClock();
    const server = await serverThat((_call, response) => sendJson(response, 500, {}));
    await apiOf(server.url, { clock, random: { next: () => chance } }).run({}, 'r1');
    expect(clock.sleeps).toEqual(waits.map((wait) => expect.closeTo(wait, 5)));
  });

  it.each([
    ['7', 7000],
    ['24', 24_000],
    ['Thu, 01 Jan 1970 00:00:09 GMT', 9000],
    ['Wed, 31 Dec 1969 23:59:00 GMT', 375],
    ['soon', 375],
    ['-7', 375],
    ['31st of GMT', 375],
  ])('honours Retry-After within limits: %s', async (after, wait) => {
    const clock = jumpingClock();
    const server = await serverThat((_call, response) => response.writeHead(429, { 'retry-after': after }).end());
    await apiOf(server.url, { clock, patience }).run({}, 'r1');
    expect(clock.sleeps[0]).toBe(wait);
  });

  it.each(['25', '86400', 'Wed, 21 Oct 2026 07:28:00 GMT'])(
    'does not wait longer than a read may take: %s',
    async (after) => {
      const clock = jumpingClock();
      const server = await serverThat((_call, response) => response.writeHead(429, { 'retry-after': after }).end());
      expect(await apiOf(server.url, { clock, patience }).run({}, 'r1')).toMatchObject({ kind: 'reply', status: 429 });
      expect(clock.sleeps).toEqual([]);
    },
  );
});

describe('one request', () => {
  it('does not follow a redirect: the key stays here', async () => {
    const other = await serverThat((_call, response) => sendJson(response, 200, {}));
    const server = await serverThat((_call, response) => response.writeHead(307, { location: other.url }).end());
    expect(await apiOf(server.url).run({}, 'r1')).toEqual({ kind: 'reply', status: 307 });
    expect(other.calls).toEqual([]);
  });

  it('ends at its timeout', async () => {
    const server = await serverThat(() => undefined);
    const reply = await apiOf(server.url, { patience: { ...endlessPatience, abort: 100_000 } }).abort({}, 'r1');
    expect(reply).toEqual({ kind: 'lost', message: 'Harness did not answer within 100 s' });
  });

  it('ends when its clock is closed', async () => {
    const clock = new ClosingClock();
    const server = await serverThat(() => clock.close());
    expect((await apiOf(server.url, { clock }).abort({}, 'r1')).kind).toBe('lost');
  });

  it('keeps an identifier in its place in the address', async () => {
    const server = await serverThat((_call, response) => sendJson(response, 200, {}));
    await apiOf(server.url).run({ org: 'a&b=c', project: 'p/q' }, 'x/../../y?z#');
    expect(server.calls[0]).toMatchObject({
      path: '/pipeline/api/pipelines/execution/v2/x%2F..%2F..%2Fy%3Fz%23',
      query: { orgIdentifier: 'a&b=c', projectIdentifier: 'p/q' },
    });
  });

  it.each(['', 'ftp://h', 'nonsense', 'https://user:pass@h', 'https://h/?a=b'])('needs a usable address: %j', (url) => {
    expect(() => apiOf(url)).toThrow(expect.objectContaining({ name: 'ConfigurationInvalid' }));
  });

  it.each(['', 'with space', 'line\nbreak', 'ümlaut'])('refuses an unusable key without showing it: %j', (key) => {
    const attempt = () => apiOf('https://h', { apiKey: key });
    expect(attempt).toThrow(expect.objectContaining({ name: 'ConfigurationInvalid' }));
    if (key !== '') expect(attempt).not.toThrow(key);
  });
});

describe('links for people', () => {
  it.each([
    ['https://app.harness.io', 'https://app.harness.io'],
    ['https://app.harness.io/', 'https://app.harness.io'],
    ['https://app.harness.io/gateway', 'https://app.harness.io'],
    ['https://acme.example.com/harness', 'https://acme.example.com/harness'],
  ])('of %s begin with %s', (base, root) => {
    expect(apiOf(base).runUrl({ project: 'p 2' }, 'pl', 'r1')).toBe(
      `${root}/ng/#/account/acme/cd/orgs/default/projects/p%202/pipelines/pl/executions/r1/pipeline`,
    );
  });

  it.each([
    ['https://app.harness.io/x', true],
    ['https://app.harness.io.evil.example/x', false],
    ['http://app.harness.io/x', false],
    ['/relative', false],
  ])('are taken from a reply only when they lead to the same host: %s %s', (url, expected) => {
    expect(apiOf('https://app.harness.io/gateway').isOwnUrl(url)).toBe(expected);
  });
});

describe('secrets', () => {
  const forms = [apiKey, webhookToken, encodeURIComponent(webhookToken)];

  const textsOf = (value: unknown): string =>
    value instanceof Error
      ? [value.message, value.stack, JSON.stringify(value), textsOf(value.cause)].join('\n')
      : JSON.stringify(value ?? null);

  /** All results and errors of the executor, with one request of each kind. */
  const everythingSaid = async (url: string): Promise<string> => {
    const executor = executorOf(url);
    const request = requestOf();
    const execute = requestOf({ settings: { pipeline: 'deploy_risk', mode: 'execute' } });
    const said = await Promise.allSettled([
      executor.start(request, anyTime),
      executor.start(execute, anyTime),
      executor.look([watch(request, { correlation: 'e1' })]).then((news) => [...news]),
      executor.look([watch(request, { ref: 'r1' }), watch(execute, { ref: 'r2' })]).then((news) => [...news]),
      executor.look([watch(request)]).then((news) => [...news]),
      executor.cancel(request, 'r1'),
    ]);
    return said.map((each) => textsOf(each.status === 'fulfilled' ? each.value : each.reason)).join('\n');
  };

  /** A server that echoes each secret it was sent, wherever it can. */
  const echoing =
    (status: number) => (call: { path: string; headers: object }, response: Parameters<typeof sendJson>[0]) => {
      const echo = `${JSON.stringify(call.headers)} ${call.path} ${decodeURIComponent(call.path)} ${webhookToken}`;
      sendJson(response, status, {
        status: 'ERROR',
        code: 'X',
        message: echo,
        responseMessages: [{ message: echo }],
        data: {
          uiUrl: `http://${(call.headers as { host: string }).host}/${echo}`,
          webhookProcessingDetails: { message: echo },
        },
      });
    };

  it.each([200, 400, 401, 403, 404, 429, 500])('are absent from all output when a %i echoes them', async (status) => {
    const server = await serverThat(echoing(status));
    const said = await everythingSaid(server.url);
    // Proof that the echo was there.
    expect(server.calls.some(({ path }) => path.includes(encodeURIComponent(webhookToken)))).toBe(true);
    expect(server.calls.every(({ headers }) => headers['x-api-key'] === apiKey)).toBe(true);
    for (const form of forms) expect(said).not.toContain(form);
  });

  it.each([
    ['nobody listens', 'http://127.0.0.1:2'],
    ['the name does not exist', 'https://harness.invalid'],
    ['a port is forbidden', 'http://127.0.0.1:6000'],
  ])('are absent from all output when %s', async (_, url) => {
    const said = await everythingSaid(url);
    for (const form of forms) expect(said).not.toContain(form);
  });

  it('are absent from all output when connections break', async () => {
    const server = await serverThat((_call, response) => response.socket?.destroy());
    const said = await everythingSaid(server.url);
    for (const form of forms) expect(said).not.toContain(form);
  });
});

describe('TLS with a private certificate authority', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-tls-'));
  let server: ReturnType<typeof createServer>;
  let url = '';

  let certificates: Certificates;

  beforeAll(async () => {
    certificates = await makeCertificates(folder, 'harness');
    server = createServer(
      { key: readFileSync(certificates.key), cert: readFileSync(certificates.certificate) },
      (_, response) => {
        response.end(JSON.stringify({ status: 'SUCCESS', data: { eventCorrelationId: 'event-by-tls' } }));
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const startElsewhere = (environment: NodeJS.ProcessEnv): Promise<unknown> => {
    const script = new URL('./harness-api-start.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [script, url], { env: { PATH: process.env.PATH, ...environment } });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    return new Promise((resolve, reject) => {
      child.once('close', (code) => (code === 0 ? resolve(JSON.parse(output)) : reject(new Error(errors))));
    });
  };

  it('works when NODE_EXTRA_CA_CERTS names it', async () => {
    expect(await startElsewhere({ NODE_EXTRA_CA_CERTS: certificates.authority })).toEqual({
      kind: 'accepted',
      correlation: 'event-by-tls',
      answer: '200',
    });
  });

  it('without it, is refused before anything is sent, and the message says what to do', async () => {
    expect(await startElsewhere({})).toMatchObject({
      kind: 'rejected',
      retryable: false,
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });
});
