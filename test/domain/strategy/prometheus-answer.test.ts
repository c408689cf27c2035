import { describe, expect, it } from 'vitest';
import { pointsOf } from '../../../lib/domain/strategy/prometheus-answer.ts';

/** What Prometheus 2.42.0 answered, with the HTTP status. */
const said = (result: string): string => `{"status":"success","data":{"resultType":"matrix","result":[${result}]}}`;
const series = (...values: readonly string[]): string =>
  `{"metric":{},"values":[${values.map((value, at) => `[${1796070000 + at * 60},"${value}"]`).join()}]}`;

const points = (...values: readonly number[]) => ({
  kind: 'points',
  points: values.map((value, at) => ({ at: 1_796_070_000_000 + at * 60_000, value })),
});

const unread = (message: string) => ({ kind: 'unread', message });

describe('what Prometheus answers', () => {
  it.each([
    ['a series', 200, said(series('0.25', '7', '1e-3')), points(0.25, 7, 0.001)],
    ['no series', 200, said(''), points()],
    ['a division by zero', 200, said(series('+Inf', '-Inf')), points(Infinity, -Infinity)],
    [
      'several series',
      200,
      said([series('1'), series('2')].join()),
      unread('the query gives 2 series and must give one: wrap it in sum(…), max(…) or a similar function'),
    ],
    [
      'an invalid query',
      400,
      '{"status":"error","errorType":"bad_data","error":"1:5: parse error: unclosed left parenthesis"}',
      unread('Prometheus says: 1:5: parse error: unclosed left parenthesis'),
    ],
    [
      'an unknown path',
      404,
      '404 page not found\n',
      unread('the answer is not from Prometheus (HTTP 404: 404 page not found)'),
    ],
    ['a page from a proxy', 200, '<html>', unread('the answer is not from Prometheus (HTTP 200: <html>)')],
  ])('%s', (_, status, body, answer) => {
    expect(pointsOf(status, body)).toEqual(answer);
  });

  it('is no point if it is not a number', () => {
    expect(pointsOf(200, said(series('NaN', '3')))).toEqual({
      kind: 'points',
      points: [{ at: 1_796_070_060_000, value: 3 }],
    });
  });

  it('keeps its warnings', () => {
    const body = `{"status":"success","warnings":["one store did not answer"],"data":{"resultType":"matrix","result":[${series('1')}]}}`;
    expect(pointsOf(200, body)).toEqual({ ...points(1), warnings: ['one store did not answer'] });
  });
});
