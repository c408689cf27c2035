import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fittingAnswer } from '../../functions/api/fitting-answer.ts';
import { apiEvent } from './api-call.ts';

const asking = (accepted?: string) =>
  apiEvent('GET', '/batches', accepted === undefined ? {} : { headers: { 'accept-encoding': accepted } });
const json = { 'content-type': 'application/json' };
const answerOf = (body: string) => ({ statusCode: 200, headers: json, body });
const small = answerOf('a'.repeat(999));
const worthwhile = answerOf('a'.repeat(1_000));
const large = answerOf('a'.repeat(5_800_000));
/** Half of it is quotes. Lambda writes each with two characters. */
const larger = answerOf('"a'.repeat(2_000_000));

describe('an answer', () => {
  test.each([undefined, 'gzip'])('that is small stays as it is, with Accept-Encoding %s', (accepted) => {
    expect(fittingAnswer(asking(accepted), small)).toBe(small);
  });

  test.each(['gzip', 'br, gzip', 'gzip, deflate, br', 'GZIP;q=0.5', '*'])('is compressed for %s', (accepted) => {
    for (const answer of [worthwhile, large, larger]) {
      const { headers, body, isBase64Encoded } = fittingAnswer(asking(accepted), answer);
      expect(headers).toEqual({ ...json, 'content-encoding': 'gzip', vary: 'accept-encoding' });
      expect(isBase64Encoded).toBe(true);
      expect(gunzipSync(Buffer.from(body ?? '', 'base64')).toString()).toBe(answer.body);
    }
  });

  test.each([undefined, '', 'br', 'identity', 'gzip;q=0', 'gzip; q=0.0', 'xgzip'])(
    'stays as it is, or is refused, with Accept-Encoding %s',
    (accepted) => {
      for (const answer of [worthwhile, large]) {
        const headers = { ...json, vary: 'accept-encoding' };
        expect(fittingAnswer(asking(accepted), answer)).toEqual({ ...answer, headers });
      }
      expect(() => fittingAnswer(asking(accepted), larger)).toThrow(
        expect.objectContaining({ name: 'AnswerTooLarge', message: expect.stringContaining('4 MB') }),
      );
    },
  );
});
