import { executorAccount } from '../budget/request-limit.ts';
import { type Catalogue, type ExecutorName, entryOf } from './catalogue.ts';
import { configuredDefaults, everyDefaults } from './configured-defaults.ts';
import { pillarOfRequests } from './requests-pillar.ts';

/** An executor's account, whose runs one poller follows. */
export interface ExecutorAccount {
  readonly name: ExecutorName;
  /** For example `harness:acme`, or `kubernetes:eu-1`. */
  readonly account: string;
  readonly simulated: boolean;
  readonly max_concurrency?: number;
  readonly requests_per_minute?: number;
}

/** For the executor `kubernetes`, each cluster is an account. */
export const kubernetesAccount = (cluster: string): string => `kubernetes:${cluster}`;

/** The cluster of such an account; undefined for another executor's. */
export const clusterOfAccount = (account: string): string | undefined => /^kubernetes:(.+)$/.exec(account)?.[1];

/** The default executor. */
export const usualExecutor = ({ harness }: Pick<Catalogue, 'harness'>): ExecutorName =>
  harness === undefined ? 'kubernetes' : 'harness';

/** A deployed service, and its place. */
export interface ServicePlace {
  readonly pillar: string;
  readonly service_name: string;
  readonly environment_id: string | undefined;
}

/**
 * The executor of a service if neither item nor batch names one: the service's own, else the configuration's default,
 * else the standard one.
 */
export const executorOfItem = (catalogue: Catalogue, place: ServicePlace): string => {
  const { pillar, service_name, environment_id: environment } = place;
  return (
    entryOf(entryOf(catalogue.services, pillar), service_name)?.executor ??
    configuredDefaults(catalogue, { pillar, environment }).executor ??
    usualExecutor(catalogue)
  );
};

/**
 * Whether the executor `kubernetes` may deploy a service. Pipelines may ask for approvals that must not be bypassed: if
 * there are any, the configuration must allow it for the service.
 */
export const mayUseKubernetes = (catalogue: Catalogue, place: ServicePlace): boolean => {
  const { pillar, service_name } = place;
  const entry = entryOf(entryOf(catalogue.services, pillar), service_name);
  const isOfRequests = catalogue.requests !== undefined && pillarOfRequests(catalogue.requests) === pillar;
  const isUsual = executorOfItem(catalogue, place) === 'kubernetes';
  const isMeant = isUsual || entry?.kubernetes !== undefined || isOfRequests;
  return isMeant || catalogue.harness === undefined || catalogue.simulated;
};

/** Whether the executor `kubernetes` deploys anything. */
export const usesKubernetes = ({ harness, services = {}, requests, ...catalogue }: Catalogue): boolean =>
  harness === undefined ||
  requests !== undefined ||
  everyDefaults(catalogue).some(({ executor }) => executor === 'kubernetes') ||
  Object.values(services).some((ofPillar) =>
    Object.values(ofPillar).some(({ executor, kubernetes }) => executor === 'kubernetes' || kubernetes !== undefined),
  );

/** All accounts: Harness first, then clusters by name. */
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
