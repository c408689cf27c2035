import { notRunAgain, runsOnce } from '../../domain/deployment/next-step.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { CaptureRow } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { type PlaceOfWait, settleWait } from '../wait/settle-wait.ts';

/** Why a release is not restored. */
export interface NotRestored {
  readonly reason: string;
  readonly message: string;
  /** The version that runs instead, if known. */
  readonly running?: string;
}

const noPrevious: NotRestored = {
  reason: 'NoPreviousVersion',
  message: 'There is no previous version to restore. Nothing was deleted.',
};

const runOnce: NotRestored = { reason: 'JobNotRunAgain', message: `${notRunAgain}.` };

/** Cases that need no look at the cluster: there is nothing to restore, or it must not be restored. */
export const neverRestored = (
  planned: PlannedDeployment,
  capture: Pick<CaptureRow, 'previous'> | undefined,
): NotRestored | undefined => {
  if (capture?.previous === undefined) return noPrevious;
  return runsOnce(planned) || runsOnce(capture.previous.deployment) ? runOnce : undefined;
};

export const settleNotRestored = (
  deps: Parameters<typeof settleWait>[0] & Pick<Deps, 'table'>,
  place: PlaceOfWait,
  { reason, message, ...running }: NotRestored,
): Promise<void> =>
  settleWait(deps, place, () => ({
    answer: { error: 'AttemptEnded', reason, message },
    patch: { restore: { ok: false, reason, message, ...running } },
    actor: 'executor',
  }));
