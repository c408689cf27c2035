import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 as ApiAnswer } from 'aws-lambda';
import { FlotillaError } from '../../lib/domain/errors.ts';
import { type ApiEvent, headerOf } from './request.ts';

/** Bytes of an answer as JSON: the most that Lambda returns (6 MB), with room for the headers. */
const most = 5_900_000;

/** Characters. Smaller answers fit into one network packet and are sent as they are. */
const worthwhile = 1_000;

/**
 * Keeps an answer within the size that Lambda returns. A large batch's plan has 6 MB and more, and a twentieth of that
 * compressed. A caller that does not accept compression gets an error saying so, instead of a gateway fault.
 */
export const fittingAnswer = (event: ApiEvent, answer: ApiAnswer): ApiAnswer => {
  const fitting = compressed(event, answer);
  const { body, isBase64Encoded } = fitting;
  // In JSON a character has at most six bytes.
  if (body === undefined || body.length * 6 <= most) return fitting;
  if (isBase64Encoded && body.length > most) throw tooLarge(answer.body!, 'even compressed');
  if (isBase64Encoded || Buffer.byteLength(JSON.stringify(body)) <= most) return fitting;
  throw tooLarge(body, 'uncompressed. Repeat the request with Accept-Encoding: gzip (curl --compressed)');
};

/** Whether this answer would be compressed for this request. */
export const isCompressed = (event: ApiEvent, { body = '', isBase64Encoded }: ApiAnswer): boolean =>
  body.length >= worthwhile && isBase64Encoded !== true && takesGzip(headerOf(event, 'accept-encoding'));

/** Compressed if that is worthwhile and accepted. Tells caches that others may get another form. */
export const compressed = (event: ApiEvent, answer: ApiAnswer): ApiAnswer => {
  const { body = '', headers } = answer;
  if (body.length < worthwhile) return answer;
  const varying = { ...headers, vary: 'accept-encoding' };
  if (!isCompressed(event, answer)) return { ...answer, headers: varying };
  return {
    ...answer,
    headers: { ...varying, 'content-encoding': 'gzip' },
    body: gzipSync(body).toString('base64'),
    isBase64Encoded: true,
  };
};

const tooLarge = (body: string, how: string): FlotillaError => {
  const megabytes = Math.round(Buffer.byteLength(body) / 1e5) / 10;
  return new FlotillaError('AnswerTooLarge', `The answer has ${megabytes} MB, which is too large ${how}.`);
};

const takesGzip = (accepted = ''): boolean =>
  accepted.split(',').some((one) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(one));
