import { describe, expect, it, test } from 'vitest';
import { concludeDeployment, type WhatIsKnown } from '../../../lib/domain/deployment/conclude-deployment.ts';
import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import { pendingItem } from '../../../lib/domain/record/change.ts';
import type { CaptureRow, Failure, ItemRow, Run, TurnRow } from '../../../lib/domain/record/rows.ts';

/** Errors that ended a child before it started anything, and the message for the user. */
const causes: readonly (readonly [string, string | undefined, string])[] = [
  [
    'a function that failed',
    JSON.stringify({ errorType: 'ClusterUnavailable', errorMessage: 'eu-1 cannot be asked', trace: ['at read'] }),
    'ClusterUnavailable: eu-1 cannot be asked',
  ],
  ['a message of several lines', 'first\nsecond', 'ClusterUnavailable: first'],
  ['a message with a full stop', 'No answer. Tried twice.', 'ClusterUnavailable: No answer. Tried twice'],
  ['a long message', 'x'.repeat(301), `ClusterUnavailable: ${'x'.repeat(300)}…`],
  ['JSON of another form', '{"code":7}', 'ClusterUnavailable: {"code":7}'],
  ['JSON with a message that is not text', '{"errorMessage":7}', 'ClusterUnavailable: {"errorMessage":7}'],
  ['text that only looks like JSON', '{ not json', 'ClusterUnavailable: { not json'],
  ['a message that holds JSON', 'said {"errorMessage":"x"}', 'ClusterUnavailable: said {"errorMessage":"x"}'],
  ['JSON that is not an object', '"gone"', 'ClusterUnavailable: "gone"'],
  ['JSON that is null', 'null', 'ClusterUnavailable: null'],
  ['no cause', undefined, 'ClusterUnavailable'],
  ['an empty cause', '', 'ClusterUnavailable'],
];

const pending = pendingItem('b', 0, 'risk/api');
const known: WhatIsKnown = { item: pending, turn: undefined, capture: undefined, version: '2', now: 9 };

describe('the outcome of a deployment that a technical error ended', () => {
  it.each(causes)('reports the message of %s, without its trace', (_, Cause, told) => {
    expect(concludeDeployment({ ...known, error: { Error: 'ClusterUnavailable', Cause } })).toEqual({
      ...{ status: 'FAILED', reason: 'NotStarted', message: `Nothing was started: ${told}.` },
      ...{ evidence: [], warnings: [], attempts: 0, runs: [], ended_at: 9 },
    });
  });
});

const run = (attempt: Run['attempt']): Run => ({ executor: 'harness', key: `b-0-${attempt}`, attempt });
const previous = {
  version: '1',
  deployment: {} as PlannedDeployment,
  origin: 'recorded',
  at: 0,
  batch_id: 'a',
} as const;
const capture: CaptureRow = { attempt: 1, baseline: { exists: true }, previous };
const evidence = [{ kind: 'pod', name: 'p', reason: 'X', message: 'x' }];
const failure: Failure = { reason: 'PipelineFailed', message: 'It failed', evidence };
const restored = { ok: true, reason: 'RestoredPreviousRelease', message: 'Version 1 was restored.' };
const turn = (state: TurnRow['state'], status?: 'SKIPPED' | 'CANCELLED'): TurnRow => ({
  ...{ batch_id: 'b', index: 0, key: 'risk/api', target: 't', at: 0, state },
  ...{ reason: 'DependencyFailed', message: 'It depends on x.' },
  ...(status && { status }),
});
const planned = { Error: 'AttemptEnded' };
const died = { Error: 'ChildEnded', Cause: 'It died.' };

interface Case {
  readonly what: string;
  readonly item?: Partial<ItemRow>;
  readonly turn?: TurnRow;
  readonly error?: WhatIsKnown['error'];
  /** Status, reason, message, and what runs now. */
  readonly told: readonly [status: string, reason: string, message: string, after: string | undefined];
}

const wasRun: Partial<ItemRow> = { step: 'deploy', runs: [run(1)] };
const failed: Partial<ItemRow> = { ...wasRun, failure, touched: true };
const nothing = 'Nothing was started: the batch was cancelled.';

