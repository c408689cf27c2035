import { cloudWatchIn } from '../../lib/adapters/cloud-watch.ts';
import type { Catalogue } from '../../lib/domain/catalogue/catalogue.ts';
import type { Executor } from '../../lib/domain/ports.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { clusterDeps } from './cluster-deps.ts';
import { type ClusterExecutorOptions, makeClusterExecutors } from './cluster-executors.ts';
import { catalogueDeps } from './configuration.ts';
import { variable } from './environment.ts';
import { executorOf } from './executors.ts';
import { Kept } from './kept.ts';

/**
 * Clusters and the executors that change them, from the stored configuration. These have no secret of another executor.
 */
export const deployerDeps = (
  deps: Omit<ClusterExecutorOptions, 'cluster' | 'cloudWatch'>,
): Pick<Deps, 'cluster' | 'executor' | 'catalogue'> => {
  const known = { ...catalogueDeps(), ...clusterDeps(), cloudWatch: cloudWatchIn(variable('AWS_REGION')) };
  const executors = new Kept<ReadonlyMap<string, Executor>>({
    read: async () => JSON.stringify(await known.catalogue()),
    make: (text) => makeClusterExecutors(JSON.parse(text) as Catalogue, { ...deps, ...known }),
    clock: deps.clock,
  });
  const { cluster, catalogue } = known;
  return { cluster, catalogue, executor: async (account) => executorOf(await executors.get(), account) };
};
