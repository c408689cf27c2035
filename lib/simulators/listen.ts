import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Memory } from './memory.ts';

const ownName = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i;

/** Answers only requests that use a name of this machine: a web page could own any other (DNS rebinding). */
export const byOwnName =
  (answer: RequestListener): RequestListener =>
  (request, response) => {
    if (ownName.test(request.headers.host ?? '')) answer(request, response);
    else response.writeHead(403, { 'content-type': 'text/plain' }).end('This simulator is asked at 127.0.0.1 only.\n');
  };

/**
 * Longer than any client keeps a connection. So the client closes first, and nothing is sent on a connection that has
 * just closed here.
 */
const idleConnection = 65_000;

/**
 * Listens on loopback and returns the port. Without a requested port it reuses the last one if it is free, so that
 * earlier links work again.
 */
export const listenAsBefore = async (server: Server, port: number, memory: Memory): Promise<number> => {
  const [before] = memory.all<{ readonly port: number }>('address');
  const bound = await listen(server, port === 0 ? (before?.port ?? 0) : port).catch((error: NodeJS.ErrnoException) => {
    if (port !== 0 || error.code !== 'EADDRINUSE') throw error;
    return listen(server, 0);
  });
  memory.put('address', 'latest', { port: bound });
  return bound;
};

const listen = async (server: Server, port: number): Promise<number> => {
  server.keepAliveTimeout = idleConnection;
  server.listen(port, '127.0.0.1');
  // Rejects with the server's message about a port that it cannot have.
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
