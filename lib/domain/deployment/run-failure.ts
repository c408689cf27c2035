import type { RunOutcome, RunState } from '../ports.ts';
import type { Failure } from '../record/rows.ts';
import type { StopCause } from '../record/watch-rows.ts';

type BadOutcome = Exclude<RunOutcome, 'succeeded'>;

interface Rule {
  readonly reason: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly touched: boolean;
}

/** How each bad end of a run is treated. A person's or a policy's no is final. */
const rules: Readonly<Record<BadOutcome, Rule>> = {
  'succeeded-with-ignored': {
    reason: 'PipelineIgnoredFailures',
    message: 'The pipeline succeeded only because failures in it were ignored.',
    retryable: false,
    touched: true,
  },
  failed: { reason: 'PipelineFailed', message: 'The pipeline failed.', retryable: true, touched: true },
  aborted: { reason: 'PipelineAborted', message: 'Somebody aborted the pipeline.', retryable: false, touched: true },
  expired: {
    reason: 'PipelineExpired',
    message: 'The pipeline hit its own timeout.',
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

/** That we asked the run to stop, and what was seen of it then. */
export interface Stopped {
  readonly why: StopCause;
  readonly seen?: Pick<RunState, 'phase' | 'raw'>;
  /** Milliseconds after its start. */
  readonly after: number;
}

/** Why an ended run did not succeed; undefined if it did. `stopped` says why we stopped it, if we did. */
export const failureOfRun = (state: RunState, stopped?: Stopped): Failure | undefined => {
  if (state.outcome === 'succeeded' || state.outcome === undefined) return undefined;
  const { why } = stopped ?? {};
  if (why === 'cancel' && state.outcome === 'aborted') {
    return {
      reason: 'BatchCancelled',
      message: withWords('The run was aborted, because the batch was cancelled.', state),
      cancelled: true,
      ...knownOfEnd(state),
    };
  }
  if (stopped !== undefined && why !== 'cancel' && (state.outcome === 'aborted' || state.outcome === 'expired')) {
    const failure = why === 'person' ? nobodyCame : timedOut(stopped);
    return { ...failure, message: withWords(failure.message, state), ...knownOfEnd(state) };
  }
  if (state.failure !== undefined) return state.failure;
  const { message, ...rule } = rules[state.outcome];
  return { ...rule, message: state.message ? `${message} ${state.message}` : message };
};

/** An executor that knows reports whether anything had been changed or taken back. */
const knownOfEnd = ({ failure }: RunState): Pick<Failure, 'touched' | 'taken_back'> => ({
  touched: failure?.touched ?? true,
  ...(failure?.taken_back === true ? { taken_back: true } : {}),
});

const withWords = (message: string, { failure }: RunState): string =>
  failure === undefined ? message : `${message} ${failure.message}`;

const nobodyCame = {
  reason: 'HumanWaitExpired',
  message: 'The run waited for a person in the executor for longer than `human_wait`, and was aborted.',
  retryable: false,
};

/** A run that never began and a run that took too long call for different actions. */
const timedOut = ({ seen, after }: Stopped): Pick<Failure, 'reason' | 'message' | 'retryable'> => {
  const told = 'The run was still going at its timeout and was aborted.';
  const then = `${Math.round(after / 60_000)} min after its start`;
  const was =
    seen?.phase === 'queued'
      ? ` The executor had not begun it: ${then} it was still queued (${seen.raw}).`
      : ` It was at work (${seen?.raw}) ${then}.`;
  const message = seen === undefined ? told : `${told}${was}`;
  return { reason: 'Timeout', message, retryable: true };
};
