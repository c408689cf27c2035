import { decideAfterFailure, withoutRestore } from '../../domain/deployment/next-step.ts';
import type { WatchedDeployment } from '../../domain/plan/kept-deployment.ts';
import { toldEvidence } from '../../domain/record/evidence.ts';
import { foreignEvidence, foreignSentence } from '../../domain/record/foreign-evidence.ts';
import { foreignName } from '../../domain/record/foreign-text.ts';
import { keys } from '../../domain/record/keys.ts';
import type { Failure, HeaderRow, ItemRow, Restore, Run } from '../../domain/record/rows.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { type PlaceOfWait, type Settlement, settleWait } from '../wait/settle-wait.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random'>;

export interface FailedWait {
  readonly place: PlaceOfWait;
  readonly deployment: WatchedDeployment;
  readonly failure: Failure;
  readonly actor: string;
  /** What is known of the run by now. */
  readonly run?: Partial<Run>;
}

/**
 * What a rollout's end says about the health of the new version. Nothing if it could not be looked at, or it is
 * somebody else's.
 */
const healthOf = (
  { place: { wait }, failure: { reason, unknown, superseded } }: FailedWait,
  at: number,
): Pick<ItemRow, 'health'> =>
  wait.startsWith('verify-') && !unknown && !superseded ? { health: { healthy: false, reason, at } } : {};

const isRestoring = (wait: string): boolean => wait === 'restore' || wait === 'verify-restore';

/** Fits a text into a row. */
export const fittingText = foreignSentence;

const fitting = ({ evidence, ...failure }: Failure): Failure => ({
  ...failure,
  reason: foreignName(failure.reason),
  message: fittingText(failure.message),
  ...(evidence === undefined ? {} : { evidence: foreignEvidence(evidence) }),
});

/** Answers a wait that failed: with what follows for the deployment, or with a failed restore. */
export const settleFailure = async (deps: Needs, untrimmed: FailedWait): Promise<void> => {
  const failed: FailedWait = { ...untrimmed, failure: fitting(untrimmed.failure) };
  const header = rowOf<HeaderRow>(await deps.table.get(keys.header(failed.place.batch_id)));
  const batchCancelled = header?.cancel_requested_at !== undefined;
  await settleWait(deps, failed.place, (item) => {
    const runs = withRun(item.runs, failed.run);
    const health = healthOf(failed, deps.clock.now());
    if (isRestoring(failed.place.wait)) return afterRestore(failed, { runs, ...health });
    const { deployment, actor } = failed;
    const touched = failed.failure.touched === true || item.touched === true;
    const known: Failure = { ...failed.failure, touched };
    const error = decideAfterFailure({ failure: known, attempt: item.attempt, deployment, batchCancelled });
    const failure = error === 'AttemptEnded' ? withNote(known, withoutRestore(deployment, known)) : known;
    const next = error === 'AttemptRetryable' ? { attempt: item.attempt + 1, step: 'capture' as const } : {};
    return {
      answer: { error, reason: failure.reason, message: failure.message },
      patch: { failure, runs, ...health, ...next, ...(touched ? { touched } : {}) },
      actor,
      detail: { attempt: item.attempt, next: error, evidence: toldEvidence(failure.evidence) },
    };
  });
};

const withNote = (failure: Failure, note: string | undefined): Failure =>
  note === undefined ? failure : { ...failure, message: `${failure.message.replace(/\.$/, '')}. ${note}.` };

export const restoreFailed = (failure: Failure): Restore => ({
  ok: false,
  reason: failure.unknown ? 'RestoreUnknown' : 'RestoreFailed',
  message: `The previous release was not restored: ${failure.message}`,
  ...(failure.unknown ? { unknown: true } : {}),
});

const afterRestore = ({ failure, actor }: FailedWait, known: Pick<ItemRow, 'runs' | 'health'>): Settlement => {
  const restore = restoreFailed(failure);
  const { reason, message } = restore;
  return {
    answer: { error: 'AttemptEnded', reason, message },
    patch: { restore, ...known },
    actor,
    detail: { evidence: toldEvidence(failure.evidence) },
  };
};

/** The runs, with the news of the last one. */
export const withRun = (runs: readonly Run[], news: Partial<Run> | undefined): readonly Run[] =>
  news === undefined ? runs : runs.map((run, at) => (at === runs.length - 1 ? { ...run, ...news } : run));
