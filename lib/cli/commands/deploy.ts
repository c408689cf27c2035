import { counted } from '../../domain/counted.ts';
import type { Health } from '../../usecases/read-health.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print, readBatchFile } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { checkFollowing, follow, goingOn } from '../follow.ts';
import { Patience } from '../patience.ts';
import { simulationSentence } from '../simulation.ts';
import { submitBatch } from '../submit-batch.ts';

export interface DeployOptions {
  readonly follow?: boolean;
  readonly timeout?: number;
  readonly patience?: number;
  readonly idempotencyKey?: string;
  readonly planHash?: string;
}

/** Submits a batch, and stays until it has ended when that is asked for. */
export const deploy = async (context: CommandContext, options: DeployOptions, file = ''): Promise<ExitStatus> => {
  const { terminal } = context;
  checkFollowing(options.follow, { timeout: options.timeout });
  const batch = await readBatchFile(context, file);
  const { accepted, isNew } = await submitBatch(context, { ...options, file, batch });
  const { simulated } = await readHealth(context, options, accepted.batch_id);
  const sentence = simulationSentence(simulated);
  for (const warning of accepted.warnings) terminal.error(`warning: ${warning}`);
  print(context, { ...accepted, simulated }, [
    ...(sentence === undefined ? [] : [terminal.colours.yellow(sentence)]),
    isNew
      ? `Batch ${accepted.batch_id} accepted: ${printable(accepted.name)}, ${counted(accepted.total, 'deployment')}.`
      : `Batch ${accepted.batch_id} exists already (${accepted.status}); nothing new was started.`,
    ...(options.follow ? [] : [`Follow it with: ${context.command('status', accepted.batch_id, '--follow')}`]),
  ]);
  if (!options.follow) return exitStatus.done;
  return follow(context, { ...options, batchId: accepted.batch_id, simulated });
};

/** The batch is accepted by now, so that its id is told in any case. */
const readHealth = async (context: CommandContext, { patience }: DeployOptions, batchId: string): Promise<Health> => {
  const waiting = new Patience(context, { seconds: patience });
  return waiting
    .until(() => context.client.ask<Health>('/health'))
    .catch((error: unknown) => {
      throw goingOn(context, batchId, error);
    });
};
