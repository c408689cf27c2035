import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 as ApiAnswer } from 'aws-lambda';
import { FlotillaError } from '../../lib/domain/errors.ts';
import { type ApiEvent, headerOf } from './request.ts';

/** Bytes of an answer as JSON: what Lambda gives back (6 MB), with room for the headers. */
const most = 5_900_000;

/** Smaller ones are sent as they are: compressing them would take longer than sending them. */
const worthwhile = 1_000_000;

/**
 * The answer in a size that Lambda gives back. The plan of a large batch has 6 MB and more, and a twentieth of that when it is
 * compressed; who does not take it so is told, instead of by a fault of the gateway.
 */
export const fittingAnswer = (event: ApiEvent, answer: ApiAnswer): ApiAnswer => {
  const { body, headers } = answer;
  if (body === undefined || body.length < worthwhile) return answer;
  if (takesGzip(headerOf(event, 'accept-encoding'))) {
    const compressed = gzipSync(body).toString('base64');
    if (compressed.length > most) throw tooLarge(body, 'even compressed');
    return {
      ...answer,
      headers: { ...headers, 'content-encoding': 'gzip', vary: 'accept-encoding' },
      body: compressed,
      isBase64Encoded: true,
    };
  }
  if (Buffer.byteLength(JSON.stringify(body)) <= most) return answer;
  throw tooLarge(body, 'uncompressed. Ask again with Accept-Encoding: gzip (curl --compressed)');
};

const tooLarge = (body: string, how: string): FlotillaError => {
  const megabytes = Math.round(Buffer.byteLength(body) / 1e5) / 10;
  return new FlotillaError('AnswerTooLarge', `The answer has ${megabytes} MB, which is too large ${how}.`);
};

const takesGzip = (accepted = ''): boolean =>
  accepted.split(',').some((one) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(one));
