import type { Catalogue, ClusterEntry } from '../domain/catalogue/catalogue.ts';
import { executorAccounts } from '../domain/catalogue/executor-accounts.ts';
import { deployerRemedyFor, type NotedRights, remedyFor } from '../domain/catalogue/noted-rights.ts';
import { type BudgetView, readBudgets } from './budget/read-budgets.ts';
import { readTroubles, type TroubleView } from './deployment/account-trouble.ts';
import type { Deps } from './deps.ts';
import { isoTime } from './iso-time.ts';
import { readRights } from './schedule/known-clusters.ts';

export interface Health extends Unreal {
  readonly status: 'ok';
  /** One for each executor account whose requests are counted. */
  readonly budgets: readonly BudgetView[];
  /** Executor accounts that cannot be read now. */
  readonly trouble: readonly TroubleView[];
  /** Clusters that do not grant all rights of Flotilla's role, in order. */
  readonly rights: readonly MissingRights[];
}

export interface MissingRights {
  readonly cluster: string;
  /** How many namespaces lack rights. */
  readonly namespaces: number;
  /** What at least one of them lacks, for example `watch deployments.apps`. */
  readonly missing: readonly string[];
  /** When the cluster last said so. */
  readonly at: string;
  readonly remedy: string;
}

export interface Unreal {
  /** What is not real: whether Harness is simulated, and which clusters are. */
  readonly simulated: { readonly harness: boolean; readonly clusters: readonly string[] };
  /** Clusters whose certificate is not checked. */
  readonly unverified: { readonly clusters: readonly string[] };
}

/** Checks that the API answers and its configuration can be read, and shows how many requests the executors allow. */
export const readHealth = async (deps: Pick<Deps, 'catalogue' | 'table' | 'clock'>): Promise<Health> => {
  const catalogue = await deps.catalogue();
  const trouble = await readTroubles(
    deps,
    executorAccounts(catalogue).map(({ account }) => account),
  );
  const rights = (await readRights(deps)).flatMap(({ cluster, rights, deployer }) =>
    [missingRightsOf(cluster, rights) ?? [], missingRightsOf(cluster, deployer, deployerRemedyFor) ?? []].flat(),
  );
  return { status: 'ok', ...unrealIn(catalogue), budgets: await readBudgets(deps, catalogue), trouble, rights };
};

/** Counts namespaces without naming them: a caller who may ask this may not see all of them. */
export const missingRightsOf = (
  cluster: string,
  rights: NotedRights = {},
  remedy = remedyFor,
): MissingRights | undefined => {
  const lacking = Object.values(rights).filter(({ missing }) => missing.length > 0);
  if (lacking.length === 0) return undefined;
  const missing = [...new Set(lacking.flatMap((one) => one.missing))].sort();
  const at = isoTime(Math.max(...lacking.map((one) => one.at)));
  return { cluster, namespaces: lacking.length, missing, at, remedy: remedy(cluster) };
};

export const unrealIn = ({ harness, clusters }: Pick<Catalogue, 'harness' | 'clusters'>): Unreal => {
  const namesOf = (isMeant: (cluster: ClusterEntry) => boolean): readonly string[] =>
    Object.entries(clusters)
      .flatMap(([name, cluster]) => (isMeant(cluster) ? [name] : []))
      .sort();
  return {
    simulated: { harness: harness?.simulated === true, clusters: namesOf(({ simulated }) => simulated) },
    unverified: { clusters: namesOf(({ unverified }) => unverified === true) },
  };
};
