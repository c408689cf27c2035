import { type BatchStatus, decideBatchStatus, type Totals } from '../../domain/deployment/batch-status.ts';
import type { Status } from '../../domain/deployment/status.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import { changeHeader } from '../../domain/record/change.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, itemOf, type OutcomesRow, rowOf } from '../../domain/record/rows.ts';
import { settledBy } from '../../domain/schedule/cells.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { everyItem } from '../schedule/schedule-store.ts';
import { findBatch } from './find-batch.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'random' | 'ids'>;

/**
 * Seals a batch whose deployments have all ended: status and totals, the event, and the end of its scheduling. Throws
 * StatusConflict while one has not: a plan that was finished after everybody had given it up must not end as a success
 * with nothing done. The sweeper then concludes the batch and comes here again.
 */
export const finishBatch = async (
  deps: Needs,
  { batch_id }: { readonly batch_id: string },
): Promise<{ status: Status }> =>
  retryConflict(deps, async () => {
    const header = await findBatch(deps, batch_id);
    if (header.ended_at !== undefined) return { status: header.status };
    const outcomes = await readOutcomes(deps, batch_id);
    const totals = countOutcomes(outcomes);
    checkAllEnded(header, totals);
    const ended = statusOf(header, totals);
    const at = deps.clock.now();
    const change = changeHeader(
      header,
      { ...ended, totals, ended_at: at },
      { at, actor: 'finish', detail: { ...totals } },
    );
    const message: InboxMessage = { type: 'finished', batch_id };
    await deps.table.transact([
      ...change.writes,
      ...outcomesWrites(header, outcomes),
      { delete: keys.open(batch_id) },
      { put: itemOf(keys.inbox(deps.ids.next()), { message }) },
    ]);
    return { status: ended.status };
  });

/** Without a plan there is nothing to count: planning itself failed, and nothing was started. */
const statusOf = (header: HeaderRow, totals: Totals): BatchStatus =>
  header.plan_hash === undefined
    ? { status: 'FAILED', reason: 'PlanFailed', message: 'The plan could not be made; nothing was started.' }
    : decideBatchStatus(totals, { cancelRequested: header.cancel_requested_at !== undefined });

const checkAllEnded = ({ batch_id, plan_hash, total }: HeaderRow, totals: Totals): void => {
  const ended = Object.values(totals).reduce((sum, count) => sum + count, 0);
  if (plan_hash === undefined || ended === total) return;
  throw new FlotillaError('StatusConflict', `${ended} of ${total} deployments of batch ${batch_id} have ended`);
};

/** In the order of the plan. */
const readOutcomes = async (deps: Needs, batchId: string): Promise<readonly Status[]> => {
  const outcomes: Status[] = [];
  for await (const item of everyItem(deps.table, { pk: keys.header(batchId).pk, prefix: 'ITEM#' })) {
    const { status, outcome } = rowOf<ItemRow>(item)!;
    if (outcome !== undefined) outcomes.push(status);
  }
  return outcomes;
};

const countOutcomes = (outcomes: readonly Status[]): Totals => {
  const totals: Partial<Record<Status, number>> = {};
  for (const status of outcomes) totals[status] = (totals[status] ?? 0) + 1;
  return totals;
};

/** The schedule forgets the batch now, and with it the cells by which a few among thousands are found. */
const outcomesWrites = ({ batch_id, plan_hash }: HeaderRow, outcomes: readonly Status[]): readonly Write[] => {
  if (plan_hash === undefined) return [];
  const row: OutcomesRow = { cells: outcomes.map(settledBy).join('') };
  return [{ put: itemOf(keys.outcomes(batch_id), row) }];
};
