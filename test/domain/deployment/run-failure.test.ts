import { describe, expect, it, test } from 'vitest';
import { failureOfRun, type Stopped } from '../../../lib/domain/deployment/run-failure.ts';
import type { RunOutcome } from '../../../lib/domain/ports.ts';
import type { StopCause } from '../../../lib/domain/record/watch-rows.ts';

/** Every failure, with the reason shown to users. */
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

describe('a run that failed by itself', () => {
  it('has a reason for each end', () => {
    expect(Object.fromEntries(bad.map((outcome) => [outcome, failureOf(outcome)?.reason]))).toEqual(reasons);
  });

  it('has its own sentence', () => {
    const told = bad.map((outcome) => failureOf(outcome)!.message);
    expect(told.filter((message) => !sentence.test(message))).toEqual([]);
    expect(new Set(told).size).toBe(bad.length);
  });

  it('is retried where that may help, and never against a refusal by a person or a policy', () => {
    expect(badWhere(({ retryable }) => retryable === true)).toEqual(['failed', 'expired']);
  });

  it('may have changed the target, unless none of its steps ran', () => {
    expect(badWhere(({ touched }) => touched !== true)).toEqual(['frozen', 'skipped']);
  });

  it('is neither unknown nor cancelled', () => {
    expect(badWhere(({ unknown, cancelled }) => unknown === true || cancelled === true)).toEqual([]);
  });
});

describe('a run that we stopped', () => {
  it.each(['aborted', 'expired'] as const)('at its timeout, %s, is retried', (outcome) => {
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
  ])('at its timeout says what it was doing: %o', (seen, message) => {
    expect(failureOf('aborted', 'timeout', seen)?.message).toBe(message);
  });

  it.each(['aborted', 'expired'] as const)('because nobody answered, %s, is not retried', (outcome) => {
    const failure = failureOf(outcome, 'person')!;
    expect(failure).toMatchObject({ reason: 'HumanWaitExpired', retryable: false, touched: true });
    expect(failure.message).toMatch(sentence);
  });

  it('because the batch was cancelled is cancelled, and not retried', () => {
    const failure = failureOf('aborted', 'cancel')!;
    expect(failure).toMatchObject({ reason: 'BatchCancelled', cancelled: true, touched: true });
    expect(failure).not.toHaveProperty('retryable');
    expect(failure.message).toMatch(sentence);
  });

  it('and that had already ended another way keeps that end', () => {
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
  'a run that succeeded, or continues, is no failure, even if asked to stop for %s',
  (stopping) => {
    expect(failureOf('succeeded', stopping)).toBeUndefined();
    expect(failureOfRun({ phase: 'running', raw: 'x' }, stoppedFor(stopping))).toBeUndefined();
  },
);

test.each<StopCause>(['timeout', 'cancel', 'person'])(
  "for %s, the executor's message follows ours, and whether it was restored",
  (why) => {
    const told = { reason: 'Aborted', message: 'All traffic goes to what ran before.', retryable: false };
    const failure = { ...told, touched: true, taken_back: true } as const;
    const after = failureOfRun({ phase: 'terminal', raw: 'x', outcome: 'aborted', failure }, stoppedFor(why));
    expect(after).toMatchObject({ touched: true, taken_back: true });
    expect(after!.message).toMatch(/^The run .+\. All traffic goes to what ran before\.$/);
  },
);

test("the executor's message follows ours", () => {
  const state = { phase: 'terminal', raw: 'x', outcome: 'failed', message: 'Step Apply: quota.' } as const;
  expect(failureOfRun(state)?.message).toBe('The pipeline failed. Step Apply: quota.');
});
