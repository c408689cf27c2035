import { HttpHarnessApi } from '../../lib/adapters/harness-api.ts';
import type { Transport } from '../../lib/adapters/own-fetch.ts';
import type { Catalogue } from '../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { isFlotillaError } from '../../lib/domain/errors.ts';
import type { Executor } from '../../lib/domain/ports.ts';
import { HarnessExecutor } from '../../lib/executors/harness.ts';
import { type InProcessHarness, simulateHarness } from '../../lib/simulators/harness/in-process.ts';
import type { RunReport } from '../../lib/simulators/harness/simulator-routes.ts';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { TableBudget } from '../../lib/usecases/budget/table-budget.ts';
import { itemsOf } from '../workflow/report.ts';
import { World } from '../workflow/world.ts';
import { humanWaitSeconds, type Trial } from './draw-trial.ts';
import { SeededRandom } from './random.ts';
import { type Ended, violationsOf } from './violations.ts';

/** What came of a trial. */
export interface Told extends Ended {
  readonly trial: Trial;
  /** What must not be, in words. */
  readonly violations: readonly string[];
}

/** What a trial is run with, where a test wants to see whether a fault of ours would be noticed. */
export type Spoil = (executor: Executor) => Executor;

/**
 * The whole system on a simulated Harness, in virtual time: the client with its transport, the watchers, the machines. Functions
 * are killed, requests fail, runs are lost, as the trial says. Gives how it ended, and what should not have come of it.
 */
export const runTrial = async (trial: Trial, spoil: Spoil = (executor) => executor): Promise<Told> => {
  const stage = await openStage(trial, spoil);
  try {
    return await play(stage, trial);
  } finally {
    stage.harness.close();
    stage.world.close();
  }
};

interface Stage {
  readonly world: World;
  readonly harness: InProcessHarness;
  /** Whoever is killed forgets what it knew of Harness. */
  readonly kill: (name: string, heard: 'error' | 'nothing') => void;
}

const openStage = async (trial: Trial, spoil: Spoil): Promise<Stage> => {
  let harness: InProcessHarness | undefined;
  const executors = new Map<string, Executor>();
  const random = new SeededRandom(trial.seed + 1);
  const world = await World.open({
    sweepEvery: 60_000,
    pace: { pollCluster: 5_000 },
    catalogue: catalogueOf(trial),
    random: () => random.next(),
    executor: (one) => {
      harness = simulateHarness({
        ...trial.installation,
        faults: trial.faults,
        clock: one.clock,
        random: new SeededRandom(trial.seed + 2),
        deploy: async ({ service, version }) => void one.cluster.set(service, version, 'good'),
      });
      const transport = seen(one, harness.transport);
      const { url } = harness;
      return () => {
        const name = one.log.current ?? 'nobody';
        const known = executors.get(name) ?? spoil(executorOf(one, { url, transport, random }));
        executors.set(name, known);
        return known;
      };
    },
  });
  const kill: Stage['kill'] = (name, heard) => {
    if (world.log.kill(name, heard) === 0) return;
    executors.delete(name);
    if (name === 'dispatch-turns') world.renewDispatcher();
  };
  return { world, harness: harness!, kill };
};

/** Requests of the dead come to nothing more, and nobody is idle while a request is answered. */
const seen =
  ({ log, meter }: World, transport: InProcessHarness['transport']): Transport =>
  async (url, request) => {
    const death = log.deathOf();
    if (death !== undefined) return death;
    meter.calls += 1;
    const answer = await transport(url, request as Parameters<InProcessHarness['transport']>[1]);
    meter.calls += 1;
    return answer;
  };

const executorOf = (
  world: World,
  { url, transport, random }: { readonly url: string; readonly transport: Transport; readonly random: SeededRandom },
): Executor => {
  const { clock, table } = world.deps;
  const budget = new TableBudget({ table, clock, random, account: 'harness:simulated', limit: 300 });
  const names = { account: 'simulated', org: 'default', project: 'simulated', apiKey: 'pat.simulated' };
  const api = new HttpHarnessApi({ baseUrl: url, ...names, clock, random, transport, budget });
  return new HarnessExecutor({ api, clock });
};

const catalogueOf = ({ mode }: Trial): Catalogue => {
  const { catalogue } = simulatedConfiguration();
  const harness = { ...catalogue.pillars.shared!.harness!, mode, human_wait: humanWaitSeconds };
  return { ...catalogue, pillars: { ...catalogue.pillars, shared: { harness } } };
};

const unlessEnded = (error: unknown): void => {
  if (!isFlotillaError(error, 'StatusConflict')) throw error;
};

const play = async ({ world, harness, kill }: Stage, trial: Trial): Promise<Told> => {
  const begun = world.clock.now();
  for (const { name, seconds, heard } of trial.kills)
    world.clock.setTimer(begun + seconds * 1_000, () => kill(name, heard));
  const batchId = await world.submit(trial.batch);
  if (trial.cancelled !== undefined) {
    await world.pass(trial.cancelled);
    await cancelBatch(world.deps, { batchId, actor: 'ada' }).catch(unlessEnded);
  }
  const isOver = await world.settled(batchId).then(
    () => true,
    (error: Error) => (error.message.startsWith('it did not come to that') ? false : Promise.reject(error)),
  );
  const items = await itemsOf(world, batchId);
  const runs: readonly RunReport[] = harness.runs();
  const running = Object.fromEntries(trial.batch.map(({ name }) => [name, world.cluster.running(name)]));
  const ended: Ended = { isOver, batchId, items, runs, running, hours: (world.clock.now() - begun) / 3_600_000 };
  const faults = world.faults.map((fault) => `something threw: ${String(fault)}`);
  return { trial, ...ended, violations: [...violationsOf(trial, ended), ...faults] };
};
