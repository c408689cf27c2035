import { wholeBatchId } from '../domain/record/batch-id.ts';
import type { BatchView } from '../usecases/batch/read-batch.ts';
import type { ApiClient } from './api-client.ts';
import { printable } from './clean-text.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { isYes } from './terminal.ts';

export interface MeantOptions {
  readonly yes?: boolean | undefined;
}

export interface Meant extends MeantOptions {
  /** As typed: a full id, the beginning of one, or `latest`. */
  readonly id: string;
  /** The question before the batch is changed. */
  readonly question: string;
  /** Batches in this state need no question: the server will answer. */
  readonly isPast?: (batch: BatchView) => boolean;
}

/** The batch that a name refers to, as the server knows it. */
export const readBatch = (client: ApiClient, named: string): Promise<BatchView> =>
  client.ask(`/batches/${encodeURIComponent(named)}`);

export const wholeId = async (client: ApiClient, named: string): Promise<string> =>
  wholeBatchId(named) ?? (await readBatch(client, named)).batch_id;

/**
 * The id of the batch that a command is about to change. A full id is clear. For anything shorter, the command says
 * which batch it means, and asks. Where nobody can answer, `--yes` does.
 */
export const meantBatch = async (context: CommandContext, { id, yes, question, isPast }: Meant): Promise<string> => {
  const whole = wholeBatchId(id);
  if (whole !== undefined) return whole;
  const batch = await readBatch(context.client, id);
  const { batch_id, name, status, created_at, submitted_by } = batch;
  const when = `submitted ${context.times.moment(created_at)} by ${printable(submitted_by)}`;
  context.terminal.error(`${id} is batch ${batch_id}: ${printable(name)}, ${status}, ${when}.`);
  if (yes || isPast?.(batch)) return batch_id;
  const { ask } = context.terminal;
  if (context.json || ask === undefined) {
    const why = context.json ? '--json' : 'no terminal';
    throw new CommandFailure(exitStatus.usage, [`Cannot ask you (${why}). Add --yes, or give the whole id.`]);
  }
  if (isYes(await ask(`${question} [y/N] `))) return batch_id;
  throw new CommandFailure(exitStatus.refused, ['Nothing was changed.']);
};
