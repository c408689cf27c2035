import { executorAccount } from '../domain/budget/request-limit.ts';
import type { Catalogue, ClusterEntry } from '../domain/catalogue/catalogue.ts';
import { type BudgetView, readBudgets } from './budget/read-budgets.ts';
import { readTroubles, type TroubleView } from './deployment/account-trouble.ts';
import type { Deps } from './deps.ts';

export interface Health extends Unreal {
  readonly status: 'ok';
  /** Of each executor account whose requests are counted. */
  readonly budgets: readonly BudgetView[];
  /** Executor accounts of which nothing can be read now. */
  readonly trouble: readonly TroubleView[];
}

export interface Unreal {
  /** What is not real here: whether Harness is simulated, and the names of the simulated clusters. */
  readonly simulated: { readonly harness: boolean; readonly clusters: readonly string[] };
  /** Clusters whose certificate nobody checks. */
  readonly unverified: { readonly clusters: readonly string[] };
}

/** That the API answers and its configuration can be read, and how much the executors let us ask. */
export const readHealth = async (deps: Pick<Deps, 'catalogue' | 'table' | 'clock'>): Promise<Health> => {
  const catalogue = await deps.catalogue();
  const trouble = await readTroubles(deps, [executorAccount(catalogue.harness)]);
  return { status: 'ok', ...unrealIn(catalogue), budgets: await readBudgets(deps, catalogue), trouble };
};

export const unrealIn = ({ harness, clusters }: Pick<Catalogue, 'harness' | 'clusters'>): Unreal => {
  const namesOf = (isMeant: (cluster: ClusterEntry) => boolean): readonly string[] =>
    Object.entries(clusters)
      .flatMap(([name, cluster]) => (isMeant(cluster) ? [name] : []))
      .sort();
  return {
    simulated: { harness: harness.simulated, clusters: namesOf(({ simulated }) => simulated) },
    unverified: { clusters: namesOf(({ unverified }) => unverified === true) },
  };
};
