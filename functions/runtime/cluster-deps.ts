import { SystemClock } from '../../lib/adapters/system-clock.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { Clusters } from './clusters.ts';
import { storedConfiguration } from './configuration.ts';
import { variable } from './environment.ts';
import { Kept } from './kept.ts';

/** Clusters from the stored configuration. In its own file because a cluster client is large. */
export const clusterDeps = (): Pick<Deps, 'cluster'> => {
  const stored = storedConfiguration();
  const region = variable('AWS_REGION');
  const clusters = new Kept<Clusters>({
    read: async () => JSON.stringify((await stored.get()).connections.clusters),
    make: (text) => new Clusters(JSON.parse(text), { region, verify: 'required' }),
    clock: new SystemClock(),
  });
  return { cluster: async (name) => (await clusters.get()).get(name) };
};
