import { SystemClock, SystemRandom } from '../../lib/adapters/system-clock.ts';
import type { Executor } from '../../lib/domain/ports.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { storedConfiguration, withHarnessSecret } from './configuration.ts';
import { executorOf, makeExecutors } from './executors.ts';

/** Executors as the stored configuration names them, with their secret. Made once: the budget of requests is shared. */
export const executorDeps = (): Pick<Deps, 'executor'> => {
  const stored = storedConfiguration();
  const options = { clock: new SystemClock(), random: new SystemRandom() };
  let made: Promise<ReadonlyMap<string, Executor>> | undefined;
  const make = async (): Promise<ReadonlyMap<string, Executor>> =>
    makeExecutors(await withHarnessSecret(await stored.get()), options);
  return {
    executor: async (account) => {
      made ??= make();
      made.catch(() => {
        made = undefined;
      });
      return executorOf(await made, account);
    },
  };
};
