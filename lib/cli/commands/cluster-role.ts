import { type Catalogue, entryOf, executorNames } from '../../domain/catalogue/catalogue.ts';
import { clusterGroup, deployerGroup, logsGroup } from '../../domain/catalogue/cluster-group.ts';
import { wantedRules } from '../../domain/catalogue/cluster-rights.ts';
import { clusterRoleYaml, logsRole, namespacesOf, clusterRole as roleOf } from '../../domain/catalogue/cluster-role.ts';
import { clusterScopedRules, surveyRules } from '../../domain/catalogue/deployer-rights.ts';
import { deployerNamespaces, deployerRole, metricsRole } from '../../domain/catalogue/deployer-role.ts';
import type { JsonObject } from '../../domain/json.ts';
import { loadConfiguration } from '../../local/load-configuration.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';

export interface ClusterRoleOptions {
  readonly config?: string;
  readonly allNamespaces?: boolean;
  /** Where Flotilla itself deploys, it has a separate role. */
  readonly executor?: string;
  /** Additional resources of the manifests, by kubectl's names. */
  readonly resource?: readonly string[];
}

/**
 * Prints the role that lets Flotilla read a cluster, for kubectl: in the catalogue's namespaces, or in all. With the
 * executor `kubernetes`, prints the role that lets it deploy there as well.
 */
export const clusterRole = async (
  context: CommandContext,
  options: ClusterRoleOptions,
  cluster = '',
): Promise<ExitStatus> => {
  checkOptions(options);
  const { config } = options;
  const { directory, env, terminal } = context;
  const { configuration, warnings } = loadConfiguration({ file: config, directory, env, secrets: 'later' });
  for (const warning of warnings) terminal.error(`warning: ${warning}`);
  const { catalogue } = configuration;
  const entry = entryOf(catalogue.clusters, cluster);
  if (entry === undefined) {
    const known = Object.keys(catalogue.clusters).join(', ');
    throw new CommandFailure(exitStatus.usage, [`There is no cluster ${cluster}; the configuration has ${known}.`]);
  }
  if (entry.simulated)
    throw new CommandFailure(exitStatus.usage, [`Cluster ${cluster} is simulated: it asks for no role.`]);
  const { items, told } =
    options.executor === 'kubernetes'
      ? ofDeployer(catalogue, cluster, options)
      : ofObserver(catalogue, cluster, options);
  for (const line of told) terminal.error(line);
  print(context, { apiVersion: 'v1', kind: 'List', items }, clusterRoleYaml(items).trimEnd().split('\n'));
  return exitStatus.done;
};

const checkOptions = ({ executor = 'harness', resource = [] }: ClusterRoleOptions): void => {
  if (!executorNames.some((name) => name === executor))
    throw new CommandFailure(exitStatus.usage, [
      `There is no executor ${executor}; there are ${executorNames.join(', ')}.`,
    ]);
  if (resource.length > 0 && executor !== 'kubernetes')
    throw new CommandFailure(exitStatus.usage, [
      '--resource is for what is deployed: it goes with --executor kubernetes.',
    ]);
  const wrong = resource.find((name) => !/^[a-z][a-z0-9]*(\.[a-z0-9-]+)*$/.test(name));
  if (wrong !== undefined)
    throw new CommandFailure(exitStatus.usage, [
      `${wrong} is no resource; kubectl calls one deployments.apps, and a Secret secrets.`,
    ]);
};

interface Printed {
  readonly items: readonly JsonObject[];
  readonly told: readonly string[];
}

const ofObserver = (catalogue: Catalogue, cluster: string, { allNamespaces = false }: ClusterRoleOptions): Printed => {
  const [where, rules] = [allNamespaces ? ('all' as const) : namespacesOf(catalogue, cluster), wantedRules(catalogue)];
  const told = `It holds for the group ${clusterGroup}: Flotilla's user in that cluster must be in it. The group ${logsGroup} may only read logs.`;
  return { items: [...roleOf(where, [...rules, ...surveyRules(catalogue)]), ...logsRole(where, rules)], told: [told] };
};

const ofDeployer = (
  catalogue: Catalogue,
  cluster: string,
  { allNamespaces = false, resource = [] }: ClusterRoleOptions,
): Printed => {
  const where = allNamespaces ? ('all' as const) : deployerNamespaces(catalogue, cluster);
  const { unknown } = clusterScopedRules(catalogue);
  const told = `It holds for the group ${deployerGroup}: the user of the executor kubernetes must be in it, and in the group ${clusterGroup} to look.`;
  const lacks = unknown.map(
    (kind) => `warning: nobody knows the API of ${kind}, which a policy allows: give the right to it yourself.`,
  );
  const { prometheus } = entryOf(catalogue.clusters, cluster) ?? {};
  const metrics = prometheus === undefined ? [] : metricsRole(prometheus);
  return { items: [...deployerRole(catalogue, where, resource), ...metrics], told: [...lacks, told] };
};
