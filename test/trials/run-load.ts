import { HttpHarnessApi } from '../../lib/adapters/harness-api.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { type EventRow, rowOf } from '../../lib/domain/record/rows.ts';
import { HarnessExecutor } from '../../lib/executors/harness.ts';
import type { FaultOrder } from '../../lib/simulators/harness/fault-schema.ts';
import { type InProcessHarness, simulateHarness } from '../../lib/simulators/harness/in-process.ts';
import type { SimulatedHarnessOptions } from '../../lib/simulators/harness/options.ts';
import type { RequestReport } from '../../lib/simulators/harness/request-log.ts';
import { TableBudget } from '../../lib/usecases/budget/table-budget.ts';
import { all } from '../workflow/report.ts';
import { World } from '../workflow/world.ts';
import { SeededRandom } from './random.ts';

export interface Load {
  readonly mode: 'webhook' | 'execute';
  readonly count: number;
  /** Of a run, from its start to its end. */
  readonly seconds: number;
  /** What the account may be sent in a minute, as Harness counts. */
  readonly allowed: number;
  /** What we allow ourselves. */
  readonly budget: number;
  readonly installation?: Partial<SimulatedHarnessOptions>;
  readonly faults?: readonly FaultOrder[];
}

export interface LoadTold {
  readonly requests: RequestReport;
  /** Milliseconds from the end of each run until it was told, sorted. */
  readonly lateness: readonly number[];
  /** Milliseconds from the submission until the last deployment had ended. */
  readonly makespan: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly duplicates: number;
}

/** Starts that many deployments at once on a simulated Harness, in virtual time, and counts. */
export const runLoad = async (load: Load): Promise<LoadTold> => {
  let harness: InProcessHarness | undefined;
  const random = new SeededRandom(load.count);
  const world = await World.open({
    sweepEvery: 60_000,
    random: () => random.next(),
    catalogue: catalogueOf(load),
    executor: (one) => {
      const made = simulateHarness({
        eventMilliseconds: 5_000,
        stageMilliseconds: load.seconds * 500,
        requestsPerMinute: load.allowed,
        ...load.installation,
        faults: load.faults ?? [],
        clock: one.clock,
        random,
        deploy: async ({ service, version }) => void one.cluster.set(service, version, 'good'),
      });
      harness = made;
      const { clock, table } = one;
      const names = { account: 'simulated', org: 'default', project: 'simulated', apiKey: 'pat.simulated' };
      const budget = new TableBudget({ table, clock, random, account: 'harness:simulated', limit: load.budget });
      const transport: typeof made.transport = async (...request) => {
        one.meter.calls += 1;
        const answer = await made.transport(...request);
        one.meter.calls += 1;
        return answer;
      };
      const api = new HttpHarnessApi({ baseUrl: made.url, ...names, clock, random, transport, budget });
      const executor = new HarnessExecutor({ api, clock });
      return () => executor;
    },
  });
  try {
    const begun = world.clock.now();
    const wanted = Array.from({ length: load.count }, (_, at) => ({ name: `s${at}`, timeout: 900 }));
    const batchId = await world.submit(wanted, { strategy: { max_concurrency: load.count } });
    await world.sealed(batchId);
    const makespan = world.clock.now() - begun;
    return { makespan, ...(await readTold(world, harness!, batchId)) };
  } finally {
    harness?.close();
    world.close();
  }
};

const readTold = async (
  world: World,
  harness: InProcessHarness,
  batchId: string,
): Promise<Omit<LoadTold, 'makespan'>> => {
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

const catalogueOf = ({ mode }: Load) => {
  const { catalogue } = simulatedConfiguration();
  const harness = { ...catalogue.pillars.shared!.harness!, mode };
  return { ...catalogue, pillars: { ...catalogue.pillars, shared: { harness } } };
};
