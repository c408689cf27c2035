import type { ExecutorView } from '../../usecases/deployment/read-executors.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { executorTable } from '../installation-tables.ts';
import { tableLines } from '../tables.ts';

/** Shows the state of the executors' accounts. */
export const executors = async (context: CommandContext): Promise<ExitStatus> => {
  const answer = await context.client.ask<{ readonly executors: readonly ExecutorView[] }>('/executors');
  const { terminal, times } = context;
  const table = executorTable(answer.executors, terminal, times);
  print(
    context,
    answer,
    answer.executors.length === 0 ? ['There is no executor that you may see.'] : tableLines(table, terminal.colours),
  );
  return exitStatus.done;
};
