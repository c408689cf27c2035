import type { ClusterEntry } from '../domain/catalogue/catalogue.ts';
import type { Deps } from './deps.ts';

export interface Health {
  readonly status: 'ok';
  /** What is not real here: whether Harness is simulated, and the names of the simulated clusters. */
  readonly simulated: { readonly harness: boolean; readonly clusters: readonly string[] };
  /** Clusters whose certificate nobody checks. */
  readonly unverified: { readonly clusters: readonly string[] };
}

/** That the API answers and its configuration can be read. */
export const readHealth = async (deps: Pick<Deps, 'catalogue'>): Promise<Health> => {
  const { harness, clusters } = await deps.catalogue();
  const namesOf = (isMeant: (cluster: ClusterEntry) => boolean): readonly string[] =>
    Object.entries(clusters)
      .flatMap(([name, cluster]) => (isMeant(cluster) ? [name] : []))
      .sort();
  return {
    status: 'ok',
    simulated: { harness: harness.simulated, clusters: namesOf(({ simulated }) => simulated) },
    unverified: { clusters: namesOf(({ unverified }) => unverified === true) },
  };
};
