import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { isEksToken } from './eks-token-check.ts';

/**
 * The HTTPS in front of a simulator, as a process of its own. What passes through it looks real: it removes the words
 * that mark a simulation. With a bearer token, or as the front of an EKS cluster, it admits nobody else, as an API
 * server does.
 */
const { values } = parseArgs({
  options: {
    key: { type: 'string', default: '' },
    certificate: { type: 'string', default: '' },
    target: { type: 'string', default: '' },
    bearer: { type: 'string' },
    'eks-cluster': { type: 'string' },
    'eks-region': { type: 'string', default: '' },
    'eks-secret': { type: 'string', default: '' },
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

const isAllowed = (authorization = ''): boolean => {
  const { bearer, 'eks-cluster': cluster, 'eks-region': region, 'eks-secret': secretAccessKey } = values;
  if (bearer !== undefined && authorization !== `Bearer ${bearer}`) return false;
  const token = authorization.replace('Bearer ', '');
  return cluster === undefined || isEksToken(token, { cluster, region, secretAccessKey });
};

let own = '';
const real = (text: string): string =>
  text
    .replaceAll(values.target, own)
    .replaceAll('SIMULATED: ', '')
    .replaceAll(/[-.: (]*simulated\)?/gi, '');

/** A watch lasts: it passes line by line, and ends with its client. */
const pass = async (answer: Response, response: ServerResponse): Promise<void> => {
  const lines = (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream());
  const reader = lines.getReader();
  response.once('close', () => void reader.cancel().catch(() => {}));
  for (let rest = ''; ; ) {
    const { done, value = '' } = await reader.read();
    const whole = (rest + value).split('\n');
    rest = done ? '' : (whole.pop() ?? '');
    for (const line of whole) if (line !== '') response.write(`${real(line)}\n`);
    if (done) break;
  }
  response.end();
};

const forwarded = ['accept', 'content-type', 'x-api-key', 'user-agent'];

const server = createServer(
  { key: readFileSync(values.key), cert: readFileSync(values.certificate), keepAliveTimeout: 65_000 },
  async (request, response) => {
    if (!isAllowed(request.headers.authorization)) {
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
      response.writeHead(answer.status, { 'content-type': type });
      if (!request.url?.includes('watch=1')) return response.end(real(await answer.text()));
      response.flushHeaders();
      await pass(answer, response);
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
