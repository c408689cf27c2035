import type { Catalogue } from '../../lib/domain/catalogue/catalogue.ts';
import type { Executor } from '../../lib/domain/ports.ts';
import type { Deps } from '../../lib/usecases/deps.ts';

/** What the executor `kubernetes` works with: clusters, and the documents with the manifests. */
export type ClusterExecutorOptions = Pick<Deps, 'cluster' | 'documents' | 'clock'>;

/** The executors of clusters, by account: one for each that may be deployed to. They hold no secret of another executor. */
export const makeClusterExecutors = (
  _catalogue: Catalogue,
  _options: ClusterExecutorOptions,
): ReadonlyMap<string, Executor> => new Map();
