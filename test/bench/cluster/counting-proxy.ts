import { createServer } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ApiServer } from '../../cluster/kube-client.ts';

export type Verb = 'list' | 'watch' | 'other';

/** A proxy from one client to an API server, by plain HTTP and without a credential. It counts requests. */
export class CountingProxy {
  readonly url: string;
  readonly #counts: Record<Verb, number>;
  readonly #close: () => void;

  private constructor(url: string, counts: Record<Verb, number>, close: () => void) {
    this.url = url;
    this.#counts = counts;
    this.#close = close;
  }

  static async start({ url, token, authority }: ApiServer): Promise<CountingProxy> {
    const counts = { list: 0, watch: 0, other: 0 };
    const agent = new Agent({ keepAlive: true, ca: authority });
    const server = createServer((asked, answered) => {
      counts[verbOf(asked.method, asked.url ?? '')] += 1;
      const { host: _, ...rest } = asked.headers;
      const headers = { ...rest, authorization: `Bearer ${token}` };
      const onward = request(`${url}${asked.url}`, { method: asked.method, headers, agent }, (answer) => {
        answered.writeHead(answer.statusCode ?? 502, answer.headers);
        // A watch without events yet has begun all the same.
        answered.flushHeaders();
        answer.pipe(answered);
      });
      onward.on('error', () => answered.destroy());
      answered.on('close', () => onward.destroy());
      asked.pipe(onward);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const close = (): void => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    };
    return new CountingProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, counts, close);
  }

  get counts(): Readonly<Record<Verb, number>> {
    return { ...this.#counts };
  }

  close(): void {
    this.#close();
  }
}

const verbOf = (method: string | undefined, path: string): Verb => {
  if (method !== 'GET') return 'other';
  if (/[?&]watch=/.test(path)) return 'watch';
  return /\/namespaces\/[^/]+\/[^/?]+(?:\?|$)/.test(path) ? 'list' : 'other';
};
