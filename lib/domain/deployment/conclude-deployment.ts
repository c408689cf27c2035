import type { Acting } from '../plan/action.ts';
import type { CaptureRow, Failure, ItemRow, Outcome, Restore, TurnRow } from '../record/rows.ts';
import { ambiguityWarning } from '../rollout/ambiguity-warning.ts';
import { type CaughtError, errorWords } from './error-words.ts';
import { whyEnded } from './execution-end.ts';

export interface WhatIsKnown {
  readonly item: ItemRow;
  readonly turn: TurnRow | undefined;
  readonly capture: CaptureRow | undefined;
  /** The version that was asked for, if the plan can be read. */
  readonly version?: string | undefined;
  /** Set for actions that deploy nothing. */
  readonly action?: Acting['action'];
  /** The error that ended the child before its rows recorded an outcome. */
  readonly error?: CaughtError;
  readonly now: number;
}

type Told = Pick<Outcome, 'status' | 'reason' | 'message'>;

/**
 * Decides how a deployment ended from its rows alone. What the owners of its waits wrote decides; the state machine's
 * error counts only if they wrote nothing. If a run may still be at work, the answer is UNKNOWN, never a guess.
 */
export const concludeDeployment = (known: WhatIsKnown): Outcome => {
  const { item, capture, now } = known;
  const told = tell(known);
  const before = capture?.previous?.version;
  const after = releaseAfter(known, told);
  return {
    ...told,
    evidence: item.failure?.evidence ?? [],
    ...(item.failure === undefined ? {} : { failure: { reason: item.failure.reason, message: item.failure.message } }),
    warnings: [...warningsOf(capture), ...(item.warnings ?? [])],
    attempts: item.runs.filter(({ attempt }) => attempt !== 'restore').length,
    runs: item.runs,
    // After a scale, the version may be unknown.
    ...(before ? { release_before: before } : {}),
    ...(after ? { release_after: after } : {}),
    ...(item.digest === undefined || !item.verified ? {} : { digest: item.digest }),
    ended_at: now,
  };
};

const warningsOf = (capture: CaptureRow | undefined): readonly string[] =>
  capture?.containers === undefined ? [] : [ambiguityWarning(capture.containers)];

const tell = ({ item, turn, error }: WhatIsKnown): Told => {
  if (item.verified) return { status: 'SUCCESS', reason: item.verified_as ?? 'Verified', message: item.message };
  if (item.failure !== undefined && item.restore !== undefined) return afterRestore(item.failure, item.restore);
  if (item.step === 'restore' || item.step === 'verify-restore') return restoreUnknown(item.failure, error);
  if (item.failure !== undefined) return afterFailure(item.failure, error);
  if (turn?.state === 'refused') {
    return { status: turn.status ?? 'SKIPPED', reason: turn.reason, message: turn.message };
  }
  return withoutAnswer(item, turn, error);
};

const afterFailure = (failure: Failure, error: WhatIsKnown['error']): Told => ({
  status: statusAfter(failure),
  reason: failure.reason,
  message: isPlannedEnd(error)
    ? failure.message
    : `${sentence(failure.message)} Then the deployment was interrupted: ${errorWords(error)}.`,
});

const statusAfter = ({ unknown, cancelled, skipped }: Failure): Outcome['status'] => {
  if (unknown) return 'UNKNOWN';
  if (cancelled) return 'CANCELLED';
  return skipped ? 'SKIPPED' : 'FAILED';
};

/** `AttemptEnded` leads to the record by itself. Any other error interrupted another attempt or a restore. */
const isPlannedEnd = (error: WhatIsKnown['error']): boolean => error?.Error === 'AttemptEnded';

const afterRestore = (failure: Failure, restore: Restore): Told => ({
  status: restore.unknown ? 'UNKNOWN' : 'FAILED',
  reason: restore.reason,
  message: `${sentence(failure.message)} ${sentence(restore.message)}`,
});

const restoreUnknown = (failure: Failure | undefined, error: WhatIsKnown['error']): Told => ({
  status: 'UNKNOWN',
  reason: 'RestoreUnknown',
  message: `${sentence(failure?.message ?? 'The deployment failed')} It is not known whether the previous release was restored (${errorWords(error)}).`,
});

/** Messages that may be quoted inside another sentence are stored without a full stop. */
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const withoutAnswer = (item: ItemRow, turn: TurnRow | undefined, error: WhatIsKnown['error']): Told => {
  const name = errorWords(error);
  const stopped = whyEnded(error) === undefined ? undefined : error?.Error;
  if (turn?.state === 'cancelled' && (item.step === 'turn' || item.step === 'capture')) {
    return { status: 'CANCELLED', reason: 'BatchCancelled', message: 'Nothing was started: the batch was cancelled.' };
  }
  if (item.step === 'turn' || (item.step === 'capture' && item.attempt === 1)) {
    const reason = error?.Error === 'RightsMissing' ? 'RightsMissing' : (stopped ?? 'NotStarted');
    const why = name.replace(/^RightsMissing: /, '');
    const advice = stopped === undefined ? '' : ` \`flotilla retry ${item.batch_id}\` deploys it.`;
    return { status: 'FAILED', reason, message: `Nothing was started: ${why}.${advice}` };
  }
  const reason = stopped ?? (error?.Error === 'States.Timeout' ? 'WaitTimedOut' : 'TechnicalError');
  const advice = stopped === undefined ? '' : ' What it started goes on: check how it ended, then resolve it.';
  const message = `Attempt ${item.attempt} was left without an answer: ${name}.${advice}`;
  return { status: 'UNKNOWN', reason, message };
};

/** What runs now, as far as anyone saw. */
const releaseAfter = ({ item, capture, version, action }: WhatIsKnown, { status }: Told): string | undefined => {
  // A scale keeps the version that it found, however it ends.
  if (action === 'scale') return capture?.previous?.version;
  if (status === 'SUCCESS') return action === 'delete' ? undefined : version;
  if (item.restore?.running !== undefined) return item.restore.running;
  if (item.failure?.superseded && item.restore === undefined) return item.failure.running;
  return item.restore?.ok || isTakenBack(item) || hasChangedNothing(item, status)
    ? capture?.previous?.version
    : undefined;
};

/** Its last attempt took steps and went back, and nothing has been done about it since. */
export const isTakenBack = ({ failure, restore }: Pick<ItemRow, 'failure' | 'restore'>): boolean =>
  failure?.taken_back === true && restore === undefined;

/**
 * Whether the target certainly runs what it ran before, after a deployment that did not succeed. A run is recorded
 * before it is requested, so a record exists even if the executor rejected the start.
 */
export const hasChangedNothing = (
  { runs, touched }: Pick<ItemRow, 'runs' | 'touched'>,
  status: Outcome['status'],
): boolean => runs.length === 0 || (touched !== true && status !== 'UNKNOWN');
