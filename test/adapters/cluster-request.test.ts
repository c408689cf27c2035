import type { IncomingMessage, RequestListener } from 'node:http';
import { Agent } from 'undici';
import { describe, expect, test } from 'vitest';
import { kubeConfigFrom } from '../../lib/adapters/cluster-access.ts';
import { type ApiAnswer, type ApiStream, ClusterRequests } from '../../lib/adapters/cluster-request.ts';
import { linesOf } from '../../lib/adapters/text-lines.ts';
import { listening } from './listening.ts';

const serving = async (listener: RequestListener) => {
  const asked: IncomingMessage[] = [];
  const url = await listening((request, response) => {
    asked.push(request);
    listener(request, response);
  });
  const access = await kubeConfigFrom({ server: url });
  return { asked, access, requests: new ClusterRequests('eu-1', access, ['our-secret-key']) };
};

const never = new AbortController().signal;
const linesIn = async (opened: ApiAnswer | ApiStream): Promise<readonly string[]> => {
  if (!('lines' in opened)) throw new Error(`no stream: ${opened.status}`);
  const lines: string[] = [];
  for await (const line of opened.lines) lines.push(line);
  return lines;
};

describe('a streamed answer', () => {
  test('comes line by line, wherever it was cut on its way, without our secrets', async () => {
    const { requests } = await serving((_, response) => {
      response.write('{"a":1}\n{"b":');
      setImmediate(() => response.end('"our-secret-key"}\n\n{"c":3}'));
    });
    expect(await linesIn(await requests.open('/w', never))).toEqual(['{"a":1}', '{"b":"***"}', '{"c":3}']);
  });

  test('ends without an error when its reader stops', async () => {
    const { requests } = await serving((_, response) => void response.write('{"a":1}\n'));
    const stop = new AbortController();
    const opened = await requests.open('/w', stop.signal);
    const lines: string[] = [];
    for await (const line of (opened as ApiStream).lines) {
      lines.push(line);
      stop.abort();
    }
    expect(lines).toEqual(['{"a":1}']);
  });

  test('may be quiet for longer than a usual body', async () => {
    const { access } = await serving((_, response) => {
      response.write('{"a":1}\n');
      setTimeout(() => response.end('{"b":2}\n'), 2_500);
    });
    const pass = async () => ({ ...(await access.pass()), dispatcher: new Agent({ bodyTimeout: 20 }) });
    const requests = new ClusterRequests('eu-1', { ...access, pass });
    // undici checks its timers once or twice a second.
    const body = expect(requests.get('/w')).rejects.toMatchObject({ name: 'ClusterUnavailable' });
    expect(await linesIn(await requests.open('/w', never))).toEqual(['{"a":1}', '{"b":2}']);
    await body;
  });

  test('reports a broken connection', async () => {
    const { requests } = await serving((_, response) => {
      response.write('{"a":1}\n');
      setImmediate(() => response.destroy());
    });
    await expect(linesIn(await requests.open('/w', never))).rejects.toMatchObject({ name: 'ClusterUnavailable' });
  });

  test.each([
    [410, 'Expired'],
    [404, 'NotFound'],
  ])('is not opened when the API server answers %d: that answer counts', async (status, reason) => {
    const body = JSON.stringify({ kind: 'Status', code: status, reason, message: 'no' });
    const { requests } = await serving((_, response) => void response.writeHead(status).end(body));
    expect(await requests.open('/w', never)).toEqual({ status, body });
  });

  test.each([403, 429, 500])('is not opened after %d: the cluster is unavailable', async (status) => {
    const { requests } = await serving((_, response) => void response.writeHead(status).end());
    const unavailable = { name: 'ClusterUnavailable', details: { status } };
    await expect(requests.open('/w', never)).rejects.toMatchObject(unavailable);
  });
});

test.each([
  ['get', (requests: ClusterRequests) => requests.get('/x')],
  ['post', (requests: ClusterRequests) => requests.post('/x', { a: 1 })],
  ['delete', (requests: ClusterRequests) => requests.delete('/x', { a: 1 })],
  ['open', (requests: ClusterRequests) => requests.open('/x', never)],
] as const)('%s is repeated once after a 401', async (_, ask) => {
  const { asked, requests } = await serving((_request, response) => {
    response.writeHead(asked.length === 1 ? 401 : 200).end('{}');
  });
  expect(await ask(requests)).toMatchObject({ status: 200 });
  expect(asked).toHaveLength(2);
  const refusing = await serving((_request, response) => void response.writeHead(401).end('{}'));
  await expect(ask(refusing.requests)).rejects.toMatchObject({ details: { status: 401 } });
  expect(refusing.asked).toHaveLength(2);
});

test('sends a body as JSON, with its length', async () => {
  const bodies: string[] = [];
  const { asked, requests } = await serving(async (request, response) => {
    for await (const chunk of request) bodies.push(String(chunk));
    response.end('{}');
  });
  await requests.delete('/x', { preconditions: { uid: 'u' } });
  expect(bodies).toEqual(['{"preconditions":{"uid":"u"}}']);
  expect(asked[0]).toMatchObject({ method: 'DELETE', headers: { 'content-type': 'application/json' } });
  expect(asked[0]!.headers['content-length']).toBe(String(bodies[0]!.length));
});

test('stops reading a line that never ends', async () => {
  const endless = async function* () {
    for (;;) yield new TextEncoder().encode('aaaa');
  };
  await expect(linesOf(endless(), 10).next()).rejects.toThrow('a line has more than 10 characters');
});
