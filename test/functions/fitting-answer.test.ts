import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fittingAnswer } from '../../functions/api/fitting-answer.ts';
import { apiEvent } from './api-call.ts';

const asking = (accepted?: string) =>
  apiEvent('GET', '/batches', accepted === undefined ? {} : { headers: { 'accept-encoding': accepted } });
const answerOf = (body: string) => ({ statusCode: 200, headers: { 'content-type': 'application/json' }, body });
const small = answerOf('a'.repeat(999_999));
const large = answerOf('a'.repeat(5_800_000));
/** Half of it is quotes, which Lambda writes with two characters each. */
const larger = answerOf('"a'.repeat(2_000_000));

describe('an answer', () => {
  test.each([undefined, 'gzip'])('that is small stays as it is, with Accept-Encoding %s', (accepted) => {
    expect(fittingAnswer(asking(accepted), small)).toBe(small);
  });

  test.each(['gzip', 'br, gzip', 'gzip, deflate, br', 'GZIP;q=0.5', '*'])(
    'that is large is compressed for %s',
    (accepted) => {
      const { headers, body, isBase64Encoded } = fittingAnswer(asking(accepted), larger);
      expect(headers).toEqual({
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        vary: 'accept-encoding',
      });
      expect(isBase64Encoded).toBe(true);
      expect(gunzipSync(Buffer.from(body ?? '', 'base64')).toString()).toBe(larger.body);
    },
  );

  test.each([undefined, '', 'br', 'identity', 'gzip;q=0', 'gzip; q=0.0', 'xgzip'])(
    'that is large stays as it is, or is refused, with Accept-Encoding %s',
    (accepted) => {
      expect(fittingAnswer(asking(accepted), large)).toBe(large);
      expect(() => fittingAnswer(asking(accepted), larger)).toThrow(
        expect.objectContaining({ name: 'AnswerTooLarge', message: expect.stringContaining('4 MB') }),
      );
    },
  );
});
