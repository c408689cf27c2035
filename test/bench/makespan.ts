import { type Graph, makeGraph } from '../../lib/domain/plan/graph.ts';
import { decideOrder } from '../../lib/domain/plan/order.ts';
import { makeRankHeap } from '../../lib/domain/plan/rank-heap.ts';
import type { InboxMessage } from '../../lib/domain/record/inbox-message.ts';
import { decide } from '../../lib/domain/schedule/decide.ts';
import type { Sheet } from '../../lib/domain/schedule/sheet.ts';
import { emptySchedule, type ScheduleState } from '../../lib/domain/schedule/state.ts';
import { SeededRandom } from '../seeded-random.ts';
import type { Measurement } from './plan.ts';

const numbersFrom = (seed: number): (() => number) => {
  const random = new SeededRandom(seed);
  return () => random.next();
};

/** Up to three dependencies each, on any earlier ones in the file: 1.5 edges per deployment. */
const randomGraph = (count: number, next: () => number): Graph =>
  makeGraph(
    Array.from({ length: count }, (_, node) => {
      const wanted = Math.min(node, Math.floor(next() * 4));
      return [...new Set(Array.from({ length: wanted }, () => Math.floor(next() * node)))];
    }),
  );

/** Seconds: median three minutes, one in twenty takes longer than eight (sigma 0.6). */
const lognormal = (next: () => number): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return 180 * Math.exp(0.6 * normal);
};

interface Work {
  readonly sheet: Sheet;
  /** Seconds, by plan index. */
  readonly durations: readonly number[];
  readonly lowerBound: number;
}

const randomWork = (count: number, concurrency: number, seed: number): Work => {
  const next = numbersFrom(seed);
  const graph = randomGraph(count, next);
  const { sequence, ranks } = decideOrder(
    graph,
    graph.dependencies.map(() => 0),
  );
  const indexOf = new Map(sequence.map((node, index) => [node, index]));
  const durations = sequence.map(() => lognormal(next));
  const sheet: Sheet = {
    batch_id: 'bench',
    max_concurrency: concurrency,
    on_failure: 'continue',
    limits: {},
    keys: sequence.map((node) => `svc-${node}`),
    targets: sequence.map((node) => `target-${node}`),
    ranks: sequence.map((node) => ranks[node]!),
    dependencies: sequence.map((node) => graph.dependencies[node]!.length),
    dependents: sequence.map((node) => graph.dependents[node]!.map((dependent) => indexOf.get(dependent)!)),
    classes: [[]],
    class_of: sequence.map(() => 0),
  };
  return { sheet, durations, lowerBound: lowerBoundOf(sheet, durations) };
};

/** No schedule is shorter than the longest weighted chain, or than all work on all slots. */
const lowerBoundOf = ({ dependents, max_concurrency }: Sheet, durations: readonly number[]): number => {
  const chain = [...durations];
  for (let index = durations.length - 1; index >= 0; index--) {
    const behind = dependents[index]!.map((dependent) => chain[dependent]!);
    chain[index] = durations[index]! + Math.max(0, ...behind);
  }
  const total = durations.reduce((sum, duration) => sum + duration, 0);
  return Math.max(total / max_concurrency, ...chain);
};

/** Runs the work in virtual time, every grant by `decide`. Gives the makespan in seconds. */
const runWork = ({ sheet, durations }: Work): number => {
  const state: ScheduleState = emptySchedule();
  const planned = new Map([['bench', { sheet, cancelled: false, recorded: [] }]]);
  /** Ends of those in flight: milliseconds, followed by the index. */
  const ends = makeRankHeap();
  const endOf = (now: number, index: number) => Math.round((now + durations[index]!) * 1000) * 16_384 + index;
  let now = 0;
  let message: InboxMessage | undefined = { type: 'planned', batch_id: 'bench' };
  while (message !== undefined) {
    let messages: readonly InboxMessage[] = [message];
    for (let more = true; more; messages = []) {
      const decisions = decide(state, messages, { planned, rows: 96, grant: true, now: 0 });
      for (const { index } of decisions.grants) ends.push(endOf(now, index));
      more = decisions.more;
    }
    const end = ends.pop();
    if (end !== undefined) now = Math.floor(end / 16_384) / 1000;
    message =
      end === undefined ? undefined : { type: 'recorded', batch_id: 'bench', index: end % 16_384, status: 'SUCCESS' };
  }
  return now;
};

interface MakespanResult {
  readonly count: number;
  readonly concurrency: number;
  readonly median: number;
  readonly p95: number;
}

/** Makespan divided by its lower bound, over 20 random batches of one size with equal priorities. */
const measureMakespan = (count: number, concurrency: number): MakespanResult => {
  const ratios = Array.from({ length: 20 }, (_, seed) => {
    const work = randomWork(count, concurrency, seed + 1);
    return runWork(work) / work.lowerBound;
  }).sort((a, b) => a - b);
  const median = (ratios[9]! + ratios[10]!) / 2;
  return { count, concurrency, median, p95: ratios[18]! };
};

/** How many deployments of one batch are decided per second, from the plan to the last grant. */
const measureDecisions = (count: number): number => {
  const work = randomWork(count, 100, 1);
  const begin = performance.now();
  runWork(work);
  return (count / (performance.now() - begin)) * 1000;
};

const percent = (ratio: number): number => Math.round((ratio - 1) * 1000) / 10;

/** How far schedules are from the shortest possible, and how fast turns are decided. */
export const benchSchedule = (): readonly Measurement[] => [
  ...[100, 1000].flatMap((size): Measurement[] => {
    const { median, p95 } = measureMakespan(size, size / 10);
    const name = `makespan of ${size}, ${size / 10} at once, over the lower bound`;
    return [
      { name: `${name}: median of 20`, value: percent(median), unit: '%' },
      { name: `${name}: 95th percentile`, value: percent(p95), unit: '%' },
    ];
  }),
  { name: 'decisions on turns in a batch of 10,000', value: Math.round(measureDecisions(10_000)), unit: 'per s' },
];
