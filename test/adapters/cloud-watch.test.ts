import type { GetMetricDataCommandInput, GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { CloudWatch } from '../../lib/adapters/cloud-watch.ts';
import type { CloudWatchExpression } from '../../lib/domain/strategy/strategy.ts';

const minute = 60_000;
const metric = (name: string) => ({ namespace: 'AWS/ApplicationELB', name, statistic: 'Sum' });
const one: CloudWatchExpression = { metrics: { errors: { ...metric('5XX'), dimensions: { TargetGroup: 'tg/web' } } } };

const page = (change: Partial<GetMetricDataCommandOutput>) =>
  ({ $metadata: {}, ...change }) as GetMetricDataCommandOutput;
const result = (stamps: readonly number[], values: readonly number[], change = {}) => ({
  ...{ Id: 'errors', Label: '5XX', StatusCode: 'Complete' as const },
  ...{ Timestamps: stamps.map((at) => new Date(at * minute)), Values: [...values] },
  ...change,
});

const asking = async (cloudwatch: CloudWatchExpression, ...pages: readonly (GetMetricDataCommandOutput | Error)[]) => {
  const asked: GetMetricDataCommandInput[] = [];
  const metrics = new CloudWatch(async ({ input }) => {
    const answer = pages[Math.min(asked.length, pages.length - 1)]!;
    asked.push(input);
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const query = { source: { cloudwatch }, from: 10 * minute, to: 12 * minute, step: minute };
  return { asked, answer: await metrics.range(query) };
};

describe('CloudWatch', () => {
  it('asks for one metric, from a minute earlier: CloudWatch stamps a point with the start of its minute', async () => {
    const { asked, answer } = await asking(one, page({ MetricDataResults: [result([9, 10, 11], [1, Number.NaN, 3])] }));
    expect(asked).toEqual([
      {
        ...{ StartTime: new Date(9 * minute), EndTime: new Date(12 * minute), ScanBy: 'TimestampAscending' },
        MetricDataQueries: [
          {
            Id: 'errors',
            MetricStat: {
              Metric: {
                ...{ Namespace: 'AWS/ApplicationELB', MetricName: '5XX' },
                Dimensions: [{ Name: 'TargetGroup', Value: 'tg/web' }],
              },
              ...{ Period: 60, Stat: 'Sum' },
            },
            ReturnData: true,
          },
        ],
      },
    ]);
    expect(answer).toEqual({
      kind: 'points',
      points: [
        { at: 10 * minute, value: 1 },
        { at: 12 * minute, value: 3 },
      ],
    });
  });

  it('asks for math over several metrics, and gets only the result', async () => {
    const expression = '100 * errors / requests';
    const { asked } = await asking(
      { expression, metrics: { errors: metric('5XX'), requests: metric('Requests') } },
      page({}),
    );
    expect(asked[0]?.MetricDataQueries?.map(({ Id, Expression, ReturnData }) => [Id, Expression, ReturnData])).toEqual([
      ['errors', undefined, false],
      ['requests', undefined, false],
      ['result_of_the_expression_of_the_check', '100 * errors / requests', true],
    ]);
  });

  it('joins the pages of a series, in time order', async () => {
    const { asked, answer } = await asking(
      one,
      page({ NextToken: 'more', MetricDataResults: [result([10], [2], { StatusCode: 'PartialData' })] }),
      page({ MetricDataResults: [result([9], [1])] }),
    );
    expect(asked.map(({ NextToken }) => NextToken)).toEqual([undefined, 'more']);
    expect(answer.kind === 'points' && answer.points.map(({ value }) => value)).toEqual([1, 2]);
    expect(answer).not.toHaveProperty('warnings');
  });

  it.each([
    ['no result', page({}), { kind: 'points', points: [] }],
    [
      'a part',
      page({ MetricDataResults: [result([], [], { StatusCode: 'PartialData' })] }),
      { kind: 'points', points: [], warnings: ['CloudWatch returned only part of the data'] },
    ],
    [
      'several series',
      page({ MetricDataResults: [result([9], [1]), result([9], [1], { Label: 'other' })] }),
      { kind: 'unread', message: 'it gives 2 series of CloudWatch and must give one' },
    ],
    [
      'a failure inside CloudWatch',
      page({
        MetricDataResults: [result([], [], { StatusCode: 'InternalError', Messages: [{ Value: 'try again' }] })],
      }),
      { kind: 'unread', message: 'CloudWatch says InternalError: try again' },
    ],
    [
      'pages without an end',
      page({ NextToken: 'more' }),
      { kind: 'unread', message: 'CloudWatch has more than 10 pages for it' },
    ],
    [
      'no credentials',
      Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' }),
      {
        kind: 'unread',
        message: 'CloudWatch cannot be asked: CredentialsProviderError: Could not load credentials from any providers',
      },
    ],
  ])('tells %s', async (_, answer, expected) => {
    expect((await asking(one, answer)).answer).toEqual(expected);
  });
});
