/** The resources that the simulator serves: one row each. */

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly short: readonly string[];
  readonly namespaced: boolean;
  /** A change of `spec` raises `metadata.generation`. */
  readonly hasGeneration: boolean;
}

const row = (group: string, plural: string, kind: string, short: readonly string[] = []): Resource => ({
  group,
  version: 'v1',
  plural,
  kind,
  short,
  namespaced: !['Namespace', 'Node', 'ClusterRole', 'ClusterRoleBinding'].includes(kind),
  hasGeneration: group !== '' && kind !== 'ControllerRevision' && !group.startsWith('rbac.'),
});

/**
 * API groups other than the core; most are custom resources. The simulator has a gateway for HTTPRoutes. For others, a
 * test that plays the controller writes their status.
 */
const custom = (group: string, version: string, plural: string, kind: string): Resource => ({
  ...row(group, plural, kind),
  version,
});

export const resources: readonly Resource[] = [
  row('', 'pods', 'Pod', ['po']),
  row('', 'services', 'Service', ['svc']),
  row('', 'events', 'Event', ['ev']),
  row('', 'configmaps', 'ConfigMap', ['cm']),
  row('', 'secrets', 'Secret'),
  row('', 'serviceaccounts', 'ServiceAccount', ['sa']),
  row('', 'persistentvolumeclaims', 'PersistentVolumeClaim', ['pvc']),
  row('', 'resourcequotas', 'ResourceQuota', ['quota']),
  row('', 'namespaces', 'Namespace', ['ns']),
  row('apps', 'deployments', 'Deployment', ['deploy']),
  row('apps', 'replicasets', 'ReplicaSet', ['rs']),
  row('apps', 'statefulsets', 'StatefulSet', ['sts']),
  row('apps', 'daemonsets', 'DaemonSet', ['ds']),
  row('apps', 'controllerrevisions', 'ControllerRevision'),
  row('batch', 'jobs', 'Job'),
  row('batch', 'cronjobs', 'CronJob', ['cj']),
  row('networking.k8s.io', 'ingresses', 'Ingress', ['ing']),
  row('networking.k8s.io', 'networkpolicies', 'NetworkPolicy', ['netpol']),
  row('policy', 'poddisruptionbudgets', 'PodDisruptionBudget', ['pdb']),
  row('rbac.authorization.k8s.io', 'roles', 'Role'),
  row('rbac.authorization.k8s.io', 'rolebindings', 'RoleBinding'),
  row('rbac.authorization.k8s.io', 'clusterroles', 'ClusterRole'),
  row('rbac.authorization.k8s.io', 'clusterrolebindings', 'ClusterRoleBinding'),
  custom('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'),
  custom('argoproj.io', 'v1alpha1', 'rollouts', 'Rollout'),
  custom('serving.knative.dev', 'v1', 'services', 'Service'),
  custom('cert-manager.io', 'v1', 'certificates', 'Certificate'),
  custom('gateway.networking.k8s.io', 'v1', 'httproutes', 'HTTPRoute'),
];

export const apiVersionOf = ({ group, version }: Resource): string => (group === '' ? version : `${group}/${version}`);

/** Knative's Service and the core Service differ by their API. */
export function resourceOf(kind: string, apiVersion?: string): Resource {
  const ofKind = resources.filter((resource) => resource.kind === kind);
  const found = ofKind.find((resource) => apiVersionOf(resource) === apiVersion) ?? ofKind[0];
  if (found === undefined) throw new Error(`the simulated cluster has no kind ${kind}`);
  return found;
}

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

const groups = [...new Set(resources.map(apiVersionOf))].filter((version) => version !== 'v1');

/** The answers of discovery, for kubectl: by path. */
export function discovery(path: string): unknown {
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupEntry) };
  const groupVersion = path.replace(/^\/apis?\//, '');
  const ofGroup = resources.filter((resource) => apiVersionOf(resource) === groupVersion);
  if (ofGroup.length === 0 || path.startsWith('/api/') !== (groupVersion === 'v1')) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: ofGroup.map(({ plural, kind, short, namespaced }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      kind,
      namespaced,
      shortNames: short,
      verbs,
    })),
  };
}

function groupEntry(groupVersion: string): unknown {
  const [name, short] = groupVersion.split('/');
  const version = { groupVersion, version: short };
  return { name, versions: [version], preferredVersion: version };
}
