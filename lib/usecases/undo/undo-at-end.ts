import type { BatchStatus } from '../../domain/deployment/batch-status.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import { fixedRollbackId } from '../../domain/undo/fixed-id.ts';
import type { Deps } from '../deps.ts';
import { openRollback } from './open-rollback.ts';
import { type Prepared, prepareRollback, type Wished, whyNothing } from './prepare-rollback.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'ids' | 'catalogue'>;

/** What follows a batch's end: its rollback, or why there is none although one was wanted. Empty if none was wanted. */
export type UndoAtEnd =
  | { readonly kind: 'none' }
  | { readonly kind: 'not'; readonly why: string }
  | {
      readonly kind: 'opens';
      readonly rollback: HeaderRow;
      readonly writes: readonly Write[];
      readonly also: Prepared['covered'];
    };

interface Wanted extends Wished {
  readonly reason: string;
  readonly actor: string;
  readonly actorName?: string | undefined;
  readonly automatic?: true;
  /** Absent if no id was given out before. */
  readonly batchId?: string;
}

/**
 * Decides whether a batch whose deployments have all ended is rolled back, because the file says so or somebody
 * requested it.
 */
export const undoAtEnd = async (
  deps: Needs,
  header: HeaderRow,
  ended: BatchStatus & { readonly lastEnd: number },
): Promise<UndoAtEnd> => {
  const wanted = wantedOf(header, ended);
  if (wanted === undefined) return { kind: 'none' };
  if (header.cancel_requested_at !== undefined) {
    return {
      kind: 'not',
      why: `It was not rolled back because it was cancelled. To roll it back: flotilla rollback ${header.batch_id}.`,
    };
  }
  try {
    const prepared = await prepareRollback(deps, header, wanted);
    if (prepared.plan.members.length === 0) {
      return { kind: 'not', why: `There is nothing to roll back.${whyNothing(prepared.plan.left)}` };
    }
    const batchId = wanted.batchId ?? fixedRollbackId(header.batch_id, prepared.earlier + 1, ended.lastEnd);
    const { reason, actor, actorName, automatic } = wanted;
    const opened = await openRollback(deps, { header, prepared, batchId, actor, actorName, reason, automatic });
    const also = prepared.covered.filter((one) => one.batch_id !== header.batch_id);
    return { kind: 'opens', rollback: opened.header, writes: opened.writes, also };
  } catch (error) {
    // A batch must end, whatever prevents its rollback.
    if (!isFlotillaError(error, 'NotRolledBack') && !isFlotillaError(error, 'RecordExpired')) throw error;
    return { kind: 'not', why: `It was not rolled back: ${error.message}` };
  }
};

const wantedOf = (header: HeaderRow, ended: BatchStatus): Wanted | undefined => {
  const { rollback_request: request, strategy, submitted_by, submitted_by_name, plan_hash } = header;
  if (plan_hash === undefined) return undefined;
  if (request !== undefined) {
    const { only, force, reason, by, by_name, batch_id } = request;
    return { only, force, reason, actor: by, actorName: by_name, batchId: batch_id };
  }
  if (strategy?.on_failure !== 'rollback' || ended.status === 'SUCCESS') return undefined;
  return {
    reason: `on_failure: rollback, because not everything succeeded: ${ended.message}`,
    actor: submitted_by,
    actorName: submitted_by_name,
    automatic: true,
  };
};
