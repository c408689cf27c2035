import { addressOf, kubeConfigFrom } from '../../adapters/cluster-access.ts';
import type { ClusterConnection, Configuration } from '../../domain/catalogue/catalogue.ts';

/**
 * The configuration with clusters named by the address that their kubeconfig gives: two contexts that lead to one API server
 * are one cluster from the start, before it was ever reached.
 */
export const withAddresses = async (configuration: Configuration): Promise<Configuration> => {
  const { catalogue, connections } = configuration;
  const named = Object.entries(catalogue.clusters).map(async ([name, entry]) => {
    const known_as = await addressIn(connections.clusters[name]);
    return [name, known_as === undefined ? entry : { ...entry, known_as }] as const;
  });
  return { ...configuration, catalogue: { ...catalogue, clusters: Object.fromEntries(await Promise.all(named)) } };
};

/** One that cannot be read now is told of when the cluster is needed. */
const addressIn = async (connection: ClusterConnection | undefined): Promise<string | undefined> => {
  if (connection?.kind !== 'kubeconfig') return undefined;
  const { kubeconfig, context } = connection;
  try {
    return addressOf(await kubeConfigFrom({ kubeconfig, ...(context === undefined ? {} : { context }) }));
  } catch {
    return undefined;
  }
};
