import type { HoldView } from '../../usecases/holds/hold-view.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { holdTable } from '../hold-lines.ts';
import { tableLines } from '../tables.ts';

/** Shows what currently keeps deployments from their turns. */
export const holds = async (context: CommandContext): Promise<ExitStatus> => {
  const answer = await context.client.ask<{ readonly holds: readonly HoldView[] }>('/holds');
  const { terminal, times } = context;
  const table = holdTable(answer.holds, terminal, times);
  print(
    context,
    answer,
    answer.holds.length === 0 ? ['Nothing is held, or nothing that you may see.'] : tableLines(table, terminal.colours),
  );
  return exitStatus.done;
};
