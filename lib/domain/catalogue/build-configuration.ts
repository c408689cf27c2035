import type { ItemDefaults } from '../batch/item-defaults.ts';
import { usualHumanWait } from '../deployment/human-wait.ts';
import type { Grant } from '../grants/grant.ts';
import type { RoleRow } from '../grants/role.ts';
import {
  type Catalogue,
  type ClusterConnection,
  type Configuration,
  type Connections,
  defaultPillars,
  type EnvironmentEntry,
  type ExecutorName,
  type HarnessAccount,
  type HarnessConnection,
  type HarnessSettings,
  type KubernetesEntry,
  type KubernetesPolicy,
  type ManifestSource,
  type PillarEntry,
  type PrometheusEntry,
  type RequestsEntry,
  type ServiceEntry,
} from './catalogue.ts';
import { nameOfConnection } from './cluster-names.ts';
import {
  customResourceOf,
  type HarnessOverride,
  objectNameOf,
  type WrittenCluster,
  type WrittenConfiguration,
  type WrittenHarness,
  type WrittenService,
  type WrittenServices,
} from './configuration-schema.ts';
import { defined } from './defined.ts';
import { pillarOfRequests } from './requests-pillar.ts';
import { strategyEntryOf } from './strategy-entry.ts';

/** Harness's public address, used by default. */
export const publicHarness = 'https://app.harness.io';
const defaultTrigger = 'flotilla';

/** Splits a valid configuration into two halves: what may be shown, and how things are reached. */
export const buildConfiguration = (
  written: WrittenConfiguration,
  services: WrittenServices | undefined,
): Configuration => {
  const clusters = Object.entries(written.clusters);
  const pillars = pillarsOf(written);
  const catalogue: Catalogue = {
    simulated:
      (written.harness === undefined || written.harness.simulated === true) &&
      clusters.every(([, cluster]) => cluster.simulated === true),
    pillars,
    ...defaultsOf(written),
    ...(services === undefined ? {} : { services: servicesOf(written, services, pillars) }),
    ...(written.environments === undefined ? {} : { environments: mapValues(written.environments, environmentOf) }),
    ...(written.grants === undefined ? {} : { grants: written.grants.map((grant) => defined(grant) as Grant) }),
    ...(written.roles === undefined ? {} : { roles: written.roles.map((row) => defined(row) as RoleRow) }),
    ...defined({ retention_days: written.retention_days }),
    ...(written.requests === undefined ? {} : { requests: defined(written.requests) as RequestsEntry }),
    clusters: mapValues(written.clusters, (cluster) => ({
      simulated: cluster.simulated === true,
      ...limitOf(cluster),
      ...defined({ known_as: nameOfConnection(clusterConnection(cluster)), place: cluster.place }),
      ...(cluster.prometheus === undefined ? {} : { prometheus: prometheusOf(cluster.prometheus) }),
    })),
    infrastructures: mapValues(written.infrastructures ?? {}, defined) as Catalogue['infrastructures'],
    ...(written.harness === undefined ? {} : { harness: accountOf(written.harness) }),
  };
  const connections: Connections = {
    clusters: mapValues(written.clusters, clusterConnection),
    harness: harnessConnection(written, services),
  };
  return { catalogue, connections };
};

const prometheusOf = ({ service, path_prefix }: NonNullable<WrittenCluster['prometheus']>): PrometheusEntry => {
  const [, namespace = '', name = '', port = ''] = /^(.*)\/(.*):(.*)$/.exec(service) ?? [];
  return { namespace, service: name, port: Number(port), ...defined({ path_prefix }) };
};

const accountOf = (harness: WrittenHarness): HarnessAccount => ({
  simulated: harness.simulated === true,
  account: harness.simulated === true ? 'simulated' : harness.account!,
  ...limitOf(harness),
  ...defined({ requests_per_minute: harness.requests_per_minute }),
});

const mapValues = <A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A, name: string) => B,
): Record<string, B> => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));

const limitOf = ({ max_concurrency }: { max_concurrency?: number | undefined }) => defined({ max_concurrency });

const environmentOf = (environment: NonNullable<WrittenConfiguration['environments']>[string]): EnvironmentEntry => ({
  ...limitOf(environment),
  ...defined({ infrastructures: environment.infrastructures, second_person: environment.second_person }),
  ...(environment.keep_health_answers === true ? { keep_health_answers: true } : {}),
  ...(environment.kubernetes === undefined ? {} : { kubernetes: defined(environment.kubernetes) as KubernetesPolicy }),
  ...defaultsOf(environment),
});

type WrittenDefaults = NonNullable<NonNullable<WrittenConfiguration['environments']>[string]['defaults']>;

const defaultsOf = ({ defaults }: { readonly defaults?: WrittenDefaults | undefined }) => {
  if (defaults === undefined) return {};
  const { infrastructure, health_check, ...others } = defaults;
  const given = defined({
    ...others,
    infrastructure_id: others.infrastructure_id ?? infrastructure,
    health_check: health_check && defined(health_check),
  });
  return { defaults: given as ItemDefaults };
};

const clusterConnection = (written: WrittenCluster): ClusterConnection => {
  const { kubeconfig, context, eks, verify, region, role, external_id, proxy } = written;
  if (eks !== undefined) return { kind: 'eks', eks, ...defined({ region, role, external_id, proxy }) };
  if (kubeconfig === undefined) return { kind: 'simulated' };
  return { kind: 'kubeconfig', kubeconfig, ...defined({ context, verify }) };
};

