import { Agent as PlainAgent, request as plainRequest, type RequestOptions } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';

/** Address and credentials of an API server; without a token and an authority over plain HTTP. */
export interface ApiServer {
  readonly url: string;
  readonly token?: string;
  /** PEM. */
  readonly authority?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: objects of the API as they come; the cases say what they expect of them
export type Kube = any;

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Kube;
}

/** An error answer of an API server. */
export class KubeError extends Error {
  readonly status: number;

  constructor(what: string, status: number, body: string) {
    super(`${what}: ${status} ${body.slice(0, 500)}`);
    this.status = status;
  }
}

export const patchTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

interface Asked {
  readonly body?: unknown;
  readonly type?: string;
}

const mostTries = 200;

/** The smallest client that tests need, for a real API server and for the simulated one. */
export class KubeClient {
  readonly #server: ApiServer;
  readonly #agent: PlainAgent;

  constructor(server: ApiServer) {
    this.#server = server;
    const isPlain = server.url.startsWith('http:');
    this.#agent = isPlain ? new PlainAgent({ keepAlive: true }) : new Agent({ keepAlive: true, ca: server.authority });
  }

  close(): void {
    this.#agent.destroy();
  }

  get(path: string): Promise<Kube> {
    return this.#json('GET', path);
  }

  /** Waits for an object that is about to appear. */
  async soon(path: string): Promise<Kube> {
    for (let tries = 0; ; tries += 1) {
      const found = await this.get(path).catch((error: unknown) => {
        if (tries === mostTries) throw error;
      });
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  post(path: string, body: unknown): Promise<Kube> {
    return this.#json('POST', path, { body });
  }

  put(path: string, body: unknown): Promise<Kube> {
    return this.#json('PUT', path, { body });
  }

  patch(path: string, body: unknown, type: keyof typeof patchTypes = 'merge'): Promise<Kube> {
    return this.#json('PATCH', path, { body, type: patchTypes[type] });
  }

  delete(path: string, options: object = {}): Promise<Kube> {
    return this.#json('DELETE', path, { body: { kind: 'DeleteOptions', apiVersion: 'v1', ...options } });
  }

  /** Lists, then watches, and starts again when the stream ends or is too old. Calls `now` once the list is known. */
  async follow(path: string, tell: (event: WatchEvent) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const list = await this.get(path);
        for (const object of list.items ?? []) tell({ type: 'ADDED', object });
        await this.watch(`${path}?resourceVersion=${list.metadata.resourceVersion}`, tell, signal);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  /** Until the server ends it. Throws when the connection breaks. */
  async watch(path: string, tell: (event: WatchEvent) => void, signal: AbortSignal): Promise<void> {
    const response = await this.#send('GET', `${path}&watch=1&timeoutSeconds=300`, {}, signal);
    const lines = createInterface({ input: response });
    const broken = new Promise<never>((_, reject) => response.once('error', reject));
    const read = async (): Promise<void> => {
      for await (const line of lines) {
        const event = JSON.parse(line) as WatchEvent;
        if (event.type === 'ERROR') return;
        tell(event);
      }
    };
    await Promise.race([read(), broken]);
  }

  async #json(method: string, path: string, asked: Asked = {}): Promise<Kube> {
    const response = await this.#send(method, path, asked);
    response.setEncoding('utf8');
    let text = '';
    for await (const part of response) text += part;
    if ((response.statusCode ?? 500) >= 300) throw new KubeError(`${method} ${path}`, response.statusCode ?? 0, text);
    return text.startsWith('{') ? JSON.parse(text) : text;
  }

  #send(method: string, path: string, { body, type = 'application/json' }: Asked, signal?: AbortSignal) {
    const { url, token } = this.#server;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      headers: {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        // Without its length the body of a DELETE is not framed.
        ...(text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
      },
      ...(signal === undefined ? {} : { signal }),
    };
    const send = url.startsWith('http:') ? plainRequest : request;
    return new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      send(`${url}${path}`, options, resolve).once('error', reject).end(text);
    });
  }
}
