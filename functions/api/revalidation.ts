import { createHash } from 'node:crypto';
import type { APIGatewayProxyStructuredResultV2 as ApiAnswer } from 'aws-lambda';
import { isCompressed } from './fitting-answer.ts';
import { type ApiEvent, headerOf } from './request.ts';
import type { Route } from './router.ts';

/**
 * Whether the answers of a route are told apart by their ETag: those of all that is read and not waited for. What a cluster says now, and
 * what somebody has to be told again, is never the same.
 */
export const isRevalidated = ({ method, part }: Pick<Route<unknown>, 'method' | 'part'>): boolean =>
  method === 'GET' && part === 'reads';

/**
 * An answer with its ETag, or 304 for who has it already (RFC 9110). Compressed it is another one to a cache, and has a tag of its
 * own; whoever has one form has the other.
 */
export const revalidated = (event: ApiEvent, answer: ApiAnswer): ApiAnswer => {
  const { statusCode, body, headers } = answer;
  if (statusCode !== 200 || body === undefined) return answer;
  const given = headers?.etag;
  const tag = typeof given === 'string' ? given.slice(1, -1) : createHash('sha256').update(body).digest('base64url');
  const etag = `"${tag}${isCompressed(event, answer) ? inGzip : ''}"`;
  const told = { etag, 'cache-control': 'private, no-cache' };
  if (hasAlready(event, tag)) return { statusCode: 304, headers: { ...told, vary: 'accept-encoding' } };
  return { ...answer, headers: { ...headers, ...told } };
};

const inGzip = '-gzip';

const hasAlready = (event: ApiEvent, tag: string): boolean =>
  (headerOf(event, 'if-none-match') ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === '*' || one === `"${tag}"` || one === `"${tag}${inGzip}"`);
