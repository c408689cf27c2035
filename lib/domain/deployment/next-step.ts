import type { PlannedDeployment } from '../plan/plan.ts';
import type { Failure } from '../record/rows.ts';

export interface AttemptThatFailed {
  readonly failure: Failure;
  /** From 1. */
  readonly attempt: number;
  readonly deployment: Pick<PlannedDeployment, 'retry_count' | 'rollback_strategy'>;
  /** Nothing new may start, another attempt included. */
  readonly batchCancelled: boolean;
}

/**
 * What follows an attempt that failed, as the name that the state machine catches: another attempt, a restore, or the
 * record. What was rejected, or is UNKNOWN, is never tried again; what did not touch the target needs no restore
 * (batch-format section 11, items 10 and 11); and what somebody else has put in its place is not replaced by an older one.
 */
export const decideAfterFailure = ({
  failure,
  attempt,
  deployment,
  batchCancelled,
}: AttemptThatFailed): 'AttemptRetryable' | 'AttemptFailed' | 'AttemptEnded' => {
  if (failure.unknown || failure.cancelled || failure.superseded) return 'AttemptEnded';
  if (failure.retryable && !batchCancelled && attempt <= deployment.retry_count) return 'AttemptRetryable';
  return deployment.rollback_strategy === 'automatic' && failure.touched ? 'AttemptFailed' : 'AttemptEnded';
};
