import type { ApiEvent } from '../../functions/api/request.ts';
import type { ApiHandler } from '../../functions/api.ts';
import type { Actor } from '../../lib/domain/record/actor.ts';

export interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly base64?: boolean;
  /** The caller that a self-hosted server has let in. */
  readonly actor?: Actor;
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at any answer
  readonly body: any;
}

/** An event as API Gateway makes it, payload 2.0. */
export const apiEvent = (method: string, url: string, call: Call = {}): ApiEvent => {
  const { pathname, searchParams, search } = new URL(url, 'http://api.test');
  const query = Object.fromEntries(searchParams);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: { 'content-type': 'application/yaml', ...call.headers },
    ...(search === '' ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: '111122223333',
      apiId: 'api',
      domainName: 'api.test',
      domainPrefix: 'api',
      requestId: 'request-1',
      routeKey: '$default',
      stage: '$default',
      time: '30/Sep/2026:06:00:00 +0000',
      timeEpoch: 1790000000000,
      http: { method, path: pathname, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      ...(call.claims === undefined ? {} : { authorizer: { jwt: { claims: call.claims } } }),
    },
    ...(call.body === undefined ? {} : { body: call.base64 ? Buffer.from(call.body).toString('base64') : call.body }),
    isBase64Encoded: call.base64 ?? false,
  };
};

export const callApi = async (handler: ApiHandler, method: string, url: string, call: Call = {}): Promise<Answer> => {
  const { actor } = call;
  const answer = await handler(apiEvent(method, url, call), actor === undefined ? {} : { actor });
  const { body, headers = {} } = answer;
  const isText = /^text|yaml/.test(String(headers['content-type']));
  return { status: answer.statusCode!, headers, body: body === undefined || isText ? body : JSON.parse(body) };
};
