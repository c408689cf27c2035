import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ApiEvent } from '../../../functions/api/request.ts';
import { FlotillaError } from '../../domain/errors.ts';

/** Turns a request into API Gateway's event (HTTP API, payload 2.0). The body is base64, so that no byte is lost. */
export const gatewayEvent = (request: IncomingMessage, body: Buffer): ApiEvent => {
  const { pathname, search, searchParams } = addressOf(request.url ?? '/');
  const method = request.method ?? 'GET';
  const host = request.headers.host ?? 'local';
  const now = new Date();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: headersOf(request),
    ...(search === '' ? {} : { queryStringParameters: parametersOf(searchParams) }),
    requestContext: {
      accountId: 'local',
      apiId: 'local',
      domainName: host,
      domainPrefix: 'local',
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: now.toISOString(),
      timeEpoch: now.getTime(),
      http: {
        method,
        path: pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: request.headers['user-agent'] ?? '',
      },
    },
    ...(body.length === 0 ? {} : { body: body.toString('base64') }),
    isBase64Encoded: body.length > 0,
  };
};

/** A path that begins with two slashes does not name a host. Only a proxy sends an absolute address. */
const addressOf = (target: string): URL => {
  const address = URL.parse(target.startsWith('/') ? `http://local${target}` : target, 'http://local');
  if (address === null) throw new FlotillaError('RequestInvalid', 'The address of the request cannot be read.');
  return address;
};

/** Names in lower case; values of one name joined by commas. */
const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]],
    ),
  );

const parametersOf = (search: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...new Set(search.keys())].map((name) => [name, search.getAll(name).join(',')]));