/** Version 1 ran before the attempt, and version 2 was requested. */
const cases: readonly Case[] = [
  {
    what: 'it was verified',
    item: { ...wasRun, verified: true, message: '2 of 2 run' },
    told: ['SUCCESS', 'Verified', '2 of 2 run', '2'],
  },
  {
    what: 'its attempt failed and nothing was to follow',
    item: failed,
    error: planned,
    told: ['FAILED', 'PipelineFailed', 'It failed', undefined],
  },
  {
    what: 'it failed before any run',
    item: { failure },
    error: planned,
    told: ['FAILED', 'PipelineFailed', 'It failed', '1'],
  },
  {
    what: 'its attempt failed and something prevented the next one',
    item: failed,
    error: died,
    told: [
      'FAILED',
      'PipelineFailed',
      'It failed. Then the deployment was interrupted: ChildEnded: It died.',
      undefined,
    ],
  },
  {
    what: 'its attempt failed and its child ended silently',
    item: { ...failed, failure: { ...failure, message: 'It failed!' } },
    told: [
      'FAILED',
      'PipelineFailed',
      'It failed! Then the deployment was interrupted: its execution ended without an error message.',
      undefined,
    ],
  },
  {
    what: 'its attempt failed with a full stop in the middle, and nothing followed',
    item: { ...failed, failure: { ...failure, message: 'Version 2.0 failed' } },
    error: died,
    told: [
      'FAILED',
      'PipelineFailed',
      'Version 2.0 failed. Then the deployment was interrupted: ChildEnded: It died.',
      undefined,
    ],
  },
  {
    what: 'its start was refused',
    item: { ...wasRun, failure },
    error: planned,
    told: ['FAILED', 'PipelineFailed', 'It failed', '1'],
  },
  {
    what: 'its last start was refused after an attempt that may have changed something',
    item: { ...failed, attempt: 2, runs: [run(1), run(2)], failure: { ...failure, touched: false } },
    error: planned,
    told: ['FAILED', 'PipelineFailed', 'It failed', undefined],
  },
  {
    what: 'the end of its run is unknown',
    item: { ...failed, failure: { ...failure, unknown: true } },
    error: planned,
    told: ['UNKNOWN', 'PipelineFailed', 'It failed', undefined],
  },
  {
    what: 'its run was cancelled',
    item: { ...failed, failure: { ...failure, cancelled: true } },
    error: planned,
    told: ['CANCELLED', 'PipelineFailed', 'It failed', undefined],
  },
  {
    what: 'it was restored',
    item: { ...failed, step: 'verify-restore', restore: restored },
    error: planned,
    told: ['FAILED', 'RestoredPreviousRelease', 'It failed. Version 1 was restored.', '1'],
  },
  {
    what: 'it could not be restored',
    item: { ...failed, restore: { ok: false, reason: 'RestoreFailed', message: 'No' } },
    error: planned,
    told: ['FAILED', 'RestoreFailed', 'It failed. No.', undefined],
  },
  {
    what: 'the end of the restore is unknown',
    item: { ...failed, restore: { ok: false, reason: 'RestoreUnknown', message: 'Who knows?', unknown: true } },
    error: planned,
    told: ['UNKNOWN', 'RestoreUnknown', 'It failed. Who knows?', undefined],
  },
  ...(['restore', 'verify-restore'] as const).map((step) => ({
    what: `its child died in ${step}`,
    item: { ...failed, step },
    error: died,
    told: [
      'UNKNOWN',
      'RestoreUnknown',
      'It failed. It is not known whether the previous release was restored (ChildEnded: It died).',
      undefined,
    ] as const,
  })),
  {
    what: 'its child died in a restore and no row says why',
    item: { ...wasRun, step: 'restore' },
    error: died,
    told: [
      'UNKNOWN',
      'RestoreUnknown',
      'The deployment failed. It is not known whether the previous release was restored (ChildEnded: It died).',
      undefined,
    ],
  },
  {
    what: 'its turn was refused',
    turn: turn('refused', 'CANCELLED'),
    told: ['CANCELLED', 'DependencyFailed', 'It depends on x.', '1'],
  },
  {
    what: 'its turn was refused without a status',
    turn: turn('refused'),
    told: ['SKIPPED', 'DependencyFailed', 'It depends on x.', '1'],
  },
  ...(['turn', 'capture'] as const).map((step) => ({
    what: `its child died in ${step} under a cancelled turn`,
    item: { step },
    turn: turn('cancelled'),
    error: died,
    told: ['CANCELLED', 'BatchCancelled', nothing, '1'] as const,
  })),
  {
    what: 'its child died before another attempt under a cancelled turn',
    item: { step: 'capture', attempt: 2, runs: [run(1)], touched: true },
    turn: turn('cancelled'),
    error: died,
    told: ['CANCELLED', 'BatchCancelled', nothing, undefined],
  },
  {
    what: 'the same, and the attempt before changed nothing',
    item: { step: 'capture', attempt: 2, runs: [run(1)] },
    turn: turn('cancelled'),
    error: died,
    told: ['CANCELLED', 'BatchCancelled', nothing, '1'],
  },
  {
    what: 'its child died in a run under a cancelled turn',
    item: wasRun,
    turn: turn('cancelled'),
    error: died,
    told: ['UNKNOWN', 'TechnicalError', 'Attempt 1 was left without an answer: ChildEnded: It died.', undefined],
  },
  {
    what: 'its child died in capture under an open turn',
    item: { step: 'capture' },
    turn: turn('granted'),
    error: died,
    told: ['FAILED', 'NotStarted', 'Nothing was started: ChildEnded: It died.', '1'],
  },
  {
    what: 'its cluster does not show the outcome',
    item: { step: 'capture' },
    turn: turn('granted'),
    error: { Error: 'RightsMissing', Cause: '{"errorMessage":"cluster eu does not let us list pods"}' },
    told: ['FAILED', 'RightsMissing', 'Nothing was started: cluster eu does not let us list pods.', '1'],
  },
  {
    what: 'its child died while it waited, although another attempt is recorded',
    item: { step: 'turn', attempt: 2 },
    told: ['FAILED', 'NotStarted', 'Nothing was started: its execution ended without an error message.', '1'],
  },
  {
    what: 'its child died in capture of another attempt',
    item: { step: 'capture', attempt: 2, runs: [run(1)] },
    turn: turn('granted'),
    error: died,
    told: ['UNKNOWN', 'TechnicalError', 'Attempt 2 was left without an answer: ChildEnded: It died.', undefined],
  },
  {
    what: 'the state machine gave up waiting for it',
    item: wasRun,
    error: { Error: 'States.Timeout' },
    told: ['UNKNOWN', 'WaitTimedOut', 'Attempt 1 was left without an answer: States.Timeout.', undefined],
  },
];

