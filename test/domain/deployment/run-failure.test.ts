import { describe, expect, it, test } from 'vitest';
import { failureOfRun } from '../../../lib/domain/deployment/run-failure.ts';
import type { RunOutcome } from '../../../lib/domain/ports.ts';
import type { Failure } from '../../../lib/domain/record/rows.ts';

/** What a bad end of a run means when nobody asked for it. */
const ends: Readonly<Record<Exclude<RunOutcome, 'succeeded'>, Failure>> = {
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

const ofOurTimeout: Failure = {
  reason: 'Timeout',
  message: 'The run was not over at the end of the timeout and was aborted.',
  retryable: true,
  touched: true,
};

const ofOurCancel: Failure = {
  reason: 'BatchCancelled',
  message: 'The run was aborted, because the batch was cancelled.',
  cancelled: true,
  touched: true,
};

/** Where our asking for the end explains it. Any other end is what it is, whatever we asked for. */
const explained: readonly (readonly [RunOutcome, 'timeout' | 'cancel', Failure])[] = [
  ['aborted', 'timeout', ofOurTimeout],
  ['expired', 'timeout', ofOurTimeout],
  ['aborted', 'cancel', ofOurCancel],
];

const table = Object.entries(ends).flatMap(([outcome, plain]) =>
  ([undefined, 'timeout', 'cancel'] as const).map((stopping) => {
    const ours = explained.find(([end, why]) => end === outcome && why === stopping);
    return [outcome as keyof typeof ends, stopping, ours?.[2] ?? plain] as const;
  }),
);

describe('a run that ended', () => {
  it.each(table)('%s, we had asked for its end because of %s', (outcome, stopping, failure) => {
    expect(failureOfRun({ phase: 'terminal', raw: 'x', outcome }, stopping)).toEqual(failure);
  });

  it.each([undefined, 'timeout', 'cancel'] as const)('well is no failure, though asked to stop for %s', (stopping) => {
    expect(failureOfRun({ phase: 'terminal', raw: 'x', outcome: 'succeeded' }, stopping)).toBeUndefined();
    expect(failureOfRun({ phase: 'running', raw: 'x' }, stopping)).toBeUndefined();
  });
});

test('what the executor says about it follows ours', () => {
  const state = { phase: 'terminal', raw: 'x', outcome: 'failed', message: 'Step Apply: quota.' } as const;
  expect(failureOfRun(state)?.message).toBe('The pipeline failed. Step Apply: quota.');
});
