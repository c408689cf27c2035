import { createHash } from 'node:crypto';
import type { CommandContext } from '../lib/cli/command-context.ts';
import { posting } from '../lib/cli/posting.ts';
import { type Accepted, submitBatch } from '../lib/cli/submit-batch.ts';
import { type Links, linksHeader } from '../lib/domain/batch/links.ts';
import { isTerminal } from '../lib/domain/deployment/status.ts';
import type { BatchView } from '../lib/usecases/batch/read-batch.ts';
import type { ActionWorld } from './runner.ts';

/**
 * The same for every attempt of a run, so a job that runs again finds the batch that it started. Another job, step, file or version
 * gives another key. Jobs of one matrix that send the same text to the same server share a batch.
 */
export const idempotencyKey = ({ env }: Pick<ActionWorld, 'env'>, body: string): string => {
  const { GITHUB_REPOSITORY: repository = '', GITHUB_RUN_ID: run = '', GITHUB_JOB: job, GITHUB_ACTION: step } = env;
  const rest = createHash('sha256')
    .update(JSON.stringify([job, step, body]))
    .digest('hex')
    .slice(0, 24);
  return `github/${repository}/${run}/${rest}`;
};

/** The first attempt is 1. */
const attemptOf = ({ env }: Pick<ActionWorld, 'env'>): number => Number(env.GITHUB_RUN_ATTEMPT ?? 1);

/** The batch that a repeated job continues with, and a sentence about it. */
export interface Resumed {
  readonly accepted: Pick<Accepted, 'batch_id' | 'status'>;
  readonly told: string;
}

export interface Resuming {
  readonly found: Accepted;
  readonly key: string;
  readonly onRerun: 'follow' | 'retry';
  readonly links: Links;
  readonly patience?: number | undefined;
}

/**
 * Continues with the batch of an earlier attempt. A batch that still runs or has succeeded is followed. A batch that failed stays as
 * it is; with `retry`, a new batch repeats what failed. The next attempt continues with that new batch.
 */
export const resume = async (world: ActionWorld, context: CommandContext, resuming: Resuming): Promise<Resumed> => {
  const last = await lastOf(context, resuming.found.batch_id);
  const { batch_id: id, status } = last;
  if (!isTerminal(status))
    return { accepted: last, told: `Batch ${id} of an earlier attempt still runs; following it.` };
  if (status === 'SUCCESS') return { accepted: last, told: `Batch ${id} of an earlier attempt has succeeded.` };
  if (resuming.onRerun === 'follow' || attemptOf(world) === 1) {
    const how = 'To repeat what failed in it, set on-rerun: retry.';
    return {
      accepted: last,
      told: `Batch ${id} of an earlier attempt ended ${status}; nothing new was started. ${how}`,
    };
  }
  const accepted = await retryBatch(world, context, { ...resuming, id });
  return {
    accepted,
    told: `Batch ${id} ended ${status}. Batch ${accepted.batch_id} repeats what failed in it.`,
  };
};

/** The last retry of a batch stands for the whole chain. */
const lastOf = async ({ client }: CommandContext, id: string): Promise<BatchView> => {
  const batch = await client.ask<BatchView>(`/batches/${encodeURIComponent(id)}`);
  const last = batch.retries?.at(-1);
  return last === undefined || last === id ? batch : client.ask<BatchView>(`/batches/${encodeURIComponent(last)}`);
};

const retryBatch = async (
  world: ActionWorld,
  context: CommandContext,
  { id, key, links, patience }: Resuming & { readonly id: string },
): Promise<Accepted> => {
  const { headers: ofJson, ...post } = posting({ reason: `Attempt ${attemptOf(world)} of the workflow run.` });
  const own = { ...ofJson, [linksHeader]: JSON.stringify(links) };
  const { accepted } = await submitBatch(context, {
    idempotencyKey: `${key}/retry/${attemptOf(world)}`,
    patience,
    again: ['retry', id],
    send: ({ headers, ...rest }) =>
      context.client.send<Accepted>(`/batches/${encodeURIComponent(id)}/retry`, {
        ...rest,
        ...post,
        headers: { ...headers, ...own },
      }),
  });
  return accepted;
};
