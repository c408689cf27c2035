import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { apiParts } from './api-parts.ts';
import type { Stem } from './functions-table.ts';
import type { MachineArns } from './machine-arns.ts';
import {
  apiMetric,
  deadLettersMetric,
  functionMetric,
  machineMetric,
  ownMetric,
  type queues,
  type Sources,
} from './metrics.ts';

export interface AlarmRow {
  /** One sentence for the person on call. `docs/runbook.md` has the rest, under the alarm's name. */
  readonly means: string;
  readonly metric: (sources: Sources) => IMetric;
  /** Alarms at this value and above; with `below`, under it. */
  readonly threshold: number;
  readonly below?: true;
  /** Periods in a row. */
  readonly periods: number;
  /** No data means no problem, unless the metric is a sign of life. */
  readonly missing: TreatMissingData;
}

const minute = Duration.minutes(1);
const fiveMinutes = Duration.minutes(5);
const quiet = { missing: TreatMissingData.NOT_BREACHING } as const;
const once = { ...quiet, threshold: 1, periods: 1 } as const;

/** The functions that a state machine calls for one batch or one deployment. A sum takes ten metrics at most. */
const batchFunctions: readonly Stem[] = [
  ...(['plan-batch', 'await-turn', 'capture-baseline', 'start-deployment', 'look-back', 'start-restore'] as const),
  ...(['verify-rollout', 'record-outcome', 'conclude-batch', 'finish-batch'] as const),
];
const lastingFunctions: readonly Stem[] = [
  ...(['watch-executor', 'watch-cluster', 'dispatch-turns', 'publish-events', 'sweep', 'take-hint'] as const),
  ...(['settle-execution', 'survey-clusters', 'deploy-to-cluster'] as const), // which follows what it has applied,
];

const apiFunctions: readonly Stem[] = Object.values(apiParts).map(({ stem }) => stem);

const sum = (usingMetrics: Record<string, IMetric>, period: Duration): IMetric =>
  new MathExpression({ expression: Object.keys(usingMetrics).join(' + '), usingMetrics, period });

const sums = { period: fiveMinutes, statistic: 'Sum' } as const;

const ofFunctions =
  (stems: readonly Stem[], metric: 'Errors' | 'Throttles') =>
  (sources: Sources): IMetric =>
    sum(
      Object.fromEntries(stems.map((stem, at) => [`m${at}`, functionMetric(sources, stem, { metric, ...sums })])),
      fiveMinutes,
    );

const notSucceeded = (machine: MachineArns): IMetric =>
  sum(
    {
      failed: machineMetric(machine, 'ExecutionsFailed', sums),
      timedOut: machineMetric(machine, 'ExecutionsTimedOut', sums),
      aborted: machineMetric(machine, 'ExecutionsAborted', sums),
    },
    fiveMinutes,
  );

const late = (stem: Stem) => ({
  metric: (sources: Sources): IMetric =>
    functionMetric(sources, stem, { metric: 'IteratorAge', period: minute, statistic: 'Maximum' }),
  threshold: 60_000,
  periods: 3,
  ...quiet,
});

const filled = (queue: (typeof queues)[number]) => ({
  metric: (sources: Sources): IMetric => deadLettersMetric(sources, queue, { period: minute }),
  ...once,
});

const own = (name: string, statistic: string) => ({
  metric: (sources: Sources): IMetric => ownMetric(sources, name, { statistic, period: fiveMinutes }),
});

