import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { byOwnName } from '../listen.ts';
import type { Carry, Sent } from './carry.ts';

const bodyLimit = 4 * 1024 * 1024;

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

const send = (response: ServerResponse, sent: Sent): void => {
  // A server cannot refuse a single connection: refusing means cutting it, here.
  if (sent.cut !== undefined) {
    response.socket?.destroy();
    return;
  }
  response.writeHead(sent.status, { 'content-type': sent.type, 'x-simulated': 'true' });
  response.end(sent.text);
};

const answerTo = async (request: IncomingMessage, carry: Carry): Promise<Sent> =>
  carry({
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', 'http://simulated'),
    headers: request.headers as Record<string, string | undefined>,
    body: await readBody(request),
  });

export const serve = (carry: Carry): Server =>
  createServer(
    byOwnName((request, response) => {
      answerTo(request, carry)
        .catch((error: unknown): Sent => ({ status: 500, type: 'text/plain', text: `SIMULATED: ${String(error)}` }))
        .then((sent) => send(response, sent));
    }),
  );
