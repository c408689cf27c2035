import type { GraphView } from '../../usecases/plan/read-graph.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { dotLines, graphLines } from '../graph-lines.ts';
import { wholeId } from '../meant-batch.ts';

/** Shows what waits for what in a planned batch. */
export const graph = async (
  context: CommandContext,
  { dot = false }: { readonly dot?: boolean },
  named = '',
): Promise<ExitStatus> => {
  const { client, json } = context;
  if (dot && json)
    throw new CommandFailure(exitStatus.usage, ['--dot and --json are two forms of one thing; give one.']);
  const id = await wholeId(client, named);
  const drawn = await client.ask<GraphView>(`/batches/${encodeURIComponent(id)}/graph`);
  print(context, drawn, dot ? dotLines(drawn) : graphLines(drawn));
  return exitStatus.done;
};
