import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IMetric, type IWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { functionsTable, type Stem } from './functions-table.ts';
import { functionMetric, type Sources } from './metrics.ts';

const period = Duration.hours(1);

/** US dollars in us-east-1. The invoice has the exact amount; this shows trends. */
const prices = {
  transition: 25e-6,
  gigabyteSecond: 13.33e-6,
  invocation: 0.2e-6,
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
} as const;

/** CloudWatch does not read exponents. */
const decimal = (price: number): string => price.toFixed(15);

/** The states that a successful deployment passes through. Each ends in one call of record-outcome. */
const transitionsPerDeployment = 5;

const priced = (label: string, usingMetrics: Record<string, IMetric>, expression: string): IMetric =>
  new MathExpression({ label, usingMetrics, expression, period });

const lambdaCost = (sources: Sources): IMetric => {
  const stems = Object.keys(functionsTable) as readonly Stem[];
  const sum = { period, statistic: 'Sum' };
  const usingMetrics = Object.fromEntries(
    stems.flatMap((stem, at): [string, IMetric][] => [
      [`d${at}`, functionMetric(sources, stem, { metric: 'Duration', ...sum })],
      [`i${at}`, functionMetric(sources, stem, { metric: 'Invocations', ...sum })],
    ]),
  );
  const terms = stems.map((stem, at) => {
    const second = (functionsTable[stem].memory / 1024) * prices.gigabyteSecond;
    return `d${at} * ${decimal(second / 1000)} + i${at} * ${decimal(prices.invocation)}`;
  });
  return priced('Lambda', usingMetrics, terms.join(' + '));
};

/** Cost per hour, by what AWS counts: Lambda time, table units, and states of the deployments. */
export const costWidget = (sources: Sources): IWidget => {
  const { table } = sources;
  const reads = table.metricConsumedReadCapacityUnits({ period, statistic: 'Sum' });
  const writes = table.metricConsumedWriteCapacityUnits({ period, statistic: 'Sum' });
  const outcomes = functionMetric(sources, 'record-outcome', { metric: 'Invocations', period, statistic: 'Sum' });
  const perOutcome = transitionsPerDeployment * prices.transition;
  return new GraphWidget({
    title: 'Approximate cost per hour, in USD',
    left: [
      lambdaCost(sources),
      priced(
        'DynamoDB',
        { reads, writes },
        `reads * ${decimal(prices.readUnit)} + writes * ${decimal(prices.writeUnit)}`,
      ),
      priced('Step Functions', { outcomes }, `outcomes * ${decimal(perOutcome)}`),
    ],
    stacked: true,
    width: 8,
    height: 6,
    leftYAxis: { min: 0 },
  });
};
