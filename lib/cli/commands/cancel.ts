import { isTerminal } from '../../domain/deployment/status.ts';
import type { Cancelled } from '../../usecases/batch/cancel-batch.ts';
import type { BatchView } from '../../usecases/batch/read-batch.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { type MeantOptions, meantBatch } from '../meant-batch.ts';

const isPast = ({ status }: BatchView): boolean => isTerminal(status);

/** Asks a batch to stop, and says what continues. */
export const cancel = async (context: CommandContext, options: MeantOptions, id = ''): Promise<ExitStatus> => {
  const batchId = await meantBatch(context, { ...options, id, question: 'Cancel it?', isPast });
  const path = `/batches/${encodeURIComponent(batchId)}/cancel`;
  const answer = await context.client.ask<Cancelled>(path, { method: 'POST' });
  print(context, answer, [
    `Batch ${answer.batch_id}: nothing new starts.`,
    ...answer.in_flight.map(({ key, effect, why }) => `  ${key}: ${effect}. ${printable(why)}`),
  ]);
  return exitStatus.done;
};