describe('how a deployment ended, when', () => {
  it.each(cases.map((one) => [one.what, one] as const))('%s', (_, { item, turn, error, told }) => {
    const outcome = concludeDeployment({
      ...known,
      capture,
      item: { ...pending, ...item },
      turn,
      ...(error && { error }),
    });
    expect([outcome.status, outcome.reason, outcome.message, outcome.release_after]).toEqual(told);
  });
});

test('an outcome contains everything in the rows', () => {
  const item: ItemRow = {
    ...{ ...pending, ...failed, warnings: ['paused'], restore: restored },
    runs: [run(1), run(2), run('restore')],
  };
  expect(concludeDeployment({ ...known, capture, item, error: planned })).toEqual({
    ...{ status: 'FAILED', reason: 'RestoredPreviousRelease', message: 'It failed. Version 1 was restored.' },
    evidence,
    failure: { reason: 'PipelineFailed', message: 'It failed' },
    ...{ warnings: ['paused'], attempts: 2, runs: item.runs, release_before: '1', release_after: '1', ended_at: 9 },
  });
  expect(Object.keys(concludeDeployment({ ...known, item: { ...pending, ...wasRun } }))).not.toContain(
    'release_before',
  );
});

test('an outcome says when the container of the service, and the verified digest, are unknown', () => {
  const item: ItemRow = { ...pending, ...wasRun, verified: true, digest: 'sha256:1b', warnings: ['paused'] };
  const outcome = concludeDeployment({ ...known, item, capture: { ...capture!, containers: ['web', 'proxy'] } });
  expect(outcome.warnings).toEqual([
    expect.stringMatching(/^its workload has several containers \(proxy, web\)/),
    'paused',
  ]);
  expect(outcome.digest).toBe('sha256:1b');
});

const theirs = { reason: 'Superseded', message: 'theirs' };

test.each<[what: string, item: Partial<ItemRow>, runs: string | undefined]>([
  ['what was seen instead of ours', { failure: { ...theirs, superseded: true, running: '9' } }, '9'],
  ['nothing if its version is unknown', { failure: { ...theirs, superseded: true } }, undefined],
  [
    'what ran before a canary that was rolled back',
    { failure: { ...theirs, taken_back: true } },
    capture.previous?.version,
  ],
  [
    'nothing after a failed restore of a canary',
    { failure: { ...theirs, taken_back: true }, restore: { ok: false, reason: 'RestoreFailed', message: 'no' } },
    undefined,
  ],
  [
    'what a restore found, and left unchanged',
    { ...failed, restore: { ok: false, reason: 'Superseded', message: 'theirs', running: '8' } },
    '8',
  ],
])('what runs afterwards is %s', (_, item, runs) => {
  const outcome = concludeDeployment({ ...known, capture, item: { ...pending, ...wasRun, touched: true, ...item } });
  expect(outcome.release_after).toBe(runs);
});

test('an unreadable plan leaves open which version was verified', () => {
  const item: ItemRow = { ...pending, ...wasRun, verified: true };
  expect(concludeDeployment({ ...known, version: undefined, item })).not.toHaveProperty('release_after');
});
