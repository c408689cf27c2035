import type { BatchView } from '../../usecases/batch/read-batch.ts';
import type { CommandContext } from '../command-context.ts';
import { followBatch } from '../follow.ts';
import { readBatch } from '../meant-batch.ts';
import { posting } from '../posting.ts';
import { readDeployments } from '../read-deployments.ts';
import type { Simulated } from '../simulation.ts';
import { batchLines } from '../status-lines.ts';
import { differencesOf, type Expected } from './differences.ts';

/** What is not rolled back: a failure was already restored, a skipped one never ran, and one has the strategy none. */
const expected: Expected = {
  'clearing/netting-engine': ['FAILED', 'RestoredPreviousRelease'],
  'clearing/settlement-api': ['SKIPPED', 'DependencyFailed'],
  'risk/exposure-calc': ['FAILED', 'RestoredPreviousRelease'],
  'shared/mail-gateway': ['SUCCESS', 'Verified'],
};

const timeout = 60;

type Context = Pick<CommandContext, 'client' | 'terminal' | 'times' | 'clock' | 'json'>;

/** Rolls the batch back, shows it, and returns what did not end as designed. */
export const rollBack = async (
  context: Context,
  { batch, simulated }: { readonly batch: BatchView; readonly simulated: Simulated },
): Promise<readonly string[]> => {
  const { client, terminal, times } = context;
  const path = `/batches/${batch.batch_id}/rollback`;
  const asked = posting({ reason: 'the demo puts back what it has changed' });
  const { batch_id } = await client.ask<{ batch_id: string }>(path, asked);
  const followed = await followBatch(context, { batchId: batch_id, simulated, timeout });
  if (followed === undefined) return [`the rollback has not ended after ${timeout} s`];
  const original = await readBatch(client, batch.batch_id);
  terminal.out('');
  for (const line of batchLines(original, terminal.colours, times)) terminal.out(line);
  const deployments = await readDeployments(client, batch.batch_id);
  return [
    ...(original.reason === 'RolledBack' ? [] : [`the batch: ${original.status} / ${original.reason}, not RolledBack`]),
    ...differencesOf(deployments, expected, 'ROLLBACK'),
  ];
};
