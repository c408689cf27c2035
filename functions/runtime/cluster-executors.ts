import { metricSources } from '../../lib/adapters/metric-sources.ts';
import { Prometheus } from '../../lib/adapters/prometheus.ts';
import type { Catalogue } from '../../lib/domain/catalogue/catalogue.ts';
import { kubernetesAccount } from '../../lib/domain/catalogue/executor-accounts.ts';
import { prometheusOf } from '../../lib/domain/catalogue/prometheus-of.ts';
import type { Executor, Metrics } from '../../lib/domain/ports.ts';
import { KubernetesExecutor } from '../../lib/executors/kubernetes.ts';
import type { Deps } from '../../lib/usecases/deps.ts';

/** What the executor `kubernetes` works with: clusters, the documents with the manifests, and AWS metrics. */
export interface ClusterExecutorOptions extends Pick<Deps, 'cluster' | 'documents' | 'clock'> {
  readonly cloudWatch: Metrics;
}

/**
 * The executors of clusters, one per account. Every cluster has one, because an earlier deployment may have to be
 * restored whatever the configuration says by then. They have no secret of another executor.
 */
export const makeClusterExecutors = (
  { clusters }: Pick<Catalogue, 'clusters'>,
  options: ClusterExecutorOptions,
): ReadonlyMap<string, Executor> =>
  new Map(
    Object.entries(clusters).map(([name, written]) => {
      const { cloudWatch, ...own } = options;
      const entry = prometheusOf(written);
      const cluster = () => options.cluster(name);
      const prometheus = entry === undefined ? undefined : new Prometheus({ entry, cluster });
      const metrics = metricSources({ prometheus, cloudWatch });
      return [kubernetesAccount(name), new KubernetesExecutor({ ...own, metrics: () => metrics, name })];
    }),
  );
