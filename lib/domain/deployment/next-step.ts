import type { WatchedDeployment } from '../plan/kept-deployment.ts';
import type { Failure } from '../record/rows.ts';

export interface AttemptThatFailed {
  readonly failure: Failure;
  /** Starts at 1. */
  readonly attempt: number;
  readonly deployment: Pick<WatchedDeployment, 'retry_count' | 'rollback_strategy' | 'workload' | 'replay'>;
  /** Nothing new may start, including another attempt. */
  readonly batchCancelled: boolean;
}

/**
 * What follows a failed attempt, as the name that the state machine catches: another attempt, a restore, or the record.
 * A rejected or UNKNOWN attempt is never repeated. An attempt that did not touch the target needs no restore
 * (batch-format section 11, items 10 and 11). What somebody else put in place is never replaced by an older release.
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

/** A rollback restores nothing: the last good release there is the one that it takes back. */
export const putsBack = ({ replay }: Pick<WatchedDeployment, 'replay'>): boolean => replay?.kind === 'rollback';

const wantsRestore = ({ rollback_strategy }: AttemptThatFailed['deployment'], { touched }: Failure): boolean =>
  rollback_strategy === 'automatic' && touched === true;

/** Restoring the previous release would run it again: last month's migration, for example. */
export const runsOnce = ({ workload }: Pick<WatchedDeployment, 'workload'>): boolean => workload.kind === 'job';

export const notRunAgain = 'The job of the previous release was not run again: jobs run once';

const notPutBack = 'Nothing was restored: this is a rollback, and the last good release is the one it takes back';

/** Explains a failure after which nothing is restored, although a restore was asked for. */
export const withoutRestore = (deployment: AttemptThatFailed['deployment'], failure: Failure): string | undefined => {
  if (!wantsRestore(deployment, failure) || isLeftAsItIs(failure)) return undefined;
  if (putsBack(deployment)) return notPutBack;
  return runsOnce(deployment) ? notRunAgain : undefined;
};

const isLeftAsItIs = ({ unknown, cancelled, superseded, skipped }: Failure): boolean =>
  [unknown, cancelled, superseded, skipped].includes(true);