const pillarsOf = (written: WrittenConfiguration): Record<string, PillarEntry> => {
  const named = written.pillars ?? Object.fromEntries(defaultPillars.map((name) => [name, {}]));
  const configured = written.requests === undefined ? named : { [pillarOfRequests(written.requests)]: {}, ...named };
  return mapValues<NonNullable<WrittenConfiguration['pillars']>[string], PillarEntry>(configured, (pillar, name) => {
    const harness = pillarHarness(written.harness, pillar.harness ?? {}, name);
    return { ...limitOf(pillar), ...(harness === undefined ? {} : { harness }), ...defaultsOf(pillar) };
  });
};

const pillarHarness = (
  account: WrittenHarness | undefined,
  own: HarnessOverride,
  name: string,
): HarnessSettings | undefined => {
  const pipeline = own.pipeline ?? (account?.simulated === true ? `deploy_${name}` : undefined);
  if (pipeline === undefined || account === undefined) return undefined;
  return settingsOf(account, { ...own, pipeline }, own.webhook_token === undefined ? undefined : name);
};

/** A trigger or a token implies the webhook. Without either, only the execute call is left. */
const settingsOf = (
  account: WrittenHarness,
  own: HarnessOverride & { readonly pipeline: string },
  tokenOf: string | undefined,
): HarnessSettings => ({
  mode:
    own.mode ??
    (own.trigger !== undefined || tokenOf !== undefined || account.simulated === true ? 'webhook' : 'execute'),
  pipeline: own.pipeline,
  trigger: own.trigger ?? defaultTrigger,
  org: own.org ?? account.org ?? 'default',
  project: own.project ?? account.project ?? 'simulated',
  ...(own.variables === undefined ? {} : { variables: own.variables }),
  ...(tokenOf === undefined ? {} : { webhook_token_of: tokenOf }),
  ...humanWaitSetting(own.human_wait ?? account.human_wait),
});

/** The default is omitted from plans, so plans from before this setting stay the same. */
const humanWaitSetting = (seconds: number | undefined): Pick<HarnessSettings, 'human_wait'> =>
  seconds === undefined || seconds === usualHumanWait ? {} : { human_wait: seconds };

const servicesOf = (
  written: WrittenConfiguration,
  services: WrittenServices,
  pillars: Readonly<Record<string, PillarEntry>>,
): NonNullable<Catalogue['services']> =>
  mapValues(services, (ofPillar, pillar) =>
    mapValues(ofPillar, (service, name): ServiceEntry => {
      const harness = serviceHarness(written, service, { pillar, name, inherited: pillars[pillar]?.harness });
      const { namespace, container, image, health_url, health, crash_tolerance, steady_seconds, unblock } = service;
      return {
        ...objectNameOf(service, name),
        ...customResourceOf(service),
        ...defined({ namespace, container, image, health_url, crash_tolerance, steady_seconds, unblock }),
        ...(health === undefined ? {} : { health: defined(health) }),
        ...(service.executor === undefined ? {} : { executor: service.executor as ExecutorName }),
        ...(harness === undefined ? {} : { harness }),
        ...(service.kubernetes === undefined ? {} : { kubernetes: kubernetesOf(service.kubernetes) }),
      };
    }),
  );

const kubernetesOf = ({ manifests, prune, strategy }: NonNullable<WrittenService['kubernetes']>): KubernetesEntry => ({
  ...(manifests === undefined
    ? {}
    : { manifests: typeof manifests === 'string' ? { text: manifests } : (defined(manifests) as ManifestSource) }),
  ...(prune === true ? { prune } : {}),
  ...(strategy === undefined ? {} : { strategy: strategyEntryOf(strategy) }),
});

interface ServicePlace {
  readonly pillar: string;
  readonly name: string;
  readonly inherited: HarnessSettings | undefined;
}

/**
 * The pillar's settings overlaid by the service's. A token belongs to one trigger: with a different trigger it is not
 * inherited.
 */
const serviceHarness = (
  { harness: account, pillars }: WrittenConfiguration,
  service: WrittenService,
  { pillar, name, inherited }: ServicePlace,
): HarnessSettings | undefined => {
  const own = defined({ ...service.harness, pipeline: service.pipeline ?? service.harness?.pipeline });
  const merged = { ...pillars?.[pillar]?.harness, ...own };
  const pipeline = merged.pipeline ?? inherited?.pipeline;
  if (Object.keys(own).length === 0 || pipeline === undefined || account === undefined) return undefined;
  const sameTrigger =
    own.pipeline === undefined && own.trigger === undefined && own.org === undefined && own.project === undefined;
  const token =
    own.webhook_token === undefined ? (sameTrigger ? inherited?.webhook_token_of : undefined) : `${pillar}/${name}`;
  return settingsOf(account, { ...merged, pipeline } as HarnessOverride & { pipeline: string }, token);
};

const harnessConnection = (
  { harness, pillars }: WrittenConfiguration,
  services: WrittenServices | undefined,
): HarnessConnection => {
  if (harness === undefined) return { kind: 'none' };
  if (harness.simulated === true) return { kind: 'simulated' };
  const ofPillars = Object.entries(pillars ?? {}).map(([name, { harness: own }]) => [name, own?.webhook_token]);
  const ofServices = Object.entries(services ?? {}).flatMap(([pillar, ofPillar]) =>
    Object.entries(ofPillar).map(([name, service]) => [`${pillar}/${name}`, service.harness?.webhook_token]),
  );
  return {
    kind: 'real',
    base_url: (harness.base_url ?? publicHarness).replace(/\/+$/, ''),
    account: harness.account!,
    org: harness.org!,
    project: harness.project!,
    api_key: harness.api_key!,
    webhook_tokens: defined(Object.fromEntries([...ofPillars, ...ofServices])) as Record<string, string>,
  };
};
