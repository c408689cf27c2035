import type { KeptDeployment } from '../plan/kept-deployment.ts';
import type { Workload, WorkloadKind } from '../plan/plan.ts';
import type { Catalogue } from './catalogue.ts';
import { linesForRole, listOf, nameOfRight, type Right, rightOf } from './cluster-rights.ts';
import { clusterOfAccount } from './executor-accounts.ts';
import { resolveInfrastructure, resolveWorkload } from './resolve.ts';

/**
 * Our rights in a cluster, as it reported them, by namespace. Stored in its row, so limited to the latest namespaces.
 */
export type NotedRights = Readonly<Record<string, NamespaceRights>>;

export type NamespaceRights = {
  readonly at: number;
  /** In the form of `nameOfRight`. */
  readonly missing: readonly string[];
};

const mostNamespaces = 30;

export const noteRights = (before: NotedRights | undefined, namespace: string, said: NamespaceRights): NotedRights => {
  const others = Object.entries(before ?? {}).filter(([name]) => name !== namespace);
  const latest = others.sort(([, one], [, other]) => other.at - one.at).slice(0, mostNamespaces - 1);
  return Object.fromEntries([[namespace, said], ...latest]);
};

/** Rights are rarely revoked. If some are missing, somebody may be about to grant them. */
const wholeFor = 3_600_000;
const lackingFor = 60_000;

export const isFresh = ({ at, missing }: NamespaceRights, now: number): boolean =>
  now - at < (missing.length === 0 ? wholeFor : lackingFor);

/** What a kind consists of. Without the right to list it, the end of a deployment cannot be seen. */
const listsOf: Readonly<Record<WorkloadKind, readonly string[]>> = {
  deployment: ['deployments.apps', 'replicasets.apps', 'pods'],
  statefulset: ['statefulsets.apps', 'controllerrevisions.apps', 'pods'],
  daemonset: ['daemonsets.apps', 'controllerrevisions.apps', 'pods'],
  job: ['jobs.batch', 'pods'],
  cronjob: ['cronjobs.batch', 'jobs.batch', 'pods'],
  pod: ['pods'],
  rollout: ['rollouts.argoproj.io', 'replicasets.apps', 'pods'],
  'knative-service': ['services.serving.knative.dev'],
  certificate: ['certificates.cert-manager.io'],
  /** Its own. */
  custom: [],
};

/** The missing rights without which a workload of this kind cannot be deployed. */
export const neededFor = (
  { kind, resource }: Pick<Workload, 'kind' | 'resource'>,
  missing: readonly string[],
): readonly string[] => {
  const own = resource === undefined ? [] : [nameOfRight(listOf(resource))];
  return [...listsOf[kind].map((one) => `list ${one}`), ...own].filter((one) => missing.includes(one));
};

/** The deploying identity's missing rights without which a workload of this kind cannot be applied. */
export const neededToApply = (
  { kind, resource }: Pick<Workload, 'kind' | 'resource'>,
  missing: readonly string[],
): readonly string[] => {
  const own = resource === undefined ? listsOf[kind].slice(0, 1) : [nameOfRight(listOf(resource)).replace('list ', '')];
  return own.flatMap((name) => [`get ${name}`, `patch ${name}`]).filter((one) => missing.includes(one));
};

/** The command that grants a role. */
export const remedyFor = (cluster: string): string => `flotilla cluster-role ${cluster} | kubectl apply -f -`;
export const deployerRemedyFor = (cluster: string): string =>
  `flotilla cluster-role ${cluster} --executor kubernetes | kubectl apply -f -`;

/** What happens to a deployment without a right. */
const consequences: readonly (readonly [is: (right: Right) => boolean, told: string])[] = [
  [({ verb, resource }) => verb === 'list' && resource !== 'events', 'what cannot be listed there cannot be deployed'],
  [({ verb, resource }) => verb === 'watch' && resource !== 'events', 'it is polled every second instead'],
  [({ resource }) => resource === 'events', 'events are not shown'],
  [({ resource }) => resource === 'pods/log', 'logs are not shown'],
  [({ resource }) => resource === 'services/proxy', 'health checks through its API server fail'],
  [({ verb }) => verb === 'delete', 'unblock deletes nothing'],
];

