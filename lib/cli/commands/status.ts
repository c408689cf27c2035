import type { Health } from '../../usecases/read-health.ts';
import { budgetLines, rightsLines, troubleLines } from '../budget-lines.ts';
import { type CommandContext, print } from '../command-context.ts';
import { endStatus } from '../end-status.ts';
import { explainDeployments } from '../explain.ts';
import type { ExitStatus } from '../failure.ts';
import { checkFollowing, follow } from '../follow.ts';
import { readBatch } from '../meant-batch.ts';
import { Patience } from '../patience.ts';
import { readDeployments } from '../read-deployments.ts';
import { simulationSentence } from '../simulation.ts';
import { batchLines, stuckLines } from '../status-lines.ts';
import { deploymentTable, leftOutLines } from '../tables.ts';

/** A server may be older than the command line. */
type AnyHealth = Pick<Health, 'simulated'> & Partial<Health>;

export interface StatusOptions {
  readonly follow?: boolean;
  readonly timeout?: number;
  readonly patience?: number;
}

/** Shows a batch. Its exit status is 1 when the batch has ended other than well. */
export const status = async (context: CommandContext, options: StatusOptions, id = ''): Promise<ExitStatus> => {
  const { client, terminal } = context;
  checkFollowing(options.follow, { timeout: options.timeout, patience: options.patience });
  const patience = new Patience(context, { seconds: options.follow ? options.patience : 0 });
  const batch = await patience.until(() => readBatch(client, id));
  const {
    simulated,
    budgets = [],
    trouble = [],
    rights = [],
  } = await patience.until(() => client.ask<AnyHealth>('/health'));
  if (options.follow) return follow(context, { ...options, batchId: batch.batch_id, simulated });
  const deployments = await readDeployments(client, batch.batch_id);
  const table = deploymentTable(deployments, { terminal, simulated });
  const sentence = simulationSentence(simulated);
  print(context, { ...batch, simulated, budgets, trouble, rights, deployments }, [
    ...(sentence === undefined ? [] : [terminal.colours.yellow(sentence)]),
    ...[...budgetLines(budgets, context.times), ...troubleLines(trouble, context.times), ...rightsLines(rights)].map(
      terminal.colours.yellow,
    ),
    ...batchLines(batch, terminal.colours, context.times),
    ...stuckLines(batch, { colours: terminal.colours, times: context.times, command: context.command }),
    ...table.lines,
    ...leftOutLines(table, terminal.colours),
    ...explainDeployments(deployments, {
      simulated,
      colours: terminal.colours,
      batchId: batch.batch_id,
      command: context.command,
    }),
  ]);
  return endStatus(batch);
};
