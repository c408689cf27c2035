import { describe, expect, it, test } from 'vitest';
import { failureOfRun, type Stopped } from '../../../lib/domain/deployment/run-failure.ts';
import type { RunOutcome } from '../../../lib/domain/ports.ts';
import type { StopCause } from '../../../lib/domain/record/watch-rows.ts';

/** Every bad end, with the reason that a user reads. */
const reasons: Readonly<Record<Exclude<RunOutcome, 'succeeded'>, string>> = {
  'succeeded-with-ignored': 'PipelineIgnoredFailures',
  failed: 'PipelineFailed',
  aborted: 'PipelineAborted',
  expired: 'PipelineExpired',
  rejected: 'PipelineApprovalRejected',
  frozen: 'PipelineFrozen',
  skipped: 'PipelineSkipped',
};

const sentence = /^[A-Z].+\.$/;

const bad = Object.keys(reasons) as readonly (keyof typeof reasons)[];

const stoppedFor = (why: StopCause | undefined, seen?: Stopped['seen']): Stopped | undefined =>
  why === undefined ? undefined : { why, after: 900_000, ...(seen === undefined ? {} : { seen }) };

const failureOf = (outcome: RunOutcome, why?: StopCause, seen?: Stopped['seen']) =>
  failureOfRun({ phase: 'terminal', raw: 'x', outcome }, stoppedFor(why, seen));

const badWhere = (holds: (failure: NonNullable<ReturnType<typeof failureOf>>) => boolean) =>
  bad.filter((outcome) => holds(failureOf(outcome)!));

describe('a run that ended badly by itself', () => {
  it('has a reason for each end', () => {
    expect(Object.fromEntries(bad.map((outcome) => [outcome, failureOf(outcome)?.reason]))).toEqual(reasons);
  });

  it('is told in a sentence of its own', () => {
    const told = bad.map((outcome) => failureOf(outcome)!.message);
    expect(told.filter((message) => !sentence.test(message))).toEqual([]);
    expect(new Set(told).size).toBe(bad.length);
  });

  it('is tried again where that may help, and never against the no of a human or of a policy', () => {
    expect(badWhere(({ retryable }) => retryable === true)).toEqual(['failed', 'expired']);
  });

  it('may have changed the target, unless no step of it ran', () => {
    expect(badWhere(({ touched }) => touched !== true)).toEqual(['frozen', 'skipped']);
  });

  it('is neither unknown nor cancelled', () => {
    expect(badWhere(({ unknown, cancelled }) => unknown === true || cancelled === true)).toEqual([]);
  });
});

describe('a run whose end we had asked for', () => {
  it.each(['aborted', 'expired'] as const)('because of its timeout, %s, is tried again', (outcome) => {
    const failure = failureOf(outcome, 'timeout')!;
    expect(failure).toMatchObject({ reason: 'Timeout', retryable: true, touched: true });
    expect(failure.message).toMatch(sentence);
  });

  it.each([
    [undefined, 'The run was still going at its timeout and was aborted.'],
    [
      { phase: 'queued', raw: 'Queued' } as const,
      'The run was still going at its timeout and was aborted. The executor had not begun it: 15 min after its start it was still queued (Queued).',
    ],
    [
      { phase: 'running', raw: 'AsyncWaiting' } as const,
      'The run was still going at its timeout and was aborted. It was at work (AsyncWaiting) 15 min after its start.',
    ],
  ])('because of its timeout says what it was doing: %o', (seen, message) => {
    expect(failureOf('aborted', 'timeout', seen)?.message).toBe(message);
  });

  it.each(['aborted', 'expired'] as const)('because nobody came, %s, is not tried again', (outcome) => {
    const failure = failureOf(outcome, 'person')!;
    expect(failure).toMatchObject({ reason: 'HumanWaitExpired', retryable: false, touched: true });
    expect(failure.message).toMatch(sentence);
  });

  it('because the batch was cancelled is cancelled, and not tried again', () => {
    const failure = failureOf('aborted', 'cancel')!;
    expect(failure).toMatchObject({ reason: 'BatchCancelled', cancelled: true, touched: true });
    expect(failure).not.toHaveProperty('retryable');
    expect(failure.message).toMatch(sentence);
  });

  it('and that ended in another way before is what it is', () => {
    const asOurs = (['timeout', 'cancel', 'person'] as const).flatMap((stopping) =>
      bad
        .filter((outcome) => failureOf(outcome, stopping)!.reason !== reasons[outcome])
        .map((outcome) => `${outcome}, ${stopping}`),
    );
    expect(asOurs).toEqual([
      'aborted, timeout',
      'expired, timeout',
      'aborted, cancel',
      'aborted, person',
      'expired, person',
    ]);
  });
});

it.each<StopCause | undefined>([undefined, 'timeout', 'cancel', 'person'])(
  'a run that ended well, or goes on, is no failure, though asked to stop for %s',
  (stopping) => {
    expect(failureOf('succeeded', stopping)).toBeUndefined();
    expect(failureOfRun({ phase: 'running', raw: 'x' }, stoppedFor(stopping))).toBeUndefined();
  },
);

test.each<StopCause>(['timeout', 'cancel', 'person'])(
  'what the executor says of one that was stopped for %s follows ours, and whether it has gone back',
  (why) => {
    const told = { reason: 'Aborted', message: 'All traffic goes to what ran before.', retryable: false };
    const failure = { ...told, touched: true, taken_back: true } as const;
    const after = failureOfRun({ phase: 'terminal', raw: 'x', outcome: 'aborted', failure }, stoppedFor(why));
    expect(after).toMatchObject({ touched: true, taken_back: true });
    expect(after!.message).toMatch(/^The run .+\. All traffic goes to what ran before\.$/);
  },
);

test('what the executor says about it follows ours', () => {
  const state = { phase: 'terminal', raw: 'x', outcome: 'failed', message: 'Step Apply: quota.' } as const;
  expect(failureOfRun(state)?.message).toBe('The pipeline failed. Step Apply: quota.');
});
