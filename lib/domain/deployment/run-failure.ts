import type { RunOutcome, RunState } from '../ports.ts';
import type { Failure } from '../record/rows.ts';

type BadOutcome = Exclude<RunOutcome, 'succeeded'>;

interface Rule {
  readonly reason: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly touched: boolean;
}

/** How each bad end of a run is taken. A human's or a policy's no is not asked again. */
const rules: Readonly<Record<BadOutcome, Rule>> = {
  'succeeded-with-ignored': {
    reason: 'PipelineIgnoredFailures',
    message: 'The pipeline ended well only because failures in it were ignored.',
    retryable: false,
    touched: true,
  },
  failed: { reason: 'PipelineFailed', message: 'The pipeline failed.', retryable: true, touched: true },
  aborted: { reason: 'PipelineAborted', message: 'Somebody aborted the pipeline.', retryable: false, touched: true },
  expired: {
    reason: 'PipelineExpired',
    message: 'The pipeline ran into its own timeout.',
    retryable: true,
    touched: true,
  },
  rejected: {
    reason: 'PipelineApprovalRejected',
    message: 'An approval in the pipeline was rejected.',
    retryable: false,
    touched: true,
  },
  frozen: {
    reason: 'PipelineFrozen',
    message: 'A deployment freeze stopped the pipeline.',
    retryable: false,
    touched: false,
  },
  skipped: { reason: 'PipelineSkipped', message: 'The pipeline ran nothing.', retryable: false, touched: false },
};

/** Why a run that has ended did not succeed; undefined when it did. `stopping` is why we asked for its end, if we did. */
export const failureOfRun = (state: RunState, stopping?: 'timeout' | 'cancel'): Failure | undefined => {
  if (state.outcome === 'succeeded' || state.outcome === undefined) return undefined;
  if (stopping === 'cancel' && state.outcome === 'aborted') {
    return {
      reason: 'BatchCancelled',
      message: 'The run was aborted, because the batch was cancelled.',
      cancelled: true,
      touched: true,
    };
  }
  if (stopping === 'timeout' && (state.outcome === 'aborted' || state.outcome === 'expired')) {
    const message = 'The run was not over at the end of the timeout and was aborted.';
    return { reason: 'Timeout', message, retryable: true, touched: true };
  }
  const { message, ...rule } = rules[state.outcome];
  return { ...rule, message: state.message ? `${message} ${state.message}` : message };
};
