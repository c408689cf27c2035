import { type CommandContext, print } from '../command-context.ts';
import { completionScripts } from '../completion-scripts.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import type { Shell } from '../offline-names.ts';

/** Prints the completion script of a shell. */
export const completion = async (context: CommandContext, _: object, shell = ''): Promise<ExitStatus> => {
  const script = completionScripts[shell as Shell];
  print(context, { shell, script }, script.trimEnd().split('\n'));
  return exitStatus.done;
};
