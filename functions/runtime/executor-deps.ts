import type { Configuration } from '../../lib/domain/catalogue/catalogue.ts';
import type { Executor } from '../../lib/domain/ports.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { storedConfiguration, withHarnessSecret } from './configuration.ts';
import { countedTransport } from './counted-transport.ts';
import { variable } from './environment.ts';
import { executorOf, makeExecutors } from './executors.ts';
import { Kept } from './kept.ts';
import { tellBudget } from './told-budget.ts';

/**
 * Executors from the stored configuration, with their secret. They are kept, because what they remember of runs saves
 * requests.
 */
export const executorDeps = (deps: Pick<Deps, 'table' | 'clock' | 'random'>): Pick<Deps, 'executor'> => {
  const stored = storedConfiguration();
  const options = { ...deps, transport: countedTransport, tellBudget };
  const secretId = variable('HARNESS_SECRET_ID');
  const executors = new Kept<ReadonlyMap<string, Executor>>({
    read: async () => JSON.stringify(await withHarnessSecret(await stored.get(), secretId)),
    make: (text) => makeExecutors(JSON.parse(text) as Configuration, options),
    clock: options.clock,
  });
  return { executor: async (account) => executorOf(await executors.get(), account) };
};
