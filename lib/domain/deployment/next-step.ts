import type { WatchedDeployment } from '../plan/kept-deployment.ts';
import type { Failure } from '../record/rows.ts';

export interface AttemptThatFailed {
  readonly failure: Failure;
  /** From 1. */
  readonly attempt: number;
  readonly deployment: Pick<WatchedDeployment, 'retry_count' | 'rollback_strategy' | 'workload' | 'replay'>;
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
  if (isLeftAsItIs(failure)) return 'AttemptEnded';
  if (failure.retryable && !batchCancelled && attempt <= deployment.retry_count) return 'AttemptRetryable';
  return wantsRestore(deployment, failure) && !runsOnce(deployment) && !putsBack(deployment)
    ? 'AttemptFailed'
    : 'AttemptEnded';
};

/** In a rollback nothing is restored: the last good release there is the one that is being taken back. */
export const putsBack = ({ replay }: Pick<WatchedDeployment, 'replay'>): boolean => replay?.kind === 'rollback';

const wantsRestore = ({ rollback_strategy }: AttemptThatFailed['deployment'], { touched }: Failure): boolean =>
  rollback_strategy === 'automatic' && touched === true;

/** To put back the release before would be to run it again: the migration of last month, for example. */
export const runsOnce = ({ workload }: Pick<WatchedDeployment, 'workload'>): boolean => workload.kind === 'job';

export const notRunAgain = 'The job of the release before was not run again: what it did, it did once';

const notPutBack =
  'Nothing was restored, because this is a rollback: the last good release there is the one that it takes back';

/** What is to be said of a failure after which nothing is put back, although that was asked for. */
export const withoutRestore = (deployment: AttemptThatFailed['deployment'], failure: Failure): string | undefined => {
  if (!wantsRestore(deployment, failure) || isLeftAsItIs(failure)) return undefined;
  if (putsBack(deployment)) return notPutBack;
  return runsOnce(deployment) ? notRunAgain : undefined;
};

const isLeftAsItIs = ({ unknown, cancelled, superseded, skipped }: Failure): boolean =>
  [unknown, cancelled, superseded, skipped].includes(true);
