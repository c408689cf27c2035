import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGzip, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { isNeverSent, isPermanent, networkMessage } from '../../lib/adapters/network-failure.ts';
import { ask, type Transport } from '../../lib/adapters/own-fetch.ts';
import { fetchWhole } from '../../lib/cli/whole-answer.ts';
import type { Workload } from '../../lib/domain/plan/plan.ts';
import { apiOf } from '../executors/harness-fixtures.ts';

const kib = 1024;
const mib = 1024 * kib;
const patient = 600_000;
const workload: Workload = { kind: 'pod', name: 'a', namespace: 'shared' };

interface Serving {
  readonly url: string;
  readonly asked: string[];
  /** When the caller closed a connection. */
  readonly closed: Promise<unknown>;
}

const serving = async (answer: (response: ServerResponse, path: string) => void): Promise<Serving> => {
  const asked: string[] = [];
  const closed = Promise.withResolvers<unknown>();
  const server = createServer({ keepAliveTimeout: patient }, (request, response) => {
    asked.push(request.url ?? '');
    response.on('error', () => {});
    answer(response, request.url ?? '');
  })
    .on('connection', (socket) => socket.once('close', closed.resolve))
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, closed: closed.promise };
};

const clusterAt = async (url: string) => new KubernetesCluster('eu-1', await kubeConfigFrom({ server: url }));

/** One letter, without an end. */
const endless = (response: ServerResponse, isCompressed: boolean): void => {
  const chunk = Buffer.alloc(64 * kib, 'a');
  const out = isCompressed ? createGzip() : response;
  if (isCompressed) {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    (out as ReturnType<typeof createGzip>).pipe(response);
  }
  const write = (): void => {
    while (!response.destroyed && out.write(chunk));
    if (!response.destroyed) out.once('drain', write);
  };
  write();
};

const letters = (bytes: number, isCompressed: boolean) => (response: ServerResponse) => {
  const text = Buffer.alloc(bytes, 'a');
  response.writeHead(200, isCompressed ? { 'content-encoding': 'gzip' } : {});
  response.end(isCompressed ? gzipSync(text, { level: 1 }) : text);
};

describe('an answer', () => {
  it.each([false, true])('reads an endless body up to the limit, then closes its connection (gzip: %s)', async (gz) => {
    const { url, closed } = await serving((response) => endless(response, gz));
    const answer = await ask(url, { limit: 100 * kib, credential: false });
    const { bytes, isWhole } = await answer.read();
    expect([bytes.length, isWhole]).toEqual([100 * kib, false]);
    await closed;
  });

  it.each([
    [100, 100, true],
    [101, 100, false],
    [0, 100, true],
    [200 * kib, 100 * kib, false],
  ])('reads a body of %i bytes, with a limit of %i, whole: %s', async (sent, limit, isWhole) => {
    for (const isCompressed of [false, true]) {
      const { url } = await serving(letters(sent, isCompressed));
      const content = await (await ask(url, { limit, credential: false })).read();
      expect([content.bytes.length, content.isWhole]).toEqual([Math.min(sent, limit), isWhole]);
    }
  });

  it.each([
    ['http://elsewhere.example:81/page?session=1', 'a redirect to elsewhere.example:81, which was not followed'],
    ['http://user@elsewhere.example/', 'a redirect to elsewhere.example, which was not followed'],
    ['nonsense:', 'a redirect to nowhere'],
    [undefined, 'a redirect to nowhere'],
  ])('names only the host of a redirect to %s', async (location, said) => {
    const { url, asked } = await serving((response) =>
      response.writeHead(302, location === undefined ? {} : { location }).end('page'),
    );
    const answer = await ask(url, { limit: 100, credential: false });
    await answer.read();
    expect([answer.status, answer.redirect, asked]).toEqual([302, said, ['/']]);
  });
});

describe('more than there may be', () => {
  const long = 'with more than 64 KiB, which were not read';
  it.each([false, true])('from a health check keeps its status (gzip: %s)', async (gz) => {
    const { url } = await serving(letters(128 * kib, gz));
    const cluster = await clusterAt(url);
    const request = { workload, path: '/ready', timeoutMilliseconds: patient };
    expect(await cluster.probe(request)).toEqual({ status: 200, message: '', note: long });
    expect(await cluster.probe({ ...request, url: `${url}/ready` })).toEqual({ status: 200, message: '', note: long });
  });

  it.each([false, true])('from a list is no list (gzip: %s)', async (gz) => {
    const { url } = await serving(letters(33 * mib, gz));
    await expect((await clusterAt(url)).read([workload])).rejects.toMatchObject({
      name: 'ClusterUnavailable',
      message: expect.stringContaining('more than 32 MiB'),
    });
  });

  it('from a log is cut, and says so', async () => {
    const { url } = await serving((response) => response.end('line\n'.repeat(10_000)));
    const log = await (await clusterAt(url)).logs('shared', 'a', 'app', 3);
    expect(log).toEqual(['line', expect.stringMatching(/^li?n?e?$/), '… cut here: it has more than 32 KiB']);
  });

  it('from Harness keeps its status', async () => {
    const { url } = await serving(letters(33 * mib, true));
    expect(await apiOf(url).abort({}, 'r1')).toEqual({ kind: 'reply', status: 200 });
  });

  it('that the command line gets is no answer of a server of ours', async () => {
    const { url } = await serving(letters(65 * mib, true));
    await expect(fetchWhole(url, { credential: false })).rejects.toMatchObject({
      remedy: 'person',
      lines: [`${url} answers with more than 64 MiB.`],
    });
  });
});

