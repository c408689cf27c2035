import { counted } from '../../domain/counted.ts';
import type { BatchView } from '../../usecases/batch/read-batch.ts';
import type { Health } from '../../usecases/read-health.ts';
import { type CommandContext, print, readBatchFile } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { checkFollowing, follow } from '../follow.ts';
import { sendBatch } from '../send-batch.ts';
import { simulationSentence } from '../simulation.ts';

export interface DeployOptions {
  readonly follow?: boolean;
  readonly timeout?: number;
  readonly idempotencyKey?: string;
}

type Accepted = Pick<BatchView, 'batch_id' | 'name' | 'status' | 'total' | 'warnings'>;

/** What the API answers where the idempotency key names a batch that there is; a new one is 202. */
const CREATED_BEFORE = 200;

/** Submits a batch, and stays until it has ended when that is asked for. */
export const deploy = async (context: CommandContext, options: DeployOptions, file = ''): Promise<ExitStatus> => {
  const { client, terminal } = context;
  checkFollowing(options);
  const batch = await readBatchFile(context, file);
  const key = options.idempotencyKey;
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  const { status, answer: accepted } = await sendBatch<Accepted>(client, '/batches', batch, headers);
  const { simulated } = await client.ask<Health>('/health');
  const sentence = simulationSentence(simulated);
  for (const warning of accepted.warnings) terminal.error(`warning: ${warning}`);
  print(context, { ...accepted, simulated }, [
    ...(sentence === undefined ? [] : [terminal.colours.yellow(sentence)]),
    status === CREATED_BEFORE
      ? `Batch ${accepted.batch_id} exists already (${accepted.status}); nothing new was started.`
      : `Batch ${accepted.batch_id} accepted: ${accepted.name}, ${counted(accepted.total, 'deployment')}.`,
    ...(options.follow ? [] : [`Follow it with: ${context.command(`status ${accepted.batch_id} --follow`)}`]),
  ]);
  if (!options.follow) return exitStatus.done;
  return follow(context, { batchId: accepted.batch_id, simulated, timeout: options.timeout });
};
