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
  namespaced: kind !== 'Namespace' && kind !== 'Node',
  hasGeneration: ['apps', 'batch'].includes(group) && kind !== 'ControllerRevision',
});

export const resources: readonly Resource[] = [
  row('', 'pods', 'Pod', ['po']),
  row('', 'services', 'Service', ['svc']),
  row('', 'events', 'Event', ['ev']),
  row('', 'configmaps', 'ConfigMap', ['cm']),
  row('', 'resourcequotas', 'ResourceQuota', ['quota']),
  row('', 'namespaces', 'Namespace', ['ns']),
  row('apps', 'deployments', 'Deployment', ['deploy']),
  row('apps', 'replicasets', 'ReplicaSet', ['rs']),
  row('apps', 'statefulsets', 'StatefulSet', ['sts']),
  row('apps', 'daemonsets', 'DaemonSet', ['ds']),
  row('apps', 'controllerrevisions', 'ControllerRevision'),
  row('batch', 'jobs', 'Job'),
  row('batch', 'cronjobs', 'CronJob', ['cj']),
];

export const apiVersionOf = ({ group, version }: Resource): string => (group === '' ? version : `${group}/${version}`);

export function resourceOf(kind: string): Resource {
  const found = resources.find((resource) => resource.kind === kind);
  if (found === undefined) throw new Error(`the simulated cluster has no kind ${kind}`);
  return found;
}

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** The answers of discovery, for kubectl: by path. */
export function discovery(path: string): unknown {
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: ['apps', 'batch'].map(groupEntry) };
  const match = /^\/(?:api|apis\/(apps|batch))\/v1$/.exec(path);
  if (match === null) return undefined;
  const group = match[1] ?? '';
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? 'v1' : `${group}/v1`,
    resources: resources
      .filter((resource) => resource.group === group)
      .map(({ plural, kind, short, namespaced }) => ({
        name: plural,
        singularName: kind.toLowerCase(),
        kind,
        namespaced,
        shortNames: short,
        verbs,
      })),
  };
}

function groupEntry(name: string): unknown {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
}
