import type { Cancelled } from '../../usecases/batch/cancel-batch.ts';
import { type CommandContext, print } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { printable } from '../terminal.ts';

/** Asks for a batch to stop, and tells what goes on. */
export const cancel = async (context: CommandContext, _options: object, id = ''): Promise<ExitStatus> => {
  const path = `/batches/${encodeURIComponent(id)}/cancel`;
  const answer = await context.client.ask<Cancelled>(path, { method: 'POST' });
  print(context, answer, [
    `Batch ${answer.batch_id}: nothing new starts.`,
    ...answer.in_flight.map(({ key, effect, why }) => `  ${key}: ${effect}. ${printable(why)}`),
  ]);
  return exitStatus.done;
};
