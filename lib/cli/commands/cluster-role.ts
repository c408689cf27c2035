import { entryOf } from '../../domain/catalogue/catalogue.ts';
import { clusterGroup, logsGroup } from '../../domain/catalogue/cluster-group.ts';
import { wantedRules } from '../../domain/catalogue/cluster-rights.ts';
import { clusterRoleYaml, logsRole, namespacesOf, clusterRole as roleOf } from '../../domain/catalogue/cluster-role.ts';
import { loadConfiguration } from '../../local/load-configuration.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';

export interface ClusterRoleOptions {
  readonly config?: string;
  readonly allNamespaces?: boolean;
}

/** Prints what lets Flotilla look in a cluster, for kubectl: in the namespaces of the catalogue, or in all. */
export const clusterRole = async (
  context: CommandContext,
  { config, allNamespaces = false }: ClusterRoleOptions,
  cluster = '',
): Promise<ExitStatus> => {
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
  const [where, rules] = [allNamespaces ? ('all' as const) : namespacesOf(catalogue, cluster), wantedRules(catalogue)];
  const items = [...roleOf(where, rules), ...logsRole(where, rules)];
  terminal.error(
    `It holds for the group ${clusterGroup}: whoever Flotilla is in that cluster must be in it. The group ${logsGroup} may only read logs.`,
  );
  print(context, { apiVersion: 'v1', kind: 'List', items }, clusterRoleYaml(items).trimEnd().split('\n'));
  return exitStatus.done;
};
