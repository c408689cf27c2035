import { groupsOfClusterScoped, isNamespaced } from '../manifests/cluster-scoped.ts';
import { apiGroupOf } from '../manifests/manifest-object.ts';
import { parseManifests } from '../manifests/parse-manifests.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';
import type { Catalogue, ServiceEntry } from './catalogue.ts';
import { commonRules, customRules, type Right, type RoleRule, rareKinds, rightsIn } from './cluster-rights.ts';
import { usesKubernetes } from './executor-accounts.ts';

/**
 * The rights for each deployed kind: reading, applying (which may create), listing by label, and deleting what a
 * release no longer has.
 */
const applied = ['get', 'list', 'create', 'patch', 'delete'];
/** Never deleted, because their content would be lost. */
const kept: readonly string[] = ['namespaces', 'persistentvolumeclaims', 'customresourcedefinitions'];

type Resources = Pick<RoleRule, 'group' | 'resources'>;

/**
 * What a service's manifests usually contain, because a batch may bring new ones. Secrets and roles are excluded:
 * reading the former or writing the latter gives full control of the namespace.
 */
export const usualKinds: readonly Resources[] = [
  { group: '', resources: ['configmaps', 'persistentvolumeclaims', 'serviceaccounts', 'services'] },
  { group: 'apps', resources: ['daemonsets', 'deployments', 'statefulsets'] },
  { group: 'autoscaling', resources: ['horizontalpodautoscalers'] },
  { group: 'batch', resources: ['cronjobs', 'jobs'] },
  { group: 'networking.k8s.io', resources: ['ingresses', 'networkpolicies'] },
  { group: 'policy', resources: ['poddisruptionbudgets'] },
];

/** How a canary gets its share of the traffic. */
const httpRoutes: Resources = { group: 'gateway.networking.k8s.io', resources: ['httproutes'] };

/** For surveys: listing what is deployed here, but no data of Secrets. What may not be listed is not surveyed. */
export const surveyRules = (catalogue: Catalogue): readonly RoleRule[] => {
  const known = new Set(commonRules.flatMap(({ resources }) => resources));
  return usesKubernetes(catalogue)
    ? usualKinds.flatMap(({ group, resources }) => {
        const own = resources.filter((one) => !known.has(one));
        return own.length === 0 ? [] : [{ group, resources: own, verbs: ['list'] }];
      })
    : [];
};

/** Kubernetes' guess for the plural of a kind. A resource with a different name must be named explicitly. */
export const resourceOfKind = (kind: string): string => {
  const name = kind.toLowerCase();
  if (name.endsWith('s')) return `${name}es`;
  return name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
};

type Policies = Pick<Catalogue, 'services' | 'environments'>;

const entriesOf = ({ services = {} }: Policies): readonly ServiceEntry[] =>
  Object.values(services).flatMap((ofPillar) => Object.values(ofPillar));

/** Kinds in the manifests of the configuration, as far as it contains them. */
const kindsInManifests = (entries: readonly ServiceEntry[]): readonly Resources[] =>
  entries.flatMap(({ kubernetes }) => {
    const { manifests } = kubernetes ?? {};
    if (manifests === undefined || !('text' in manifests)) return [];
    return parseManifests(manifests.text).objects.flatMap(({ object }) => {
      const [version, kind] = [stringAt(object, 'apiVersion') ?? '', stringAt(object, 'kind') ?? ''];
      return isNamespaced(version, kind) ? [{ group: apiGroupOf(version), resources: [resourceOfKind(kind)] }] : [];
    });
  });

/** One rule per group, and one for its resources that are never deleted. */
const rulesFor = (all: readonly Resources[]): readonly RoleRule[] => {
  const byGroup = Map.groupBy(all, ({ group }) => group);
  return [...byGroup.keys()].sort().flatMap((group) => {
    const resources = [...new Set(byGroup.get(group)!.flatMap((one) => one.resources))].sort();
    const [lasting, others] = [
      resources.filter((one) => kept.includes(one)),
      resources.filter((one) => !kept.includes(one)),
    ];
    return [
      ...(others.length === 0 ? [] : [{ group, resources: others, verbs: applied }]),
      ...(lasting.length === 0
        ? []
        : [{ group, resources: lasting, verbs: applied.filter((verb) => verb !== 'delete') }]),
    ];
  });
};

/** Argo Rollouts takes instructions in a Rollout's status: continue, or go back. */
const toPromote: RoleRule = { group: 'argoproj.io', resources: ['rollouts/status'], verbs: ['patch'] };

/** What a workload runs is listed, to see whether it goes well. */
const seen: readonly RoleRule[] = commonRules
  .map(({ group, resources, verbs }) => ({
    group,
    resources: resources.filter((one) => ['controllerrevisions', 'pods', 'replicasets'].includes(one)),
    verbs: verbs.filter((verb) => verb === 'list'),
  }))
  .filter(({ resources, verbs }) => resources.length > 0 && verbs.length > 0);

/**
 * What the executor `kubernetes` needs in a namespace where it deploys: the usual content of manifests, the kinds of
 * the catalogue and its manifests, and `more` in kubectl's form (`externalsecrets.external-secrets.io`).
 */
export const deployerRules = (catalogue: Policies, more: readonly string[] = []): readonly RoleRule[] => {
  const entries = entriesOf(catalogue);
  const rare = [...new Set(entries.map(({ kind }) => kind))].flatMap((kind) => rareKinds[kind] ?? []);
  const routes = entries.some(({ kubernetes }) => kubernetes?.strategy?.traffic.by === 'route') ? [httpRoutes] : [];
  const named = more.map((name) => ({
    group: name.split('.').slice(1).join('.'),
    resources: [name.split('.', 1).join()],
  }));
  return [
    ...rulesFor([...usualKinds, ...rare, ...routes, ...customRules(entries), ...kindsInManifests(entries), ...named]),
    ...(entries.some(({ kind }) => kind === 'rollout') ? [toPromote] : []),
    ...seen,
  ];
};

export const deployerRights = (catalogue: Policies): readonly Right[] => deployerRules(catalogue).flatMap(rightsIn);

/** Kinds without a namespace that environment policies allow. `unknown` are those whose group is not known. */
export const clusterScopedRules = ({
  environments = {},
}: Policies): { readonly rules: readonly RoleRule[]; readonly unknown: readonly string[] } => {
  const kinds = [
    ...new Set(Object.values(environments).flatMap(({ kubernetes }) => kubernetes?.cluster_scoped ?? [])),
  ].sort();
  const known = kinds.flatMap((kind) =>
    groupsOfClusterScoped(kind).map((group) => ({ group, resources: [resourceOfKind(kind)] })),
  );
  return { rules: rulesFor(known), unknown: kinds.filter((kind) => groupsOfClusterScoped(kind).length === 0) };
};
