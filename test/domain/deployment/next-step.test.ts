import { describe, expect, it } from 'vitest';
import { type AttemptThatFailed, decideAfterFailure } from '../../../lib/domain/deployment/next-step.ts';
import { isWorthAnotherTry } from '../../../lib/domain/deployment/rollout-failure.ts';

const failure = { reason: 'X', message: 'x', retryable: true, touched: true };
const first: AttemptThatFailed = {
  ...{ failure, attempt: 1, batchCancelled: false },
  deployment: { retry_count: 1, rollback_strategy: 'automatic' },
};
const manual = { retry_count: 1, rollback_strategy: 'manual' } as const;
const none = { retry_count: 1, rollback_strategy: 'none' } as const;

describe('what follows an attempt that failed', () => {
  it.each<[what: string, AttemptThatFailed, follows: ReturnType<typeof decideAfterFailure>]>([
    ['the first of two', first, 'AttemptRetryable'],
    ['the last', { ...first, attempt: 2 }, 'AttemptFailed'],
    ['one without a retry', { ...first, deployment: { ...first.deployment, retry_count: 0 } }, 'AttemptFailed'],
    ['the first, of a cancelled batch', { ...first, batchCancelled: true }, 'AttemptFailed'],
    ['one that would fail again', { ...first, failure: { ...failure, retryable: false } }, 'AttemptFailed'],
    [
      'the last that touched nothing',
      { ...first, attempt: 2, failure: { ...failure, touched: false } },
      'AttemptEnded',
    ],
    ['the first that touched nothing', { ...first, failure: { ...failure, touched: false } }, 'AttemptRetryable'],
    ['the last, restored by hand', { ...first, attempt: 2, deployment: manual }, 'AttemptEnded'],
    ['the last, never restored', { ...first, attempt: 2, deployment: none }, 'AttemptEnded'],
    ['one that nobody knows about', { ...first, failure: { ...failure, unknown: true } }, 'AttemptEnded'],
    ['one that was cancelled', { ...first, failure: { ...failure, cancelled: true } }, 'AttemptEnded'],
    ['one that somebody else replaced', { ...first, failure: { ...failure, superseded: true } }, 'AttemptEnded'],
  ])('%s', (_, attempt, follows) => {
    expect(decideAfterFailure(attempt)).toBe(follows);
  });
});

/** Every reason of a rollout that failed. The other ones of the list would be met again. */
describe('another attempt may heal a rollout that failed by', () => {
  it.each([
    ['HealthUnreachable', true],
    ['HealthUnexpectedStatus', true],
    ['HealthTimeout', true],
    ['JobFailed', true],
    ['PodFailed', true],
    ['ProgressDeadlineExceeded', true],
    ['RegistryUnavailable', true],
    ['Unschedulable', true],
    ['CrashLoopBackOff', false],
    ['OOMKilled', false],
    ['ImagePullBackOff', false],
    ['InvalidImageName', false],
    ['ErrImageNeverPull', false],
    ['ImageInspectError', false],
    ['CreateContainerConfigError', false],
    ['CreateContainerError', false],
    ['RunContainerError', false],
    ['PostStartHookError', false],
    ['ReplicaFailure', false],
    ['Paused', false],
    ['Superseded', false],
    ['WrongImage', false],
    ['WorkloadNotFound', false],
  ])('%s: %s', (reason, is) => {
    expect(isWorthAnotherTry(reason)).toBe(is);
  });
});
