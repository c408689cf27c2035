import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';

/**
 * The HTTPS in front of a simulator, as a process of its own. What passes through it looks like the real thing: the words that say
 * otherwise are taken out. With a bearer token it lets nobody else in, as an API server does.
 */
const { values } = parseArgs({
  options: {
    key: { type: 'string', default: '' },
    certificate: { type: 'string', default: '' },
    target: { type: 'string', default: '' },
    bearer: { type: 'string' },
  },
});

const unauthorized = JSON.stringify({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'Unauthorized',
  reason: 'Unauthorized',
  code: 401,
});

let own = '';
const real = (text: string): string =>
  text
    .replaceAll(values.target, own)
    .replaceAll('SIMULATED: ', '')
    .replaceAll(/[-.: (]*simulated\)?/gi, '');

const forwarded = ['accept', 'content-type', 'x-api-key', 'user-agent'];

const server = createServer(
  { key: readFileSync(values.key), cert: readFileSync(values.certificate) },
  async (request, response) => {
    if (values.bearer !== undefined && request.headers.authorization !== `Bearer ${values.bearer}`) {
      response.writeHead(401, { 'content-type': 'application/json' }).end(unauthorized);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => forwarded.includes(name)),
    ) as Record<string, string>;
    try {
      const answer = await fetch(`${values.target}${request.url}`, {
        method: request.method ?? 'GET',
        headers,
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      });
      const type = answer.headers.get('content-type') ?? 'application/json';
      response.writeHead(answer.status, { 'content-type': type }).end(real(await answer.text()));
    } catch {
      // The simulator dropped the connection, so this one is dropped too.
      request.socket.destroy();
    }
  },
);

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  own = `https://127.0.0.1:${port}`;
  process.stdout.write(`${JSON.stringify({ url: own })}\n`);
});
