import { SystemClock } from '../../lib/adapters/system-clock.ts';
import { entryOf } from '../../lib/domain/catalogue/catalogue.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { Clusters } from './clusters.ts';
import { type StoredConfiguration, storedConfiguration } from './configuration.ts';
import { variable } from './environment.ts';
import { Kept } from './kept.ts';

/** Clusters as the stored configuration names them. Apart from everything else, because a cluster client is large. */
export const clusterDeps = (): Pick<Deps, 'cluster'> => connected(storedConfiguration());

/** For functions of the API, which are in no network: they would wait in vain for a cluster that is asked from one. */
export const openClusterDeps = (): Pick<Deps, 'cluster'> => {
  const stored = storedConfiguration();
  const { cluster } = connected(stored);
  return {
    cluster: async (name) => {
      const place = entryOf((await stored.catalogue()).clusters, name)?.place;
      if (place === undefined) return cluster(name);
      const message = `cluster ${name} is asked from the place ${place} only, and the API is in none: see flotilla status, or ask the cluster yourself`;
      throw new FlotillaError('ClusterUnavailable', message, { cluster: name, permanent: true });
    },
  };
};

const connected = (stored: StoredConfiguration): Pick<Deps, 'cluster'> => {
  const region = variable('AWS_REGION');
  const clusters = new Kept<Clusters>({
    read: async () => JSON.stringify((await stored.get()).connections.clusters),
    make: (text) => new Clusters(JSON.parse(text), { region, verify: 'required' }),
    clock: new SystemClock(),
  });
  return { cluster: async (name) => (await clusters.get()).get(name) };
};
