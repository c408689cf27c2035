import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { readBatch } from '../meant-batch.ts';
import { readReplayed, replayedLines } from '../replayed.ts';

/** Shows a batch as of one event in its feed. Other options only work with the current state. */
export const statusAt = async (
  context: CommandContext,
  { at, ...others }: { readonly at: number } & Readonly<Record<string, unknown>>,
  id: string,
): Promise<ExitStatus> => {
  const unfit = unfitNames.filter((name) => others[name] !== undefined);
  if (unfit.length > 0)
    throw new CommandFailure(exitStatus.usage, ['--at shows how all stood: give no filter and no --follow with it.']);
  const batch = await readBatch(context.client, id);
  const told = await readReplayed(context, batch, at);
  print(context, told, replayedLines({ ...told, name: batch.name }, context));
  return exitStatus.done;
};

const unfitNames = [
  ...['follow', 'timeout', 'status', 'environment', 'pillar', 'cluster', 'reason', 'text', 'heldBy', 'sort'],
];
