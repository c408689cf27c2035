import { HttpHarnessApi } from '../../lib/adapters/harness-api.ts';
import type { Transport } from '../../lib/adapters/own-fetch.ts';
import type { Catalogue, HarnessSettings } from '../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import type { Executor, Random } from '../../lib/domain/ports.ts';
import { HarnessExecutor } from '../../lib/executors/harness.ts';
import { type InProcessHarness, simulateHarness } from '../../lib/simulators/harness/in-process.ts';
import type { SimulatedHarnessOptions } from '../../lib/simulators/harness/options.ts';
import { TableBudget } from '../../lib/usecases/budget/table-budget.ts';
import { World, type WorldOptions } from '../workflow/world.ts';

export interface StageOptions {
  readonly settings: Partial<HarnessSettings>;
  /** Besides its clock, and the cluster that its pipelines deploy to. */
  readonly harness: SimulatedHarnessOptions;
  readonly random: Random;
  /** Requests a minute. */
  readonly limit: number;
  readonly pace?: WorldOptions['pace'];
  /** Changes each executor, where a test checks that a fault of ours would be noticed. */
  readonly spoil?: (executor: Executor) => Executor;
}

export interface Stage {
  readonly world: World;
  readonly harness: InProcessHarness;
  /** Kills a function. Its knowledge of Harness is lost with it. */
  readonly kill: (name: string, heard: 'error' | 'nothing') => void;
  close(): void;
}

/**
 * The whole system on a simulated Harness, in virtual time. Each function has a client of its own, as each is a process
 * on AWS.
 */
export const openStage = async (options: StageOptions): Promise<Stage> => {
  const { random, pace = {}, spoil = (executor) => executor } = options;
  let harness: InProcessHarness | undefined;
  const executors = new Map<string, Executor>();
  const world = await World.open({
    sweepEvery: 60_000,
    pace,
    catalogue: catalogueWith(options.settings),
    random: () => random.next(),
    executor: (one) => {
      const made = simulateHarness({
        ...options.harness,
        clock: one.clock,
        deploy: async ({ service, version }) => void one.cluster.set(service, version, 'good'),
      });
      harness = made;
      return () => {
        const name = one.log.current ?? 'nobody';
        const known = executors.get(name) ?? spoil(executorOf(one, made, options));
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
  const close = (): void => {
    harness!.close();
    world.close();
  };
  return { world, harness: harness!, kill, close };
};

const executorOf = (world: World, harness: InProcessHarness, { random, limit }: StageOptions): Executor => {
  const { clock, table } = world.deps;
  const budget = new TableBudget({ table, clock, random, account: 'harness:simulated', limit });
  const names = { account: 'simulated', org: 'default', project: 'simulated', apiKey: 'pat.simulated' };
  const transport = seen(world, harness.transport);
  const api = new HttpHarnessApi({ baseUrl: harness.url, ...names, clock, random, transport, budget });
  return new HarnessExecutor({ api, clock });
};

/** Requests of dead functions have no more effect, and time stands still while a request is answered. */
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

const catalogueWith = (settings: Partial<HarnessSettings>): Catalogue => {
  const { catalogue } = simulatedConfiguration();
  const harness = { ...catalogue.pillars.shared!.harness!, ...settings };
  return { ...catalogue, pillars: { ...catalogue.pillars, shared: { harness } } };
};
