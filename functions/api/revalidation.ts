import { createHash } from 'node:crypto';
import type { APIGatewayProxyStructuredResultV2 as ApiAnswer } from 'aws-lambda';
import { isCompressed } from './fitting-answer.ts';
import { type ApiEvent, headerOf } from './request.ts';
import type { Route } from './router.ts';

/**
 * Whether a route's answers get an ETag: all reads that don't wait. Answers from clusters, and answers that must be
 * given again, always differ.
 */
export const isRevalidated = ({ method, part }: Pick<Route<unknown>, 'method' | 'part'>): boolean =>
  method === 'GET' && part === 'reads';

/**
 * Adds an ETag to an answer, or answers 304 to a caller who has it already (RFC 9110). For caches the compressed form
 * is another one with its own tag, but a caller with either form has both.
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
