import { type BatchStatus, decideBatchStatus, type Totals } from '../../domain/deployment/batch-status.ts';
import type { Status } from '../../domain/deployment/status.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { manifestsRefused } from '../../domain/manifests/manifests-refused.ts';
import type { Write } from '../../domain/ports.ts';
import { changeHeader } from '../../domain/record/change.ts';
import type { InboxMessage } from '../../domain/record/inbox-message.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, isSealed, itemOf } from '../../domain/record/rows.ts';
import { type EndOf, endOfRollback } from '../../domain/undo/rollback-end.ts';
import type { Deps } from '../deps.ts';
import { startNext } from '../requests/in-turn.ts';
import { retryConflict } from '../retry-conflict.ts';
import { closingWrites } from '../undo/close-rolled-back.ts';
import { rollingBack, rollingBackWrites } from '../undo/open-rollback.ts';
import { type UndoAtEnd, undoAtEnd } from '../undo/undo-at-end.ts';
import { outcomesWrites, readEnds, totalsOf } from './count-outcomes.ts';
import { findBatch } from './find-batch.ts';
import { startExecution } from './open-batch.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'catalogue'>;

export interface Finishing {
  readonly batch_id: string;
  /** Why there is no plan, as far as Conclude knows. */
  readonly why?: string | undefined;
}

/**
 * Seals a batch whose deployments have all ended: writes status, totals and event, and ends its scheduling. Throws
 * StatusConflict while a deployment is open: a plan finished after it was given up must not end as a success with
 * nothing done. The sweeper then concludes the batch and calls this again.
 *
 * If the batch is to be rolled back, the same transaction opens the rollback, and the batch ends with it. When a
 * rollback ends, the batches it rolled back end too.
 */
export const finishBatch = async (deps: Needs, { batch_id, why }: Finishing): Promise<{ status: Status }> => {
  const { status, rolling_back, origin } = await retryConflict(deps, () => seal(deps, batch_id, why));
  // If the process is killed before this, the next caller or the sweeper starts it.
  if (rolling_back !== undefined) await startExecution(deps, rolling_back);
  if (origin !== undefined) await startNext(deps, origin);
  return { status };
};

type Sealed = Pick<HeaderRow, 'status' | 'rolling_back' | 'origin'>;

const seal = async (deps: Needs, batchId: string, why: string | undefined): Promise<Sealed> => {
  const header = await findBatch(deps, batchId);
  if (isSealed(header)) return header;
  const ends = await readEnds(deps, batchId);
  const totals = totalsOf(ends);
  checkAllEnded(header, totals);
  const ended = header.plan_hash === undefined ? unplanned(header, why) : statusOf(header, ends, totals);
  const lastEnd = ends.reduce((last, { ended_at }) => Math.max(last, ended_at), header.created_at);
  const undo = await undoAtEnd(deps, header, { ...ended, lastEnd });
  const at = deps.clock.now();
  const told = toldAtEnd(ended, undo);
  const change = changeHeader(
    header,
    { ...told, totals, ...('rolling_back' in told ? {} : { ended_at: at }) },
    { at, actor: 'finish', detail: { ...totals } },
  );
  const message: InboxMessage = { type: 'finished', batch_id: batchId };
  await deps.table.transact([
    ...change.writes,
    ...outcomesWrites(header, ends),
    { delete: keys.open(batchId) },
    { put: itemOf(keys.inbox(deps.ids.next()), { message }) },
    ...undoWrites(undo),
    ...(await closingWrites(deps, header, { ends, at })),
  ]);
  return change.row;
};

const toldAtEnd = (ended: BatchStatus, undo: UndoAtEnd): BatchStatus | ReturnType<typeof rollingBack> => {
  if (undo.kind === 'none') return ended;
  if (undo.kind === 'not') return { ...ended, message: `${ended.message} ${undo.why}` };
  const told = rollingBack(undo.rollback.batch_id, undo.rollback.total);
  return { ...told, message: `${ended.message} ${told.message}` };
};

const undoWrites = (undo: UndoAtEnd): readonly Write[] =>
  undo.kind === 'opens' ? [...undo.writes, ...rollingBackWrites(undo.also, undo.rollback, 'finish')] : [];

/** Without a plan there is nothing to count: planning itself failed and nothing started. */
const unplanned = ({ reason, message }: HeaderRow, why: string | undefined): BatchStatus => {
  if (reason === manifestsRefused) return { status: 'FAILED', reason, message };
  const told = why === undefined ? '' : `: ${why}`;
  return { status: 'FAILED', reason: 'PlanFailed', message: `The plan could not be made${told}; nothing was started.` };
};

const statusOf = (header: HeaderRow, ends: readonly EndOf[], totals: Totals): BatchStatus => {
  const request = { cancelRequested: header.cancel_requested_at !== undefined };
  const ended =
    header.origin?.kind === 'rollback' ? endOfRollback(ends, totals, request) : decideBatchStatus(totals, request);
  const { cancelled_because: reason } = header;
  return reason === undefined || ended.status !== 'CANCELLED' ? ended : { ...ended, reason };
};

const checkAllEnded = ({ batch_id, plan_hash, total }: HeaderRow, totals: Totals): void => {
  const ended = Object.values(totals).reduce((sum, count) => sum + count, 0);
  if (plan_hash === undefined || ended === total) return;
  throw new FlotillaError('StatusConflict', `${ended} of ${total} deployments of batch ${batch_id} have ended`);
};
