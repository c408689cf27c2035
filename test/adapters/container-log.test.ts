import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';

/** Logs of the current run and of the one before, as long as a test says. */
let logs: Readonly<Record<'now' | 'previous', readonly string[]>> = { now: [], previous: [] };
const asked: string[] = [];

/** As an API server does: the first bytes of the last lines, not the last bytes. */
const server = createServer({ keepAliveTimeout: 600_000 }, ({ url = '' }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://api');
  asked.push(`${searchParams.get('tailLines')}${searchParams.has('previous') ? ' previous' : ''}`);
  const [pod] = pathname.split('/').slice(-2);
  const status = { gone: 404, denied: 403, waiting: 400 }[pod!];
  if (status !== undefined) {
    const body = { kind: 'Status', code: status, reason: 'x', message: `pods "${pod}": ${status}` };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return;
  }
  const lines = logs[searchParams.has('previous') ? 'previous' : 'now'].slice(-Number(searchParams.get('tailLines')));
  const text = lines.map((line) => `${line}\n`).join('');
  response.end(text.slice(0, Number(searchParams.get('limitBytes'))));
});
beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
afterAll(() => server.closeAllConnections());

const read = async (more: { pod?: string; previous?: boolean; lines?: number; bytes?: number } = {}) => {
  const access = await kubeConfigFrom({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const usual = { namespace: 'risk', pod: 'p', container: 'app', previous: false, lines: 100, bytes: 1_000 };
  asked.length = 0;
  return new KubernetesCluster('eu-1', access).readLog({ ...usual, ...more });
};

test('reads the last lines of the run that it asked for, and of no other', async () => {
  logs = { now: ['one', 'two', 'three'], previous: ['before'] };
  expect(await read({ lines: 2 })).toEqual({ lines: ['two', 'three'], isCut: false });
  expect(await read({ previous: true })).toEqual({ lines: ['before'], isCut: false });
  expect(asked).toEqual(['100 previous']);
});

test('reads fewer lines when they have too many bytes, so that the last ones are among them', async () => {
  logs = {
    now: Array.from({ length: 100 }, (_, at) => `${String(at).padStart(3, '0')} ${'x'.repeat(45)}`),
    previous: [],
  };
  const log = await read();
  expect(asked).toEqual(['100', '25', '7']);
  expect(log).toEqual({ lines: logs.now.slice(-7), isCut: true });
});

test('gives as much as fits of one line that is too long', async () => {
  logs = { now: ['y'.repeat(5_000)], previous: [] };
  expect(await read()).toEqual({ lines: ['y'.repeat(1_000)], isCut: true });
  expect(asked).toEqual(['100', '25', '7', '2', '1']);
});

test.each([
  ['gone', 'pods "gone": 404'],
  ['waiting', 'pods "waiting": 400'],
])('says why there is no log of a pod that is %s', async (pod, none) => {
  expect(await read({ pod })).toEqual({ none });
});

test('reports a missing right, and does not call the cluster unavailable', async () => {
  expect(await read({ pod: 'denied' })).toEqual({ none: expect.stringContaining('403') });
});
