import { describe, expect, it } from 'vitest';
import {
  type AttemptThatFailed,
  decideAfterFailure,
  withoutRestore,
} from '../../../lib/domain/deployment/next-step.ts';
import { isWorthAnotherTry } from '../../../lib/domain/deployment/rollout-failure.ts';

const failure = { reason: 'X', message: 'x', retryable: true, touched: true };
const workload = { kind: 'deployment', name: 'w', namespace: 'n' } as const;
const first: AttemptThatFailed = {
  ...{ failure, attempt: 1, batchCancelled: false },
  deployment: { retry_count: 1, rollback_strategy: 'automatic', workload },
};
const manual = { retry_count: 1, rollback_strategy: 'manual', workload } as const;
const none = { retry_count: 1, rollback_strategy: 'none', workload } as const;
const job = { retry_count: 1, rollback_strategy: 'automatic', workload: { ...workload, kind: 'job' } } as const;

describe('what follows a failed attempt', () => {
  it.each<[what: string, AttemptThatFailed, follows: ReturnType<typeof decideAfterFailure>]>([
    ['the first of two', first, 'AttemptRetryable'],
    ['the last', { ...first, attempt: 2 }, 'AttemptFailed'],
    ['one without a retry', { ...first, deployment: { ...first.deployment, retry_count: 0 } }, 'AttemptFailed'],
    ['the first, of a cancelled batch', { ...first, batchCancelled: true }, 'AttemptFailed'],
    ['one that would fail again', { ...first, failure: { ...failure, retryable: false } }, 'AttemptFailed'],
    ['the last, without changes', { ...first, attempt: 2, failure: { ...failure, touched: false } }, 'AttemptEnded'],
    ['the first, without changes', { ...first, failure: { ...failure, touched: false } }, 'AttemptRetryable'],
    ['the last, to be restored by hand', { ...first, attempt: 2, deployment: manual }, 'AttemptEnded'],
    ['the last, never restored', { ...first, attempt: 2, deployment: none }, 'AttemptEnded'],
    ['one with an unknown end', { ...first, failure: { ...failure, unknown: true } }, 'AttemptEnded'],
    ['one that was cancelled', { ...first, failure: { ...failure, cancelled: true } }, 'AttemptEnded'],
    ['the first of a job', { ...first, deployment: job }, 'AttemptRetryable'],
    ['the last of a job', { ...first, attempt: 2, deployment: job }, 'AttemptEnded'],
    ['one that somebody else replaced', { ...first, failure: { ...failure, superseded: true } }, 'AttemptEnded'],
  ])('%s', (_, attempt, follows) => {
    expect(decideAfterFailure(attempt)).toBe(follows);
  });
});

describe('says that nothing is restored', () => {
  it.each<[what: string, deployment: AttemptThatFailed['deployment'], more: object, is: boolean]>([
    ['of a job that had a restore', job, {}, true],
    ['not if nothing was changed', job, { touched: false }, false],
    ['not if the end is unknown', job, { unknown: true }, false],
    ['not if it was cancelled', job, { cancelled: true }, false],
    ['not if it is left to somebody', { ...job, rollback_strategy: 'manual' }, {}, false],
    ['not if something is restored', first.deployment, {}, false],
  ])('%s', (_, deployment, more, is) => {
    expect(withoutRestore(deployment, { ...failure, ...more }) !== undefined).toBe(is);
  });
});

/** Every reason of a failed rollout. The other reasons in the list would occur again. */
describe('another attempt may help after', () => {
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
    ['WorkloadDeleted', false],
    ['Terminating', false],
    ['OnDelete', false],
    ['PartitionHoldsAll', false],
    ['Suspended', false],
  ])('%s: %s', (reason, is) => {
    expect(isWorthAnotherTry(reason)).toBe(is);
  });
});
