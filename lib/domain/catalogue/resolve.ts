import type { Deployment } from '../batch/batch.ts';
import type { JsonObject } from '../json.ts';
import type { KubernetesSettings } from '../manifests/kubernetes-settings.ts';
import { deploys } from '../plan/action.ts';
import type { ExecutorSettings, RolloutSettings, Workload } from '../plan/plan.ts';
import { type Catalogue, entryOf, type HarnessSettings, type ServiceEntry, type StrategyEntry } from './catalogue.ts';
import { kubernetesAccount } from './executor-accounts.ts';

/** Where an infrastructure_id leads: its own entry, else the cluster with that name, else nowhere. */
export const resolveInfrastructure = (
  catalogue: Catalogue,
  id: string,
): { readonly cluster: string; readonly namespace?: string } | undefined =>
  entryOf(catalogue.infrastructures, id) ??
  (entryOf(catalogue.clusters, id) === undefined ? undefined : { cluster: id });

/** Every valid value of infrastructure_id, sorted. */
export const infrastructureNames = (catalogue: Catalogue): string[] =>
  [...new Set([...Object.keys(catalogue.infrastructures), ...Object.keys(catalogue.clusters)])].sort();

export const serviceEntry = (catalogue: Catalogue, pillar: string, service: string): ServiceEntry | undefined =>
  entryOf(entryOf(catalogue.services, pillar), service);

interface Place {
  readonly pillar: string;
  readonly service_name: string;
  readonly infrastructure_id: string;
}

/** Used if neither the mapping nor the infrastructure names one. */
export const fallbackNamespace = (isSimulated: boolean, pillar: string): string => (isSimulated ? pillar : 'default');

/**
 * A service's Kubernetes object. The namespace is the mapping's, else the infrastructure's, else `default`. If
 * everything is simulated, the pillar's name replaces `default`, as in the original mapping.
 */
export const resolveWorkload = (catalogue: Catalogue, { pillar, service_name, infrastructure_id }: Place): Workload => {
  const entry = serviceEntry(catalogue, pillar, service_name);
  return {
    kind: entry?.kind ?? 'deployment',
    ...(entry?.resource === undefined ? {} : { resource: entry.resource }),
    name: entry?.name ?? service_name,
    namespace:
      entry?.namespace ??
      resolveInfrastructure(catalogue, infrastructure_id)?.namespace ??
      fallbackNamespace(catalogue.simulated, pillar),
    ...(entry?.container === undefined ? {} : { container: entry.container }),
    ...(entry?.image === undefined ? {} : { image: entry.image }),
  };
};

type WrittenSettings = Pick<Deployment, 'crash_tolerance' | 'steady_seconds' | 'unblock'>;

/** How a rollout is judged: by the item's settings, else its service's entry. Nothing if neither has any. */
export const resolveRollout = (
  catalogue: Catalogue,
  item: WrittenSettings & Pick<Place, 'pillar' | 'service_name'>,
): RolloutSettings | undefined => {
  const entry: WrittenSettings = serviceEntry(catalogue, item.pillar, item.service_name) ?? {};
  const crash_tolerance = item.crash_tolerance ?? entry.crash_tolerance;
  const steady_seconds = item.steady_seconds ?? entry.steady_seconds;
  const unblock = item.unblock ?? entry.unblock;
  const settings: RolloutSettings = {
    ...(crash_tolerance === undefined ? {} : { crash_tolerance }),
    ...(steady_seconds === undefined ? {} : { steady_seconds }),
    ...(unblock === true ? { unblock } : {}),
  };
  return Object.keys(settings).length === 0 ? undefined : settings;
};

/** The service's own settings, else its pillar's. */
export const resolveHarness = (catalogue: Catalogue, pillar: string, service: string): HarnessSettings | undefined =>
  serviceEntry(catalogue, pillar, service)?.harness ?? entryOf(catalogue.pillars, pillar)?.harness;

type KubernetesItem = Pick<
  Deployment,
  'pillar' | 'service_name' | 'environment_id' | 'manifests' | 'create_namespace' | 'action' | 'at_once'
>;

export const resolveExecutor = (
  catalogue: Catalogue,
  item: Pick<Deployment, 'executor' | 'infrastructure_id'> & KubernetesItem,
): ExecutorSettings => {
  const { executor, pillar, service_name } = item;
  if (executor === 'kubernetes') {
    const cluster = resolveInfrastructure(catalogue, item.infrastructure_id)?.cluster ?? item.infrastructure_id;
    const settings = kubernetesSettings(catalogue, item) as unknown as JsonObject;
    return { name: executor, account: kubernetesAccount(cluster), settings };
  }
  return {
    name: executor,
    account: `harness:${catalogue.harness?.account}`,
    // The catalogue's own object, shared by all users. An interface has no index signature, but is still JSON.
    settings: (resolveHarness(catalogue, pillar, service_name) ?? {}) as unknown as JsonObject,
  };
};

/** The settings for the executor `kubernetes`: from the item, its service and its environment. */
const kubernetesSettings = (
  catalogue: Catalogue,
  { pillar, service_name, environment_id, manifests, create_namespace, action, at_once }: KubernetesItem,
): KubernetesSettings => {
  const { prune, strategy } = serviceEntry(catalogue, pillar, service_name)?.kubernetes ?? {};
  const { take_over, rules, pod_security, cluster_scoped } =
    entryOf(catalogue.environments, environment_id)?.kubernetes ?? {};
  return {
    ...(manifests === undefined ? {} : { manifests }),
    ...(prune === undefined ? {} : { prune }),
    ...(take_over === undefined ? {} : { take_over }),
    ...(create_namespace === undefined ? {} : { create_namespace }),
    ...(rules === undefined ? {} : { rules }),
    ...(pod_security === undefined ? {} : { pod_security }),
    ...(cluster_scoped === undefined ? {} : { cluster_scoped }),
    ...strategySettings(strategy, { environment_id, action, at_once }),
  };
};

/** Only a version that takes over has steps. */
const strategySettings = (
  entry: StrategyEntry | undefined,
  { environment_id, action, at_once }: Pick<Deployment, 'environment_id' | 'action' | 'at_once'>,
): Pick<KubernetesSettings, 'strategy' | 'human_wait' | 'at_once'> => {
  if (entry === undefined || !deploys({ action })) return {};
  const { environments, human_wait, ...strategy } = entry;
  if (environments?.includes(environment_id) === false) return {};
  if (at_once === true) return { at_once };
  return { strategy, ...(human_wait === undefined ? {} : { human_wait }) };
};
