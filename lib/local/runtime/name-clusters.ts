import { addressOf, kubeConfigFrom } from '../../adapters/cluster-access.ts';
import type { ClusterConnection, ClusterEntry, Configuration } from '../../domain/catalogue/catalogue.ts';

/**
 * Adds what the kubeconfigs say about the clusters: the address, so that two contexts with one API server are one
 * cluster from the start, and whether its certificate is unchecked.
 */
export const withAddresses = async (configuration: Configuration): Promise<Configuration> => {
  const { catalogue, connections } = configuration;
  const named = Object.entries(catalogue.clusters).map(async ([name, entry]) => {
    return [name, { ...entry, ...(await saidOf(connections.clusters[name])) }] as const;
  });
  return { ...configuration, catalogue: { ...catalogue, clusters: Object.fromEntries(await Promise.all(named)) } };
};

/** An unreadable kubeconfig is reported when the cluster is needed. */
const saidOf = async (connection: ClusterConnection | undefined): Promise<Partial<ClusterEntry>> => {
  if (connection?.kind !== 'kubeconfig') return {};
  try {
    const access = await kubeConfigFrom(connection);
    return { known_as: addressOf(access), ...(access.isUnverified === true ? { unverified: true } : {}) };
  } catch {
    return {};
  }
};