/** One sentence for each set of rights that namespaces of a cluster lack. */
export const rightsSentences = (cluster: string, noted: NotedRights): readonly string[] =>
  lacking(noted).map(({ namespaces, missing, at }) => {
    const rights = missing.map(rightOf);
    const follows = consequences.filter(([is]) => rights.some(is)).map(([, told]) => told);
    const where = `${namespaces.length === 1 ? 'namespace' : 'namespaces'} ${namespaces.join(', ')}`;
    const lines = linesForRole(rights).join(' ');
    return `Cluster ${cluster} does not let us ${verbsIn(rights)} in ${where}: ${follows.join(', ')}. ${remedyFor(cluster)} gives all of it; what its role lacks is ${lines}. It said so at ${new Date(at).toISOString()}, and is asked again by the next deployment there`;
  });

/** The same for the deploying identity. */
export const deployerSentences = (cluster: string, noted: NotedRights): readonly string[] =>
  lacking(noted).map(({ namespaces, missing, at }) => {
    const where = `${namespaces.length === 1 ? 'namespace' : 'namespaces'} ${namespaces.join(', ')}`;
    return `Cluster ${cluster} does not let the deploying identity ${verbsIn(missing.map(rightOf))} in ${where}: what needs it is refused, and nothing is applied. ${deployerRemedyFor(cluster)} gives all of it. It said so at ${new Date(at).toISOString()}, and is asked again by the next deployment there`;
  });

/** `watch deployments.apps, pods and list events`. */
export const verbsIn = (rights: readonly Right[]): string => {
  const verbs = new Map<string, string[]>();
  for (const right of rights) {
    const names = verbs.get(right.verb) ?? [];
    verbs.set(right.verb, names);
    names.push(nameOfRight(right).slice(right.verb.length + 1));
  }
  return [...verbs].map(([verb, names]) => `${verb} ${names.join(', ')}`).join(' and ');
};

interface Lacking {
  readonly namespaces: readonly string[];
  readonly missing: readonly string[];
  readonly at: number;
}

const lacking = (noted: NotedRights): readonly Lacking[] => {
  const found = new Map<string, Lacking & { readonly namespaces: string[] }>();
  for (const [namespace, { missing, at }] of Object.entries(noted).sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (missing.length === 0) continue;
    const { namespaces = [], at: first = at } = found.get(missing.join()) ?? {};
    found.set(missing.join(), { namespaces, missing, at: Math.min(first, at) });
    namespaces.push(namespace);
  }
  return [...found.values()];
};

interface Placed {
  readonly pillar: string;
  readonly service_name: string;
  readonly infrastructure_id: string;
}

/** What is missing where a batch would deploy, as far as clusters have reported. */
export const warnOfRights = (
  deployments: readonly Placed[],
  catalogue: Catalogue,
  notedOf: (cluster: string) => NotedRights | undefined,
): readonly string[] => {
  const used = new Map<string, Set<string>>();
  for (const deployment of deployments) {
    const cluster = resolveInfrastructure(catalogue, deployment.infrastructure_id)?.cluster;
    if (cluster === undefined) continue;
    const namespaces = used.get(cluster) ?? new Set();
    used.set(cluster, namespaces.add(resolveWorkload(catalogue, deployment).namespace));
  }
  return [...used].sort().flatMap(([cluster, namespaces]) => {
    const noted = Object.entries(notedOf(cluster) ?? {}).filter(([namespace]) => namespaces.has(namespace));
    return rightsSentences(cluster, Object.fromEntries(noted));
  });
};

/** What the deploying identity lacks where planned deployments would be applied. */
export const warnOfDeployer = (
  deployments: readonly Pick<KeptDeployment, 'cluster' | 'workload' | 'executor'>[],
  notedOf: (cluster: string) => NotedRights | undefined,
): readonly string[] => {
  const applied = deployments.filter(({ executor }) => clusterOfAccount(executor.account) !== undefined);
  const byCluster = Map.groupBy(applied, ({ cluster }) => cluster);
  return [...byCluster.keys()].sort().flatMap((cluster) => {
    const namespaces = new Set(byCluster.get(cluster)!.map(({ workload }) => workload.namespace));
    const noted = Object.entries(notedOf(cluster) ?? {}).filter(([namespace]) => namespaces.has(namespace));
    return deployerSentences(cluster, Object.fromEntries(noted));
  });
};
