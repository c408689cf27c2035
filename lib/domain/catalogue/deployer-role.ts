import type { JsonObject } from '../json.ts';
import type { Catalogue, PrometheusEntry } from './catalogue.ts';
import { deployerGroup } from './cluster-group.ts';
import { bindingOf, namespacesOf, rbac, roleObject, ruleOf } from './cluster-role.ts';
import { clusterScopedRules, deployerRules } from './deployer-rights.ts';
import { resolveInfrastructure } from './resolve.ts';

/**
 * Where something may be deployed: the services' namespaces, those that environment policies add, and those that
 * requests may name.
 */
export const deployerNamespaces = (catalogue: Catalogue, cluster: string): readonly string[] => {
  const environments = Object.values(catalogue.environments ?? {}).filter(
    ({ infrastructures }) =>
      infrastructures === undefined ||
      infrastructures.some((id) => resolveInfrastructure(catalogue, id)?.cluster === cluster),
  );
  const allowed = environments.flatMap(({ kubernetes }) => kubernetes?.namespaces ?? []);
  const ofRequests = catalogue.requests?.namespaces ?? [];
  return [...new Set([...namespacesOf(catalogue, cluster), ...allowed, ...ofRequests])].sort();
};

/**
 * The objects that let Flotilla itself deploy: its role, bound in these namespaces, or in all. They come in addition to
 * the role for looking.
 */
export const deployerRole = (
  catalogue: Catalogue,
  namespaces: readonly string[] | 'all',
  more: readonly string[] = [],
): readonly JsonObject[] => {
  const [name, everywhere] = [deployerGroup, `${deployerGroup}-cluster`];
  const { rules } = clusterScopedRules(catalogue);
  return [
    roleObject('ClusterRole', { name }, { rules: deployerRules(catalogue, more).map(ruleOf) }),
    ...(namespaces === 'all'
      ? [bindingOf('ClusterRoleBinding', name, { group: deployerGroup })]
      : namespaces.map((namespace) => bindingOf('RoleBinding', name, { namespace, group: deployerGroup }))),
    ...(rules.length === 0
      ? []
      : [
          roleObject('ClusterRole', { name: everywhere }, { rules: rules.map(ruleOf) }),
          bindingOf('ClusterRoleBinding', everywhere, { group: deployerGroup }),
        ]),
  ];
};

/** The objects for reading the numbers of checks: one port of one Service, and nothing else in that namespace. */
export const metricsRole = ({ namespace, service, port }: PrometheusEntry): readonly JsonObject[] => {
  const name = `${deployerGroup}-metrics`;
  const rule = ruleOf({ group: '', resources: ['services/proxy'], verbs: ['get'] });
  return [
    roleObject('Role', { name, namespace }, { rules: [{ ...rule, resourceNames: [`${service}:${port}`] }] }),
    roleObject(
      'RoleBinding',
      { name, namespace },
      {
        roleRef: { apiGroup: rbac, kind: 'Role', name },
        subjects: [{ apiGroup: rbac, kind: 'Group', name: deployerGroup }],
      },
    ),
  ];
};
