import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from './engine.ts';
import { handleRequest } from './protocol.ts';

/** One request of the protocol, as it came. */
export interface EngineRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface EngineAnswer {
  readonly status: number;
  readonly body: string;
}

export interface EngineServer {
  readonly url: string;
  close(): Promise<void>;
}

/** More than any request of the protocol: a definition has at most 1 MB, an input 256 KiB. */
const largestBody = 2 * 1024 * 1024;

const readBody = async (request: IncomingMessage): Promise<string | undefined> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > largestBody) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
};

/** The operation that a request asks for. */
export const targetOf = ({ headers }: Pick<EngineRequest, 'headers'>): string => String(headers['x-amz-target'] ?? '');

type Handle = (request: EngineRequest) => Promise<EngineAnswer>;

const answer = async (handle: Handle, request: IncomingMessage): Promise<EngineAnswer> => {
  const body = await readBody(request);
  if (body === undefined) return { status: 413, body: JSON.stringify({ __type: 'RequestEntityTooLarge' }) };
  try {
    const { method = 'GET', url: path = '/', headers } = request;
    return await handle({ method, path, headers, body });
  } catch (error) {
    return { status: 500, body: JSON.stringify({ __type: 'InternalFailure', message: String(error) }) };
  }
};

/** Longer than any client keeps a connection idle, so nobody sends on one that was just closed here. */
const idleConnection = 65_000;

/** Serves an engine over HTTP, on the loopback interface only. Port 0 picks a free one. */
export const listen = (engine: Engine, port = 0): Promise<EngineServer> =>
  listenFor((request) => handleRequest(engine, targetOf(request), request.body), port);

/** The same, for callers that handle requests before an engine does. */
export const listenFor = async (handle: Handle, port: number): Promise<EngineServer> => {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    answer(handle, request).then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body),
      () => response.destroy(),
    );
  });
  server.keepAliveTimeout = idleConnection;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
