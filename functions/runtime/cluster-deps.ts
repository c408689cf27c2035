import type { Deps } from '../../lib/usecases/deps.ts';
import { Clusters } from './clusters.ts';
import { storedConfiguration } from './configuration.ts';
import { variable } from './environment.ts';

/** Clusters as the stored configuration names them. Apart from everything else, because a cluster client is large. */
export const clusterDeps = (): Pick<Deps, 'cluster'> => {
  const stored = storedConfiguration();
  let clusters: Clusters | undefined;
  return {
    cluster: async (name) => {
      clusters ??= new Clusters((await stored.get()).connections.clusters, { region: variable('AWS_REGION') });
      return clusters.get(name);
    },
  };
};
