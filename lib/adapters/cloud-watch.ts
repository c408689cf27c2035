import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandOutput,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { unread } from '../domain/metrics-port.ts';
import type { MetricAnswer, MetricPoint, MetricQuery, Metrics } from '../domain/ports.ts';
import { foreignText } from '../domain/record/foreign-text.ts';
import type { CloudWatchExpression } from '../domain/strategy/strategy.ts';
import { awsPatience } from './aws-patience.ts';

/** No metric can have this name: names of checks have 32 characters at most. */
const resultId = 'result_of_the_expression_of_the_check';

/** A page has up to 100,800 points. */
const mostPages = 10;

export type SendToCloudWatch = (command: GetMetricDataCommand) => Promise<GetMetricDataCommandOutput>;

/** Reads AWS metrics, and metric math. */
export class CloudWatch implements Metrics {
  readonly #send: SendToCloudWatch;

  constructor(send: SendToCloudWatch) {
    this.#send = send;
  }

  async range(query: MetricQuery): Promise<MetricAnswer> {
    if (!('cloudwatch' in query.source)) return unread('it is no metric of CloudWatch');
    try {
      return pointsOf(await this.#pages(query, query.source.cloudwatch), query.step);
    } catch (error) {
      // Any failure of AWS or on the way there: no credentials, no right, no network. In each case there is no answer.
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return unread(`CloudWatch cannot be asked: ${foreignText(`${name}: ${message}`, 500)}`);
    }
  }

  async #pages(query: MetricQuery, expression: CloudWatchExpression): Promise<readonly GetMetricDataCommandOutput[]> {
    const pages: GetMetricDataCommandOutput[] = [];
    const asked = askedOf(query, expression);
    for (let token: string | undefined; pages.length < mostPages; ) {
      const page = await this.#send(new GetMetricDataCommand({ ...asked, ...(token && { NextToken: token }) }));
      pages.push(page);
      token = page.NextToken;
      if (token === undefined) break;
    }
    return pages;
  }
}

/** `region` absent: found as AWS's own tools find it. The client is created on first use. */
export const cloudWatchIn = (region: string | undefined): CloudWatch => {
  let client: CloudWatchClient | undefined;
  return new CloudWatch(async (command) => {
    client ??= new CloudWatchClient({ ...awsPatience, ...(region === undefined ? {} : { region }) });
    return client.send(command);
  });
};

/**
 * CloudWatch stamps a point with the start of its minute. Here it stands for the minute before it, so the query starts
 * a minute earlier.
 */
const askedOf = ({ from, to, step }: MetricQuery, { expression, metrics }: CloudWatchExpression) => ({
  StartTime: new Date(from - step),
  EndTime: new Date(to),
  ScanBy: 'TimestampAscending' as const,
  MetricDataQueries: [
    ...Object.entries(metrics).map(
      ([Id, { namespace, name, statistic, dimensions = {} }]): MetricDataQuery => ({
        Id,
        MetricStat: {
          Metric: {
            ...{ Namespace: namespace, MetricName: name },
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          },
          ...{ Period: step / 1_000, Stat: statistic },
        },
        ReturnData: expression === undefined,
      }),
    ),
    ...(expression === undefined ? [] : [{ Id: resultId, Expression: expression, ReturnData: true }]),
  ],
});

const pointsOf = (pages: readonly GetMetricDataCommandOutput[], step: number): MetricAnswer => {
  if (pages.at(-1)?.NextToken !== undefined) return unread(`CloudWatch has more than ${mostPages} pages for it`);
  const results = pages.flatMap(({ MetricDataResults = [] }) => MetricDataResults);
  const failed = results.find(({ StatusCode }) => StatusCode === 'InternalError' || StatusCode === 'Forbidden');
  if (failed !== undefined) return unread(`CloudWatch says ${failed.StatusCode}${toldOf(failed)}`);
  const series = new Set(results.map(({ Id, Label }) => `${Id} ${Label}`));
  if (series.size > 1) return unread(`it gives ${series.size} series of CloudWatch and must give one`);
  const points = results.flatMap((one) => pointsIn(one, step)).sort((one, other) => one.at - other.at);
  const warnings = warningsOf(pages, results.at(-1));
  return { kind: 'points', points, ...(warnings.length > 0 && { warnings }) };
};

const pointsIn = ({ Timestamps = [], Values = [] }: MetricDataResult, step: number): readonly MetricPoint[] =>
  Timestamps.flatMap((stamp, at) => {
    const value = Values[at];
    return value === undefined || Number.isNaN(value) ? [] : [{ at: stamp.getTime() + step, value }];
  });

const warningsOf = (
  pages: readonly GetMetricDataCommandOutput[],
  last: MetricDataResult | undefined,
): readonly string[] => {
  const said = pages.flatMap(({ Messages = [] }) => Messages).map(({ Value = '' }) => foreignText(Value, 500));
  return last?.StatusCode === 'PartialData' ? [...said, 'CloudWatch returned only part of the data'] : said;
};

const toldOf = ({ Messages = [] }: MetricDataResult): string =>
  Messages.length === 0 ? '' : `: ${foreignText(Messages.map(({ Value = '' }) => Value).join(' '), 500)}`;
