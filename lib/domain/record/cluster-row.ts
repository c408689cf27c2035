import type { NotedRights } from '../catalogue/noted-rights.ts';

/**
 * `CLUSTERS/<name>`: which cluster a name of the configuration led to when it was first reached. It stays as it is until that
 * name leads another way; without a UID, until the cluster is asked again. A row that is deleted is written anew by the next
 * deployment that reaches the cluster.
 */
export interface ClusterRow {
  readonly cluster: string;
  /** The way in which it was reached. */
  readonly fingerprint: string;
  /** What tells it from all other clusters, whatever it is called. */
  readonly identities: readonly string[];
  /** What it is called in locks: first as the configuration did then, behind that as it did before, for the same cluster. */
  readonly names: readonly string[];
  /** Ways of before that may have led to the same cluster: nobody could tell. */
  readonly earlier?: readonly EarlierWay[];
  /** When it said so. */
  readonly at: number;
  /** What it said of our rights there. Absent where it was not asked. */
  readonly rights?: NotedRights;
  /** The same of whoever deploys there by the executor `kubernetes`, which may be somebody else. */
  readonly deployer?: NotedRights;
}

export type EarlierWay = Pick<ClusterRow, 'names' | 'identities'>;
