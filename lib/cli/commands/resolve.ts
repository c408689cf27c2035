import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { type MeantOptions, meantBatch } from '../meant-batch.ts';
import { resolveAll } from '../resolve-all.ts';
import { sendResolution } from '../send-resolution.ts';

export interface ResolveOptions extends MeantOptions {
  readonly status?: string;
  readonly reason?: string;
  readonly all?: boolean;
}

/** Resolves one UNKNOWN deployment, or all of a batch. */
export const resolve = async (
  context: CommandContext,
  options: ResolveOptions,
  named = '',
  key = '',
): Promise<ExitStatus> => {
  if (options.all) return resolveAll(context, { ...options, named, key });
  const { status, reason, yes } = options;
  if (key === '' || status === undefined || reason === undefined) throw new CommandFailure(exitStatus.usage, [needed]);
  const id = await meantBatch(context, { id: named, yes, question: `Say that ${key} is ${status} there?` });
  const view = await sendResolution(context.client, { id, key, status, reason });
  print(context, view, [`${view.key} is ${view.status} now, resolved by ${view.resolved_by}.`]);
  return exitStatus.done;
};

const needed = 'Name the deployment, --status and --reason; or give --all, for proposals from what the clusters show.';
