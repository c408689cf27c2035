import { medianOf } from '../compare.ts';
import type { Measurement } from '../plan.ts';
import type { Scenario } from './scenarios.ts';

/** How many requests the simulated Harness had counted by a moment, by the names of its routes. */
export interface Sample {
  readonly at: number;
  readonly byRoute: Readonly<Record<string, number>>;
}

/** A run as the simulated Harness knows it. */
export interface Run {
  readonly key?: string;
  readonly deployment?: string;
  readonly started_at: number;
  readonly ended_at?: number;
}

/** What was seen of a scenario from outside; all times in milliseconds since 1970. */
export interface Seen {
  readonly submitted: number;
  readonly stopped: number;
  /** Absent: the batch was not over when the scenario was stopped. */
  readonly ended?: number;
  /** From zero on, in time order. */
  readonly samples: readonly Sample[];
  /** The most requests in any 60 s, as the simulated Harness counts them. */
  readonly busiest: number;
  readonly throttled: number;
  readonly runs: readonly Run[];
  /** When the build saw the end of a run, by deployment. */
  readonly noted: ReadonlyMap<string, number>;
  /** Deployments without an outcome. */
  readonly open: number;
}

const starts = ['webhook', 'execute'] as const;
const reads = ['list', 'detail', 'event-details', 'notes'] as const;

export const requestsIn = ({ byRoute }: Sample, routes: readonly string[] = Object.keys(byRoute)): number =>
  routes.reduce((sum, route) => sum + (byRoute[route] ?? 0), 0);

/** The most requests between two samples no more than 60 s apart. */
export const busiestMinute = (samples: readonly Sample[], routes: readonly string[]): number => {
  let first = 0;
  let most = 0;
  for (const sample of samples) {
    while (sample.at - samples[first]!.at > 60_000) first += 1;
    most = Math.max(most, requestsIn(sample, routes) - requestsIn(samples[first]!, routes));
  }
  return most;
};

/** Runs that have just been started are polled more often. */
const settling = 10_000;

/** Reads a minute while every run was in flight. Absent when that was too short to measure. */
export const steadyReads = (samples: readonly Sample[], runs: readonly Run[]): number | undefined => {
  const from = Math.max(...runs.map(({ started_at }) => started_at)) + settling;
  const to = Math.min(...runs.map(({ ended_at }) => ended_at ?? Number.POSITIVE_INFINITY));
  const within = samples.filter(({ at }) => at >= from && at <= to);
  const [first, last] = [within[0], within.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at < 30_000) return undefined;
  return ((requestsIn(last, reads) - requestsIn(first, reads)) * 60_000) / (last.at - first.at);
};

/** How long after its end each run was seen as over, in milliseconds; for an unseen end, the time until now. */
export const latenessOf = ({ runs, noted, stopped }: Pick<Seen, 'runs' | 'noted' | 'stopped'>): readonly number[] =>
  runs.flatMap(({ deployment = '', ended_at }) =>
    ended_at === undefined ? [] : [(noted.get(deployment) ?? stopped) - ended_at],
  );

/** The smallest of these that 95 % do not exceed. */
export const p95Of = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1]!;

/** Runs beyond the first of each key. */
export const duplicatesIn = (runs: readonly Run[]): number => runs.length - new Set(runs.map(({ key }) => key)).size;

const tenths = (value: number): number => Math.round(value * 10) / 10;

const requestMeasurements = ({ samples, busiest, throttled }: Seen): readonly Measurement[] => {
  const last = samples.at(-1)!;
  const row = (name: string, value: number): Measurement => ({ name, value, unit: '' });
  return [
    row('requests', requestsIn(last)),
    row('requests in the busiest minute', busiest),
    row('requests that were throttled', throttled),
    row('starts', requestsIn(last, starts)),
    row('starts in the busiest minute', busiestMinute(samples, starts)),
    row('reads', requestsIn(last, reads)),
    row('reads in the busiest minute', busiestMinute(samples, reads)),
    ...reads.map((route) => row(`reads: ${route}`, requestsIn(last, [route]))),
    row('other requests', requestsIn(last) - requestsIn(last, [...starts, ...reads])),
  ];
};

const latenessMeasurements = (seen: Seen): readonly Measurement[] => {
  const late = latenessOf(seen);
  if (late.length === 0) return [];
  return [
    { name: 'lateness of ends: median', value: tenths(medianOf(late) / 1000), unit: 's' },
    { name: 'lateness of ends: 95th percentile', value: tenths(p95Of(late) / 1000), unit: 's' },
  ];
};

/** Under names that do not change: builds are compared by them. */
export const measurementsOf = ({ name, isSteady }: Scenario, seen: Seen): readonly Measurement[] => {
  const { runs, noted, submitted, samples } = seen;
  const steady = isSteady ? steadyReads(samples, runs) : undefined;
  const unnoted = runs.filter(({ deployment = '', ended_at }) => ended_at !== undefined && !noted.has(deployment));
  const measured: readonly Measurement[] = [
    ...requestMeasurements(seen),
    ...(steady === undefined ? [] : [{ name: 'reads a minute, steady', value: tenths(steady), unit: '' }]),
    { name: 'makespan', value: tenths(((seen.ended ?? seen.stopped) - submitted) / 1000), unit: 's' },
    ...latenessMeasurements(seen),
    { name: 'runs', value: runs.length, unit: '' },
    { name: 'duplicate runs', value: duplicatesIn(runs), unit: '' },
    { name: 'runs whose end was not noted', value: unnoted.length, unit: '' },
    { name: 'deployments not over', value: seen.open, unit: '' },
  ];
  return measured.map((one) => ({ ...one, name: `${name}: ${one.name}` }));
};
