import { counted } from '../domain/counted.ts';
import type { Health } from '../usecases/read-health.ts';
import { printable } from './clean-text.ts';
import { type CommandContext, print } from './command-context.ts';
import { type ExitStatus, exitStatus } from './failure.ts';
import { checkFollowing, follow, goingOn } from './follow.ts';
import { Patience } from './patience.ts';
import { type Reporting, reportAddress } from './report-end.ts';
import { simulationSentence } from './simulation.ts';
import type { Accepted } from './submit-batch.ts';

/** Options of every command that creates a batch. */
export interface FollowOptions {
  readonly follow?: boolean;
  readonly timeout?: number;
  readonly patience?: number;
  readonly reportUrl?: string;
}

/** Whether to follow it, and where to post its end. Checked before anything is sent. */
export const followingOf = (options: FollowOptions): { readonly isFollowing: boolean } & Reporting => {
  const report = options.reportUrl === undefined ? undefined : reportAddress(options.reportUrl);
  const isFollowing = options.follow === true || report !== undefined;
  checkFollowing(isFollowing, { timeout: options.timeout });
  return { isFollowing, ...(report === undefined ? {} : { report }) };
};

/** Reports an accepted batch, and follows it to its end on request. */
export const tellAccepted = async (
  context: CommandContext,
  options: FollowOptions,
  { accepted, isNew }: { readonly accepted: Accepted; readonly isNew: boolean },
): Promise<ExitStatus> => {
  const { terminal } = context;
  const { isFollowing, report } = followingOf(options);
  const { simulated } = await readHealth(context, options, accepted.batch_id);
  const sentence = simulationSentence(simulated);
  for (const warning of accepted.warnings) terminal.error(`warning: ${warning}`);
  print(context, { ...accepted, simulated }, [
    ...(sentence === undefined ? [] : [terminal.colours.yellow(sentence)]),
    isNew
      ? `Batch ${accepted.batch_id} accepted: ${printable(accepted.name)}, ${counted(accepted.total, 'deployment')}.`
      : `Batch ${accepted.batch_id} exists already (${accepted.status}); nothing new was started.`,
    ...(isFollowing ? [] : [`Follow it with: ${context.command('status', accepted.batch_id, '--follow')}`]),
  ]);
  if (!isFollowing) return exitStatus.done;
  return follow(context, { ...options, batchId: accepted.batch_id, simulated, report });
};

/** The batch has been accepted, so its id is always shown. */
const readHealth = async (context: CommandContext, { patience }: FollowOptions, batchId: string): Promise<Health> => {
  const waiting = new Patience(context, { seconds: patience });
  return waiting
    .until(() => context.client.ask<Health>('/health'))
    .catch((error: unknown) => {
      throw goingOn(context, batchId, error);
    });
};
