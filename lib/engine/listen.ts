import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from './engine.ts';
import { handleRequest } from './protocol.ts';

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

const answer = async (engine: Engine, request: IncomingMessage): Promise<{ status: number; body: string }> => {
  const body = await readBody(request);
  if (body === undefined) return { status: 413, body: JSON.stringify({ __type: 'RequestEntityTooLarge' }) };
  try {
    return await handleRequest(engine, String(request.headers['x-amz-target'] ?? ''), body);
  } catch (error) {
    return { status: 500, body: JSON.stringify({ __type: 'InternalFailure', message: String(error) }) };
  }
};

/** Longer than any client keeps one: nothing is sent on a connection that has just been ended here. */
const idleConnection = 65_000;

/** Serves the engine over HTTP, on the loopback interface only. Port 0 takes a free one. */
export const listen = async (engine: Engine, port = 0): Promise<{ readonly url: string; close(): Promise<void> }> => {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    answer(engine, request).then(
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
