import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IMetric, type IWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { costWidget } from './cost-widget.ts';
import { functionsTable, type Stem } from './functions-table.ts';
import {
  apiMetric,
  deadLettersMetric,
  endStatuses,
  functionMetric,
  machineMetric,
  ownMetric,
  queues,
  requestKinds,
  restoreResults,
  type Sources,
} from './metrics.ts';

const period = Duration.minutes(5);
const inUnit = (milliseconds: number, metric: IMetric, label: string): IMetric =>
  new MathExpression({ expression: `${label} / ${milliseconds}`, usingMetrics: { [label]: metric }, period, label });
const minutes = (metric: IMetric, label: string): IMetric => inUnit(60_000, metric, label);
const seconds = (metric: IMetric, label: string): IMetric => inUnit(1_000, metric, label);

interface GraphOptions {
  readonly stacked?: boolean;
  readonly right?: readonly IMetric[];
}

const graph = (title: string, left: readonly IMetric[], { stacked = false, right = [] }: GraphOptions = {}): IWidget =>
  new GraphWidget({ title, left: [...left], right: [...right], stacked, width: 8, height: 6, leftYAxis: { min: 0 } });

/** What most people look for: what was deployed, how it went and how long it took. */
const outcomeRow = (sources: Sources): readonly IWidget[] => {
  const ended = (name: string): readonly IMetric[] =>
    endStatuses.map((status) =>
      ownMetric(sources, name, { statistic: 'Sum', period, by: { status } }).with({ label: status }),
    );
  const duration = (name: string): readonly IMetric[] =>
    ['p50', 'p90', 'p99'].map((statistic) => minutes(ownMetric(sources, name, { statistic, period }), statistic));
  const restored = restoreResults.map((result) =>
    ownMetric(sources, 'Restores', { statistic: 'Sum', period, by: { result } }).with({ label: result }),
  );
  return [
    graph('Batches that ended', ended('Batches'), { stacked: true }),
    graph('Deployments that ended', ended('Deployments'), { stacked: true }),
    graph('Restores of the previous release', restored, { stacked: true }),
    graph('Minutes from the turn to the outcome', duration('DeploymentDuration')),
    graph("Minutes from the run's end to the verdict", duration('TimeToVerdict')),
  ];
};

/** Each place surveys its own clusters; the sum is everything that has drifted. */
const driftedAt = (sources: Sources): readonly IMetric[] =>
  sources.places.map((place) =>
    ownMetric(sources, 'DriftedTargets', { statistic: 'Maximum', period, by: { place } }).with({
      label: `DriftedTargets at ${place}`,
    }),
  );

/** What runs now, and what blocks it. */
const flowRow = (sources: Sources): readonly IWidget[] => {
  const now = (name: string): IMetric => ownMetric(sources, name, { statistic: 'Maximum', period });
  const total = (name: string): IMetric => ownMetric(sources, name, { statistic: 'Sum', period });
  return [
    graph('Under way', [now('WaitingTurns'), now('InFlight')], { right: [now('OpenBatches')] }),
    graph('Held up and put back', [now('Holds'), now('OpenCircuits'), now('RollbacksUnderWay')]),
    graph('Stuck', [now('StuckWaits'), now('RejectedMessages'), now('DriftedTargets'), ...driftedAt(sources)]),
    graph('Executor budget', [total('ExecutorRequests'), total('ExecutorThrottled')], {
      right: [ownMetric(sources, 'ExecutorBudgetAllowed', { statistic: 'Minimum', period })],
    }),
    graph(
      'Seconds that requests to executors waited',
      requestKinds.map((request) =>
        seconds(ownMetric(sources, 'ExecutorBudgetWait', { statistic: 'p90', period, by: { request } }), request),
      ),
    ),
  ];
};

/** The health of the program itself. */
const programRow = (sources: Sources): readonly IWidget[] => {
  const { table, machines } = sources;
  const stems = Object.keys(functionsTable) as readonly Stem[];
  const each = (metric: 'Errors' | 'Throttles' | 'Duration', statistic: string): readonly IMetric[] =>
    stems.map((stem) => functionMetric(sources, stem, { metric, period, statistic, label: stem }));
  const age = (stem: Stem): IMetric =>
    functionMetric(sources, stem, { metric: 'IteratorAge', period, statistic: 'Maximum', label: stem });
  const sums = { period, statistic: 'Sum' };
  const executions = (name: 'batch' | 'watch', metric: string): IMetric =>
    machineMetric(machines[name], metric, { ...sums, label: `${name} ${metric}` });
  return [
    graph('Errors of functions', each('Errors', 'Sum'), { stacked: true }),
    graph('Durations of functions', each('Duration', 'p90')),
    graph('Calls turned away', each('Throttles', 'Sum'), { stacked: true }),
    graph('Age of the stream', [age('dispatch-turns'), age('publish-events')]),
    graph(
      'Dead letters',
      queues.map((queue) => deadLettersMetric(sources, queue, { period, label: queue })),
    ),
    graph(
      'API',
      (['Count', '4xx', '5xx'] as const).map((metric) => apiMetric(sources, metric, sums)),
      { right: [apiMetric(sources, 'Latency', { period, statistic: 'p90' })] },
    ),
    graph('Executions', [executions('batch', 'ExecutionsStarted'), executions('watch', 'ExecutionsStarted')], {
      right: [executions('batch', 'ExecutionsFailed'), executions('watch', 'ExecutionsFailed')],
    }),
    graph('Table', [table.metricConsumedReadCapacityUnits(sums), table.metricConsumedWriteCapacityUnits(sums)]),
    costWidget(sources),
  ];
};

export const dashboardRows = (sources: Sources): readonly (readonly IWidget[])[] => [
  outcomeRow(sources),
  flowRow(sources),
  programRow(sources),
];
