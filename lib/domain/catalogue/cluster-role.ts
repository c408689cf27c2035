import { stringify } from 'yaml';
import type { JsonObject } from '../json.ts';
import { type Catalogue, entryOf } from './catalogue.ts';
import { clusterGroup, logsGroup } from './cluster-group.ts';
import { commonRules, logRules, type RoleRule } from './cluster-rights.ts';
import { infrastructureNames, resolveInfrastructure, resolveWorkload } from './resolve.ts';

/** The namespaces of a cluster in which something may be deployed, sorted. */
export const namespacesOf = (catalogue: Catalogue, cluster: string): readonly string[] => {
  const places = infrastructureNames(catalogue).filter(
    (id) => resolveInfrastructure(catalogue, id)?.cluster === cluster,
  );
  // Without a mapping any service is accepted, and all of a pillar's services share its namespace.
  const services = Object.keys(catalogue.pillars).flatMap((pillar) =>
    (catalogue.services === undefined ? ['any'] : Object.keys(entryOf(catalogue.services, pillar) ?? {})).map(
      (service_name) => ({
        pillar,
        service_name,
      }),
    ),
  );
  const namespaces = places.flatMap((infrastructure_id) =>
    services.map((service) => resolveWorkload(catalogue, { ...service, infrastructure_id }).namespace),
  );
  return [...new Set(namespaces)].sort();
};

export const ruleOf = ({ group, resources, verbs }: RoleRule): JsonObject => ({ apiGroups: [group], resources, verbs });

export const rbac = 'rbac.authorization.k8s.io';
export const roleObject = (kind: string, metadata: JsonObject, rest: JsonObject): JsonObject => ({
  apiVersion: `${rbac}/v1`,
  kind,
  metadata,
  ...rest,
});

interface Bound {
  readonly namespace?: string;
  readonly group?: string;
}

type BindingKind = 'RoleBinding' | 'ClusterRoleBinding';

export const bindingOf = (
  kind: BindingKind,
  name: string,
  { namespace, group = clusterGroup }: Bound = {},
): JsonObject =>
  roleObject(
    kind,
    { name, ...(namespace === undefined ? {} : { namespace }) },
    {
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ apiGroup: rbac, kind: 'Group', name: group }],
    },
  );

/**
 * The objects that let Flotilla look into a cluster: its role, bound in each namespace where something may be deployed,
 * or in all of them if requested. Plus reading one name cluster-wide: the UID of kube-system identifies the cluster.
 */
export const clusterRole = (
  namespaces: readonly string[] | 'all',
  rules: readonly RoleRule[] = commonRules,
): readonly JsonObject[] => {
  const name = clusterGroup;
  const identity = `${name}-identity`;
  const kubeSystem = {
    ...ruleOf({ group: '', resources: ['namespaces'], verbs: ['get'] }),
    resourceNames: ['kube-system'],
  };
  return [
    roleObject('ClusterRole', { name }, { rules: rules.map(ruleOf) }),
    ...(namespaces === 'all'
      ? [bindingOf('ClusterRoleBinding', name)]
      : namespaces.map((namespace) => bindingOf('RoleBinding', name, { namespace }))),
    roleObject('ClusterRole', { name: identity }, { rules: [kubeSystem] }),
    bindingOf('ClusterRoleBinding', identity),
  ];
};

/** The objects for a log reader: finding pods and reading their logs, in the same namespaces, and nothing else. */
export const logsRole = (
  namespaces: readonly string[] | 'all',
  rules: readonly RoleRule[] = commonRules,
): readonly JsonObject[] => [
  roleObject('ClusterRole', { name: logsGroup }, { rules: logRules(rules).map(ruleOf) }),
  ...(namespaces === 'all'
    ? [bindingOf('ClusterRoleBinding', logsGroup, { group: logsGroup })]
    : namespaces.map((namespace) => bindingOf('RoleBinding', logsGroup, { namespace, group: logsGroup }))),
];

/** For `kubectl apply -f -`. Each object is complete, so it can be read alone. */
export const clusterRoleYaml = (objects: readonly JsonObject[]): string =>
  objects.map((one) => stringify(one, { aliasDuplicateObjects: false })).join('---\n');
