import type { NotedRights } from '../catalogue/noted-rights.ts';

/**
 * `CLUSTERS/<name>`: the cluster that a configuration name led to when it was first reached. It stays until that name
 * leads elsewhere; without a UID, until the cluster is asked again. If the row is deleted, the next deployment that
 * reaches the cluster rewrites it.
 */
export interface ClusterRow {
  readonly cluster: string;
  /** How it was reached. */
  readonly fingerprint: string;
  /** What distinguishes it from all other clusters, whatever its name. */
  readonly identities: readonly string[];
  /** Its names in locks: first its configuration name at that time, then earlier names of the same cluster. */
  readonly names: readonly string[];
  /** Earlier ways that may have led to the same cluster, which could not be verified. */
  readonly earlier?: readonly EarlierWay[];
  /** When it was read. */
  readonly at: number;
  /** Our rights there, as it reported them. Absent if it was not asked. */
  readonly rights?: NotedRights;
  /** The same for the identity that deploys there with the executor `kubernetes`, which may differ. */
  readonly deployer?: NotedRights;
}

export type EarlierWay = Pick<ClusterRow, 'names' | 'identities'>;
