import { type BatchStatus, decideBatchStatus, describeTotals, type Totals } from '../deployment/batch-status.ts';
import type { Status } from '../deployment/status.ts';
import { describeLeft, type LeftReason, leavesOpen } from './left.ts';

/** How a deployment ended, as far as its batch needs it. */
export interface EndOf {
  readonly status: Status;
  readonly reason: string;
  readonly ended_at: number;
}

/** Somebody else has changed the target since: leaving it alone is a good end for a rollback. */
const isLeftAlone = ({ status, reason }: EndOf): boolean => status === 'SKIPPED' && reason === 'Superseded';

/** How a rollback's batch ends. */
export const endOfRollback = (
  ends: readonly EndOf[],
  totals: Totals,
  request: { readonly cancelRequested: boolean },
): BatchStatus => {
  const superseded = ends.filter(isLeftAlone).length;
  const { SKIPPED = 0, ...others } = totals;
  const decided = decideBatchStatus({ ...others, SKIPPED: SKIPPED - superseded }, request);
  const note = superseded === 0 ? '' : ` ${superseded} left alone, because somebody else has changed them since.`;
  return { ...decided, message: `${describeTotals(totals)}${note}` };
};

export interface RollbackEnd {
  /** The rollback's batch. */
  readonly rollbackId: string;
  /** Its deployments; undefined if it could not even be planned. */
  readonly ends: readonly EndOf[] | undefined;
  /** What was left when it was planned. */
  readonly left: Readonly<Partial<Record<LeftReason, number>>>;
}

/** How a rolled-back batch ends. `totals` are its own at that time. */
export const endOfRolledBack = (totals: Totals, { rollbackId, ends, left }: RollbackEnd): BatchStatus => {
  const missed = ends?.filter((end) => end.status !== 'SUCCESS' && !isLeftAlone(end)).length;
  const alone = ends?.filter(isLeftAlone).length ?? 0;
  const open = Object.keys(left).some((reason) => leavesOpen({ reason: reason as LeftReason }));
  const isWhole = missed === 0 && !open;
  const told = [
    describeTotals(totals),
    ...(missed === undefined ? [`Batch ${rollbackId} could not be planned and has restored nothing.`] : []),
    ...(missed ? [`Not restored: ${missed}; batch ${rollbackId} says why.`] : []),
    ...(alone > 0 ? [`Changed by others since: ${alone}.`] : []),
    ...(describeLeft(left) === '' ? [] : [`Left: ${describeLeft(left)}.`]),
  ];
  return {
    ...(isWhole ? { status: 'ROLLBACK', reason: 'RolledBack' } : { status: 'FAILED', reason: 'RollbackIncomplete' }),
    message: told.join(' '),
  };
};

/** A batch stays rolled back, whatever is found out later about one of its deployments. */
export const isRolledBack = ({ reason }: { readonly reason: string }): boolean =>
  reason === 'RolledBack' || reason === 'RollbackIncomplete';
