import * as z from 'zod';
import { type MetricAnswer, type MetricPoint, unread } from '../metrics-port.ts';
import { foreignText } from '../record/foreign-text.ts';

const matrix = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])).default([]) })),
  }),
  warnings: z.array(z.string()).default([]),
});

const failure = z.object({ status: z.literal('error'), errorType: z.string().default(''), error: z.string() });

const textLength = 500;

/** The answer of `query_range`. A failure quotes Prometheus: an invalid query, a query that took too long. */
export const pointsOf = (status: number, body: string): MetricAnswer => {
  const json = jsonIn(body);
  const failed = failure.safeParse(json);
  if (failed.success) return unread(`Prometheus says: ${foreignText(failed.data.error, textLength)}`);
  const parsed = matrix.safeParse(json);
  if (!parsed.success)
    return unread(`the answer is not from Prometheus (HTTP ${status}: ${foreignText(body.trim(), 80)})`);
  const { data, warnings } = parsed.data;
  const told = warnings.length === 0 ? {} : { warnings: warnings.map((one) => foreignText(one, textLength)) };
  const [series, ...others] = data.result;
  if (others.length > 0) return unread(severalSeries(data.result.length));
  return { kind: 'points', points: (series?.values ?? []).flatMap(pointOf), ...told };
};

const severalSeries = (count: number): string =>
  `the query gives ${count} series and must give one: wrap it in sum(…), max(…) or a similar function`;

/** A non-number is no point. */
const pointOf = ([seconds, text]: readonly [number, string]): readonly MetricPoint[] => {
  const value = infinities[text] ?? Number(text);
  return Number.isNaN(value) ? [] : [{ at: Math.round(seconds * 1_000), value }];
};

const infinities: Readonly<Record<string, number>> = {
  '+Inf': Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
};

const jsonIn = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};