describe('pages of a list', () => {
  it('end at a limit', async () => {
    const page = JSON.stringify({ items: [], metadata: { continue: 'more' } });
    const { url, asked } = await serving((response) => response.end(page));
    await expect((await clusterAt(url)).read([workload])).rejects.toThrow('the list does not end after 500 pages');
    expect(asked).toHaveLength(500);
  });
});

describe('a redirect', () => {
  const sendingOn = async () => {
    const other = await serving((response) => response.end('fine'));
    const server = await serving((response) => response.writeHead(302, { location: `${other.url}/x?y` }).end());
    return { other, server, said: `a redirect to ${new URL(other.url).host}, which was not followed` };
  };

  it('from a service is its answer', async () => {
    const { other, server, said } = await sendingOn();
    const cluster = await clusterAt(server.url);
    const request = { workload, path: '/ready', timeoutMilliseconds: patient };
    expect(await cluster.probe(request)).toEqual({ status: 302, message: '', note: said });
    expect(await cluster.probe({ ...request, url: server.url })).toEqual({ status: 302, message: '', note: said });
    expect(other.asked).toEqual([]);
  });

  it('from an API server makes the cluster unavailable', async () => {
    const { other, server, said } = await sendingOn();
    const cluster = await clusterAt(server.url);
    const unavailable = { name: 'ClusterUnavailable', message: expect.stringContaining(said) };
    await expect(cluster.read([workload])).rejects.toMatchObject(unavailable);
    await expect(cluster.logs('shared', 'a', 'app', 5)).rejects.toMatchObject(unavailable);
    await expect(cluster.identify()).rejects.toMatchObject(unavailable);
    expect(other.asked).toEqual([]);
  });

  it('does not redirect the command line', async () => {
    const { other, server, said } = await sendingOn();
    await expect(fetchWhole(`${server.url}/batches`, { credential: true })).rejects.toMatchObject({
      remedy: 'person',
      lines: [`${server.url} answers with ${said}.`],
    });
    expect(other.asked).toEqual([]);
  });

  it('keeps the slashes of the requested path', async () => {
    const server = await serving((response) => response.end('fine'));
    await (await clusterAt(server.url)).probe({ workload, path: '/ready/', timeoutMilliseconds: patient });
    expect(server.asked).toEqual(['/api/v1/namespaces/shared/services/a/proxy/ready/']);
  });
});

describe('requests with a credential', () => {
  const sent = async (url: string, credential: boolean): Promise<readonly string[]> => {
    const urls: string[] = [];
    const transport: Transport = async (asked) => {
      urls.push(asked);
      return { status: 200, headers: new Headers(), body: null };
    };
    await ask(url, { limit: 1, credential, transport }).catch((error: unknown) => {
      expect([networkMessage(error), isNeverSent(error), isPermanent(error)]).toEqual([
        expect.stringMatching(/without TLS, and a credential goes with it: its address has to begin with https/),
        true,
        true,
      ]);
    });
    return urls;
  };

  it.each([
    ['https://a.example', true],
    ['https://10.0.0.1:8443/x', true],
    ['http://127.0.0.1:8080', true],
    ['http://localhost', true],
    ['http://[::1]:1', true],
    ['http://a.example', false],
    ['http://10.0.0.1', false],
    ['http://127.0.0.1.a.example', false],
    ['http://localhost.a.example', false],
    ['http://0.0.0.0', false],
  ])('to %s: %s; requests without one go everywhere', async (url, isSent) => {
    expect(await sent(url, true)).toEqual(isSent ? [url] : []);
    expect(await sent(url, false)).toEqual([url]);
  });

  it('do not go to a Harness without TLS, nor to a host that the key is not for', () => {
    const refused = { name: 'ConfigurationInvalid', message: expect.stringMatching(/https|is for app\.harness\.io/) };
    const change = (baseUrl: string, keyHost?: string) => () =>
      apiOf(baseUrl, keyHost === undefined ? {} : { keyHost });
    expect(change('http://harness.example.com')).toThrow(expect.objectContaining(refused));
    expect(change('https://harness.example.com', 'app.harness.io')).toThrow(expect.objectContaining(refused));
    expect(change('https://app.harness.io:8443', 'app.harness.io')).toThrow(expect.objectContaining(refused));
    expect(change('https://app.harness.io/gateway', 'app.harness.io')).not.toThrow();
    expect(change('http://127.0.0.1:1')).not.toThrow();
  });
});
