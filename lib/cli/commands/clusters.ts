import type { ClusterView } from '../../usecases/rollout/read-clusters.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { clusterTable } from '../installation-tables.ts';
import { tableLines } from '../tables.ts';

/** Shows the state of the clusters without asking any of them. */
export const clusters = async (context: CommandContext): Promise<ExitStatus> => {
  const answer = await context.client.ask<{ readonly clusters: readonly ClusterView[] }>('/clusters');
  const { terminal, times } = context;
  const table = clusterTable(answer.clusters, terminal, times);
  print(
    context,
    answer,
    answer.clusters.length === 0 ? ['There is no cluster that you may see.'] : tableLines(table, terminal.colours),
  );
  return exitStatus.done;
};
