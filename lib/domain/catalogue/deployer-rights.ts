import { groupsOfClusterScoped, isNamespaced } from '../manifests/cluster-scoped.ts';
import { apiGroupOf } from '../manifests/manifest-object.ts';
import { parseManifests } from '../manifests/parse-manifests.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';
import type { Catalogue, ServiceEntry } from './catalogue.ts';
import { commonRules, customRules, type Right, type RoleRule, rareKinds, rightsIn } from './cluster-rights.ts';
import { usesKubernetes } from './executor-accounts.ts';

/**
 * What is asked of each kind that is deployed: it is read, applied (where there is none that is a creation), listed by its label, and
 * deleted where a release has it no more.
 */
const applied = ['get', 'list', 'create', 'patch', 'delete'];
/** These are never deleted: what is in them would be lost. */
const kept: readonly string[] = ['namespaces', 'persistentvolumeclaims', 'customresourcedefinitions'];

type Resources = Pick<RoleRule, 'group' | 'resources'>;

/**
 * What manifests of a service usually consist of, since a batch may bring some that nobody has seen yet. Secrets and roles are not among
 * them: whoever may read the ones or write the others has all of the namespace.
 */
export const usualKinds: readonly Resources[] = [
  { group: '', resources: ['configmaps', 'persistentvolumeclaims', 'serviceaccounts', 'services'] },
  { group: 'apps', resources: ['daemonsets', 'deployments', 'statefulsets'] },
  { group: 'autoscaling', resources: ['horizontalpodautoscalers'] },
  { group: 'batch', resources: ['cronjobs', 'jobs'] },
  { group: 'networking.k8s.io', resources: ['ingresses', 'networkpolicies'] },
  { group: 'policy', resources: ['poddisruptionbudgets'] },
];

/** By which a canary gets its share of the traffic. */
const httpRoutes: Resources = { group: 'gateway.networking.k8s.io', resources: ['httproutes'] };

/** For surveys: of what is deployed here, the lists, with which no data of a Secret comes. What may not be listed is not surveyed. */
export const surveyRules = (catalogue: Catalogue): readonly RoleRule[] => {
  const known = new Set(commonRules.flatMap(({ resources }) => resources));
  return usesKubernetes(catalogue)
    ? usualKinds.flatMap(({ group, resources }) => {
        const own = resources.filter((one) => !known.has(one));
        return own.length === 0 ? [] : [{ group, resources: own, verbs: ['list'] }];
      })
    : [];
};

/** As Kubernetes guesses the plural of a kind. A resource that is called in another way has to be named. */
export const resourceOfKind = (kind: string): string => {
  const name = kind.toLowerCase();
  if (name.endsWith('s')) return `${name}es`;
  return name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
};

type Policies = Pick<Catalogue, 'services' | 'environments'>;

const entriesOf = ({ services = {} }: Policies): readonly ServiceEntry[] =>
  Object.values(services).flatMap((ofPillar) => Object.values(ofPillar));

/** Kinds that the manifests of the configuration name, as far as they stand in it. */
const kindsInManifests = (entries: readonly ServiceEntry[]): readonly Resources[] =>
  entries.flatMap(({ kubernetes }) => {
    const { manifests } = kubernetes ?? {};
    if (manifests === undefined || !('text' in manifests)) return [];
    return parseManifests(manifests.text).objects.flatMap(({ object }) => {
      const [version, kind] = [stringAt(object, 'apiVersion') ?? '', stringAt(object, 'kind') ?? ''];
      return isNamespaced(version, kind) ? [{ group: apiGroupOf(version), resources: [resourceOfKind(kind)] }] : [];
    });
  });

/** One rule for a group, and one for those of its resources that are never deleted. */
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

/** Argo Rollouts is told in the status of a Rollout that it may go on, or is to go back. */
const toPromote: RoleRule = { group: 'argoproj.io', resources: ['rollouts/status'], verbs: ['patch'] };

/** What runs of a workload is listed, to see whether it goes well. */
const seen: readonly RoleRule[] = commonRules
  .map(({ group, resources, verbs }) => ({
    group,
    resources: resources.filter((one) => ['controllerrevisions', 'pods', 'replicasets'].includes(one)),
    verbs: verbs.filter((verb) => verb === 'list'),
  }))
  .filter(({ resources, verbs }) => resources.length > 0 && verbs.length > 0);

/**
 * What the executor `kubernetes` asks of a namespace where it deploys: what manifests usually consist of, the kinds of the catalogue and
 * of its manifests, and `more`, as kubectl names them (`externalsecrets.external-secrets.io`).
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

/** Kinds without a namespace that the policies of environments allow; `unknown` are those of which nobody knows the group. */
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
