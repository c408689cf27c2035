import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { byOwnName } from '../listen.ts';
import { type Answer, failure } from './envelopes.ts';

export interface Call {
  readonly method: string;
  readonly path: string;
  /** The named parts of the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Route {
  readonly method: string;
  /** For example `/a/:id/b`; `*` at the end takes the rest. */
  readonly path: string;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** Runs before every route; an answer ends the call. */
export type Guard = (call: Call) => Answer | undefined;

const bodyLimit = 4 * 1024 * 1024;

const matchPath = (pattern: string, path: string): Record<string, string> | undefined => {
  const wanted = pattern.split('/');
  const given = path.split('/');
  const isPrefix = wanted.at(-1) === '*';
  if (isPrefix) wanted.pop();
  if (isPrefix ? given.length < wanted.length : given.length !== wanted.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index]!;
    if (part.startsWith(':') && value !== '') params[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return params;
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new RangeError('body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const send = (response: ServerResponse, answer: Answer): void => {
  if (answer.destroy === true) {
    response.socket?.destroy();
    return;
  }
  const isJson = answer.json !== undefined;
  response.writeHead(answer.status, {
    'content-type': isJson ? 'application/json' : 'text/html; charset=utf-8',
    'x-simulated': 'true',
  });
  response.end(isJson ? JSON.stringify(answer.json) : (answer.html ?? ''));
};

const answerTo = async (request: IncomingMessage, routes: readonly Route[], guard: Guard): Promise<Answer> => {
  // Both forms of the address are served: the plain one and the one below /gateway.
  const url = new URL(request.url ?? '/', 'http://simulated');
  const path = url.pathname.replace(/^\/gateway(?=\/)/, '');
  const method = request.method ?? 'GET';
  const body = await readBody(request);
  const headers = request.headers as Record<string, string | undefined>;
  for (const route of routes) {
    const params = route.method === method ? matchPath(route.path, path) : undefined;
    if (params === undefined) continue;
    const call: Call = { method, path, params, query: url.searchParams, headers, body };
    return guard(call) ?? (await route.handle(call));
  }
  return failure('ENTITY_NOT_FOUND', `HTTP 404 Not Found: ${method} ${path}`);
};

export const serve = (routes: readonly Route[], guard: Guard): Server =>
  createServer(
    byOwnName((request, response) => {
      answerTo(request, routes, guard)
        .catch((error: unknown) => failure('UNKNOWN_ERROR', `the simulator failed: ${String(error)}`))
        .then((answer) => send(response, answer));
    }),
  );
