import { counted } from '../../domain/counted.ts';
import type { DeploymentView } from '../../usecases/deployment/deployment-view.ts';
import type { Health } from '../../usecases/read-health.ts';
import { budgetLines, rightsLines, troubleLines } from '../budget-lines.ts';
import { type CommandContext, print } from '../command-context.ts';
import { endStatus } from '../end-status.ts';
import { explainDeployments } from '../explain.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { checkFollowing, follow } from '../follow.ts';
import { filtersTold, type Given, queryOf } from '../list-filters.ts';
import { readBatch } from '../meant-batch.ts';
import { Patience } from '../patience.ts';
import { readDeployments } from '../read-deployments.ts';
import { type Simulated, simulationSentence } from '../simulation.ts';
import { batchLines, stuckLines } from '../status-lines.ts';
import { deploymentTable, tableLines } from '../tables.ts';
import { statusAt } from './status-at.ts';
import { checkFailedOptions, statusFailed } from './status-failed.ts';

/** A server may be older than the command line. */
type AnyHealth = Pick<Health, 'simulated'> & Partial<Health>;

/** Filters and order of the deployments; all filters must match. */
const filterNames = [...['status', 'environment', 'pillar', 'cluster', 'reason', 'text', 'heldBy', 'sort']] as const;

export interface StatusOptions extends Readonly<Partial<Record<(typeof filterNames)[number], string>>> {
  /** Number of an event: shows the state at that event. */
  readonly at?: number;
  readonly failed?: boolean;
  readonly follow?: boolean;
  readonly timeout?: number;
  readonly patience?: number;
}

/** Shows a batch. Exit status 1 if the batch has ended badly. */
export const status = async (context: CommandContext, options: StatusOptions, id = ''): Promise<ExitStatus> => {
  const { client, terminal } = context;
  checkFollowing(options.follow, { timeout: options.timeout, patience: options.patience });
  const given = Object.fromEntries(filterNames.map((name) => [name, options[name]]));
  if (options.failed) checkFailedOptions({ ...options });
  checkShowing(options.follow, given);
  if (options.at !== undefined) return statusAt(context, { ...options, ...given, at: options.at }, id);
  const patience = new Patience(context, { seconds: options.follow ? options.patience : 0 });
  const batch = await patience.until(() => readBatch(client, id));
  const {
    simulated,
    budgets = [],
    trouble = [],
    rights = [],
  } = await patience.until(() => client.ask<AnyHealth>('/health'));
  if (options.failed) return statusFailed(context, batch, { given, simulated });
  if (options.follow) return follow(context, { ...options, batchId: batch.batch_id, simulated });
  const deployments = await readDeployments(client, batch.batch_id, { query: queryOf(context, given) });
  const sentence = simulationSentence(simulated);
  print(context, { ...batch, simulated, budgets, trouble, rights, deployments }, [
    ...(sentence === undefined ? [] : [terminal.colours.yellow(sentence)]),
    ...[...budgetLines(budgets, context.times), ...troubleLines(trouble, context.times), ...rightsLines(rights)].map(
      terminal.colours.yellow,
    ),
    ...batchLines(batch, terminal.colours, context.times),
    ...stuckLines(batch, { colours: terminal.colours, times: context.times, command: context.command }),
    ...deploymentLines(context, { given, deployments, simulated, total: batch.total }),
    ...explainDeployments(deployments, {
      simulated,
      colours: terminal.colours,
      batchId: batch.batch_id,
      command: context.command,
    }),
  ]);
  return endStatus(batch);
};

/** With --follow, the whole batch is shown. */
const checkShowing = (isFollowing: boolean | undefined, given: Given): void => {
  const filters = filtersTold(given);
  if (!isFollowing || filters === '') return;
  throw new CommandFailure(exitStatus.usage, [`--follow shows all deployments: leave out ${filters}.`]);
};

interface Shown {
  readonly given: Given;
  readonly deployments: readonly DeploymentView[];
  readonly simulated: Simulated;
  /** For the batch. */
  readonly total: number;
}

/** The deployments, and the total if not all were asked for. */
const deploymentLines = ({ terminal }: CommandContext, shown: Shown): readonly string[] => {
  const { given, deployments, simulated, total } = shown;
  const { sort: _, ...filters } = given;
  const told = filtersTold(filters);
  const count = deployments.length;
  const table = deploymentTable(deployments, { terminal, simulated });
  const lines = tableLines(table, terminal.colours);
  if (told === '') return lines;
  const fitting = `${count === 0 ? 'None' : count} of ${counted(total, 'deployment')} ${count > 1 ? 'fit' : 'fits'} ${told}.`;
  return [fitting, ...(count === 0 ? [] : lines)];
};