/** Every alarm. Each has a heading with its name in `docs/runbook.md`. */
export const alarmsTable = {
  InboxDeadLetters: { means: 'The dispatcher was not woken for some messages.', ...filled('inbox') },
  EventsDeadLetters: { means: 'Some events have no place in the feed of their batch.', ...filled('events') },
  SweeperDeadLetters: { means: 'The sweeper failed as a whole.', ...filled('sweeper') },
  SurveyDeadLetters: { means: 'The clusters could not be surveyed.', ...filled('survey') },
  ExecutionsDeadLetters: {
    means: 'Cleaning up after a stopped or dead execution failed at first.',
    ...filled('executions'),
  },
  NotificationsDeadLetters: { means: 'The end of a batch was not sent to the topic.', ...filled('notifications') },
  RejectedMessages: {
    means: 'The dispatcher set aside a message that it could not read.',
    ...own('RejectedMessages', 'Maximum'),
    ...once,
  },
  InboxBehind: { means: 'Turns are decided more than a minute late.', ...late('dispatch-turns') },
  EventsBehind: { means: 'Events reach the bus more than a minute late.', ...late('publish-events') },
  BatchFunctionErrors: {
    means: 'A function that works on a batch failed.',
    metric: ofFunctions(batchFunctions, 'Errors'),
    ...once,
  },
  LastingFunctionErrors: {
    means: 'The dispatcher, the publisher, the sweeper, a watcher, the callback or settle-execution keeps failing.',
    metric: ofFunctions(lastingFunctions, 'Errors'),
    ...quiet,
    threshold: 3,
    periods: 2,
  },
  BatchFunctionThrottles: {
    means: 'Lambda throttles calls for batches.',
    metric: ofFunctions(batchFunctions, 'Throttles'),
    ...once,
  },
  LastingFunctionThrottles: {
    means: 'Lambda throttles the dispatcher, the publisher, the sweeper, watchers or settle-execution.',
    metric: ofFunctions(lastingFunctions, 'Throttles'),
    ...once,
  },
  ApiThrottles: {
    means: 'Lambda throttles calls of the API.',
    metric: ofFunctions(apiFunctions, 'Throttles'),
    ...once,
  },
  BatchExecutionsFailed: {
    means: 'An execution of the batch machine did not end by itself.',
    metric: ({ machines }) => notSucceeded(machines.batch),
    ...once,
  },
  WatchExecutionsFailed: {
    means: 'A watcher did not end by itself.',
    metric: ({ machines }) => notSucceeded(machines.watch),
    ...once,
  },
  PreviewExecutionsFailed: {
    means: 'A preview failed: nobody can see what a batch would do on its clusters.',
    metric: ({ machines }) => notSucceeded(machines.preview),
    ...once,
  },
  StuckWaits: {
    means: 'A deployment has waited far too long for an answer.',
    ...own('StuckWaits', 'Maximum'),
    ...once,
  },
  OpenCircuits: {
    means: 'An executor or a cluster has not answered for 15 minutes, so nothing is started there.',
    ...own('OpenCircuits', 'Minimum'),
    ...quiet,
    threshold: 1,
    periods: 3,
  },
  SweeperNotRunning: {
    means: 'The sweeper does not run, so nothing recovers lost work.',
    metric: (sources) => functionMetric(sources, 'sweep', { metric: 'Invocations', ...sums }),
    threshold: 1,
    below: true,
    periods: 2,
    missing: TreatMissingData.BREACHING,
  },
  ApiFaults: {
    means: 'The API answered with an error of its own (5xx).',
    metric: (sources) => apiMetric(sources, '5xx', sums),
    ...once,
  },
  ExecutorThrottled: {
    means: 'The executor rejects requests because there are too many.',
    ...own('ExecutorThrottled', 'Sum'),
    ...quiet,
    threshold: 10,
    periods: 2,
  },
  TableThrottled: {
    means: 'DynamoDB throttles reads or writes.',
    metric: ({ table }) =>
      sum(
        {
          reads: table.metric('ReadThrottleEvents', { period: fiveMinutes, statistic: 'Sum' }),
          writes: table.metric('WriteThrottleEvents', { period: fiveMinutes, statistic: 'Sum' }),
        },
        fiveMinutes,
      ),
    ...quiet,
    threshold: 10,
    periods: 2,
  },
} as const satisfies Readonly<Record<string, AlarmRow>>;

/** How a value is compared with the row's threshold. */
export const comparisonOf = ({ below }: AlarmRow): ComparisonOperator =>
  below === true ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
