import type { BatchList } from '../../../usecases/list-batches.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { batchTable } from '../tables.ts';

/** Shows the latest batches. */
export const list = async (context: CommandContext, options: { readonly limit: number }): Promise<ExitStatus> => {
  const answer = await context.client.ask<BatchList>(`/batches?limit=${options.limit}`);
  const { batches } = answer;
  print(context, answer, [batches.length === 0 ? 'There are no batches yet.' : batchTable(batches, context.terminal)]);
  return exitStatus.done;
};
