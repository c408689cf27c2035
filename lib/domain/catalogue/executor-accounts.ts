import { executorAccount } from '../budget/request-limit.ts';
import { type Catalogue, type ExecutorName, entryOf } from './catalogue.ts';
import { pillarOfRequests } from './requests-pillar.ts';

/** An account of an executor: whose runs one poller follows. */
export interface ExecutorAccount {
  readonly name: ExecutorName;
  /** For example `harness:acme`, or `kubernetes:eu-1`. */
  readonly account: string;
  readonly simulated: boolean;
  readonly max_concurrency?: number;
  readonly requests_per_minute?: number;
}

/** Of the executor `kubernetes` each cluster is an account. */
export const kubernetesAccount = (cluster: string): string => `kubernetes:${cluster}`;

/** The cluster of such an account; undefined for one of another executor. */
export const clusterOfAccount = (account: string): string | undefined => /^kubernetes:(.+)$/.exec(account)?.[1];

/** The executor of who names none. */
export const usualExecutor = ({ harness }: Pick<Catalogue, 'harness'>): ExecutorName =>
  harness === undefined ? 'kubernetes' : 'harness';

/**
 * Whether a service may be deployed by the executor `kubernetes`. Where there are pipelines, they may ask things that must not be gone
 * round: then the configuration says so of the service.
 */
export const mayUseKubernetes = (catalogue: Catalogue, pillar: string, service: string): boolean => {
  const entry = entryOf(entryOf(catalogue.services, pillar), service);
  const isOfRequests = catalogue.requests !== undefined && pillarOfRequests(catalogue.requests) === pillar;
  const isMeant = entry?.executor === 'kubernetes' || entry?.kubernetes !== undefined || isOfRequests;
  return isMeant || catalogue.harness === undefined || catalogue.simulated;
};

/** Whether anything is deployed by the executor `kubernetes`. */
export const usesKubernetes = ({ harness, services = {}, requests }: Catalogue): boolean =>
  harness === undefined ||
  requests !== undefined ||
  Object.values(services).some((ofPillar) =>
    Object.values(ofPillar).some(({ executor, kubernetes }) => executor === 'kubernetes' || kubernetes !== undefined),
  );

/** All that there are, Harness first, then by the names of their clusters. */
export const executorAccounts = (catalogue: Catalogue): readonly ExecutorAccount[] => {
  const { harness, clusters } = catalogue;
  const names = usesKubernetes(catalogue) ? Object.keys(clusters).sort() : [];
  return [
    ...(harness === undefined ? [] : [{ ...harness, name: 'harness', account: executorAccount(harness) } as const]),
    ...names.map((cluster) => ({
      name: 'kubernetes' as const,
      account: kubernetesAccount(cluster),
      simulated: clusters[cluster]!.simulated,
    })),
  ];
};
