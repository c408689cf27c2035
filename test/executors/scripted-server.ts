import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SeenCall {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface ScriptedServer {
  readonly url: string;
  readonly calls: readonly SeenCall[];
}

const readCall = async (request: IncomingMessage): Promise<SeenCall> => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const url = new URL(request.url ?? '/', 'http://test');
  const query = Object.fromEntries(url.searchParams);
  return { method: request.method ?? '', path: url.pathname, query, headers: request.headers, body };
};

/** A server that answers as one test wants, and remembers its requests. It ends with the test. */
export const serverThat = async (
  answer: (call: SeenCall, response: ServerResponse, nth: number) => void,
): Promise<ScriptedServer> => {
  const calls: SeenCall[] = [];
  const server = createServer((request, response) => {
    void readCall(request).then((call) => answer(call, response, calls.push(call)));
  });
  // However long a busy machine takes from one request to the next.
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
};

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
