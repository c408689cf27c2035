import { type EventRow, rowOf } from '../../lib/domain/record/rows.ts';
import type { FaultOrder } from '../../lib/simulators/harness/fault-schema.ts';
import type { SimulatedHarnessOptions } from '../../lib/simulators/harness/options.ts';
import type { RequestReport } from '../../lib/simulators/harness/request-log.ts';
import { SeededRandom } from '../seeded-random.ts';
import { all } from '../workflow/report.ts';
import { openStage, type Stage } from './harness-stage.ts';

export interface Load {
  readonly mode: 'webhook' | 'execute';
  readonly count: number;
  /** Duration of a run, from its start to its end. */
  readonly seconds: number;
  /** Requests a minute that Harness allows the account. */
  readonly allowed: number;
  /** What we use of it. */
  readonly budget: number;
  readonly installation?: Partial<SimulatedHarnessOptions>;
  readonly faults?: readonly FaultOrder[];
}

export interface LoadTold {
  readonly requests: RequestReport;
  /** Milliseconds from the end of each run until it was reported, sorted. */
  readonly lateness: readonly number[];
  /** Milliseconds from the submission until the last deployment had ended. */
  readonly makespan: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly duplicates: number;
}

/** Starts that many deployments at once on a simulated Harness, in virtual time, and counts. */
export const runLoad = async (load: Load): Promise<LoadTold> => {
  const random = new SeededRandom(load.count);
  const stage = await openStage({
    settings: { mode: load.mode },
    harness: {
      eventMilliseconds: 5_000,
      stageMilliseconds: load.seconds * 500,
      requestsPerMinute: load.allowed,
      ...load.installation,
      faults: load.faults ?? [],
      random,
    },
    random,
    limit: load.budget,
  });
  const { world } = stage;
  try {
    const begun = world.clock.now();
    const wanted = Array.from({ length: load.count }, (_, at) => ({ name: `s${at}`, timeout: 900 }));
    const batchId = await world.submit(wanted, { strategy: { max_concurrency: load.count } });
    await world.sealed(batchId);
    const makespan = world.clock.now() - begun;
    return { makespan, ...(await readTold(stage, batchId)) };
  } finally {
    stage.close();
  }
};

const readTold = async ({ world, harness }: Stage, batchId: string): Promise<Omit<LoadTold, 'makespan'>> => {
  const ends = new Map(harness.runs().map(({ key = '', ended_at: at = 0 }) => [key, at]));
  const events = (await all(world, { pk: `EVENTS#${batchId}` })).map((item) => rowOf<EventRow>(item)!);
  const lateness = events
    .filter(({ reason }) => reason === 'RunSucceeded')
    .map(({ at, index }) => at - ends.get(`${batchId}-${index}-1`)!)
    .sort((one, other) => one - other);
  const outcomes: Record<string, number> = {};
  for (const { to, reason, type } of events) {
    if (type !== 'deployment' || !['SUCCESS', 'FAILED', 'UNKNOWN', 'CANCELLED'].includes(to)) continue;
    outcomes[`${to} / ${reason}`] = (outcomes[`${to} / ${reason}`] ?? 0) + 1;
  }
  return { requests: harness.requests(), lateness, outcomes, duplicates: harness.runs().length - ends.size };
};
