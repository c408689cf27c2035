import type { Catalogue } from '../../lib/domain/catalogue/catalogue.ts';
import { kubernetesAccount } from '../../lib/domain/catalogue/executor-accounts.ts';
import type { Executor, Metrics } from '../../lib/domain/ports.ts';
import { KubernetesExecutor } from '../../lib/executors/kubernetes.ts';
import type { Deps } from '../../lib/usecases/deps.ts';

/** What the executor `kubernetes` works with: clusters, and the documents with the manifests. */
export type ClusterExecutorOptions = Pick<Deps, 'cluster' | 'documents' | 'clock'>;

/** Nobody says where numbers are kept. */
const none: Metrics = {
  range: async () => ({ kind: 'unread', message: 'the configuration says nowhere where metrics are kept' }),
};

/**
 * The executors of clusters, by account: one for each that there is, since what was deployed to one by this executor may have to be put
 * back whatever the configuration says by then. They hold no secret of another executor.
 */
export const makeClusterExecutors = (
  { clusters }: Pick<Catalogue, 'clusters'>,
  options: ClusterExecutorOptions,
): ReadonlyMap<string, Executor> =>
  new Map(
    Object.keys(clusters).map((name) => [
      kubernetesAccount(name),
      new KubernetesExecutor({ ...options, metrics: () => none, name }),
    ]),
  );
