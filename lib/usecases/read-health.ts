import type { Deps } from './deps.ts';

export interface Health {
  readonly status: 'ok';
  /** What is not real here: whether Harness is simulated, and the names of the simulated clusters. */
  readonly simulated: { readonly harness: boolean; readonly clusters: readonly string[] };
}

/** That the API answers and its configuration can be read. */
export const readHealth = async (deps: Pick<Deps, 'catalogue'>): Promise<Health> => {
  const { harness, clusters } = await deps.catalogue();
  const simulated = Object.entries(clusters).filter(([, cluster]) => cluster.simulated);
  return {
    status: 'ok',
    simulated: { harness: harness.simulated, clusters: simulated.map(([name]) => name).sort() },
  };
};
