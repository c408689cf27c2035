import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Stem } from './functions-table.ts';
import type { MachineArns, Machines } from './machine-arns.ts';

/**
 * Where a stage's metrics come from. Functions, queues and machines are found by name, which begins with the stage's
 * name. Taken from constructs, each would be one more output of its stack.
 */
export interface Sources {
  readonly service: string;
  readonly table: TableV2;
  readonly apiId: string;
  readonly machines: Machines;
  /** Networks with their own functions. */
  readonly places: readonly string[];
}

export interface MetricOptions {
  readonly statistic: string;
  readonly period: Duration;
  readonly label?: string;
}

/** Dead-letter queues, by the function that puts messages there. */
export const queues = ['inbox', 'events', 'sweeper', 'survey', 'executions', 'notifications'] as const;
/** The statuses that a batch or a deployment can end with. */
export const endStatuses = ['SUCCESS', 'FAILED', 'ROLLBACK', 'SKIPPED', 'CANCELLED', 'UNKNOWN'] as const;
/** About requests to executors. */
export const requestKinds = ['start', 'read'] as const;
export const restoreResults = ['RestoredPreviousRelease', 'RestoreFailed', 'RestoreUnknown'] as const;

/** One of our own metrics, as the functions write it; `by` is its dimension. `lib/domain/measurement` has them all. */
export const ownMetric = (
  { service }: Pick<Sources, 'service'>,
  metricName: string,
  { by = {}, ...options }: MetricOptions & { readonly by?: Readonly<Record<string, string>> },
): Metric => new Metric({ namespace: 'Flotilla', metricName, dimensionsMap: { service, ...by }, ...options });

export const functionMetric = (
  { service }: Pick<Sources, 'service'>,
  stem: Stem,
  {
    metric,
    ...options
  }: MetricOptions & { readonly metric: 'Errors' | 'Throttles' | 'Duration' | 'Invocations' | 'IteratorAge' },
): Metric =>
  new Metric({
    namespace: 'AWS/Lambda',
    metricName: metric,
    dimensionsMap: { FunctionName: `${service}-${stem}` },
    ...options,
  });

export const machineMetric = ({ machine }: MachineArns, metricName: string, options: MetricOptions): Metric =>
  new Metric({ namespace: 'AWS/States', metricName, dimensionsMap: { StateMachineArn: machine }, ...options });

export const deadLettersMetric = (
  { service }: Pick<Sources, 'service'>,
  queue: (typeof queues)[number],
  options: Omit<MetricOptions, 'statistic'>,
): Metric =>
  new Metric({
    namespace: 'AWS/SQS',
    metricName: 'ApproximateNumberOfMessagesVisible',
    dimensionsMap: { QueueName: `${service}-${queue}-dead-letters` },
    statistic: 'Maximum',
    ...options,
  });

export const apiMetric = (
  { apiId }: Sources,
  metricName: 'Count' | '4xx' | '5xx' | 'Latency',
  options: MetricOptions,
): Metric => new Metric({ namespace: 'AWS/ApiGateway', metricName, dimensionsMap: { ApiId: apiId }, ...options });
