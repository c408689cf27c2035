import { isFlotillaError } from '../domain/errors.ts';
import { type CaptureRow, keys, type Release, rowOf } from '../domain/record/rows.ts';
import { isRunning } from '../domain/rollout/verdict.ts';
import { bindToken, deliverAnswer } from './answer-wait.ts';
import type { WaitingTask } from './await-turn.ts';
import type { Deps } from './deps.ts';
import { expectedOf } from './expected-of.ts';
import { launchRun, runPlace } from './launch-run.ts';
import { readPlanned } from './plan-store.ts';
import { type PlaceOfWait, settleWait } from './settle-wait.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'pace' | 'executor' | 'cluster'>;

/**
 * Puts the last good release back: by the executor that owns the workload, unless the pipeline has rolled back by
 * itself and that release already runs.
 */
export const startRestore = async (deps: Needs, task: WaitingTask): Promise<Record<string, never>> => {
  const { batch_id, index } = task;
  const planned = await readPlanned(deps, batch_id, index);
  const place = runPlace(task, 'restore', planned);
  await bindToken(deps, place, task);
  const intended = await deps.table.get(keys.attempt(batch_id, index, 'restore'));
  const previous = rowOf<CaptureRow>(await deps.table.get(keys.capture(batch_id, index)))?.previous;
  if (intended === undefined && previous === undefined) await settleNoPrevious(deps, place);
  else if (intended === undefined && previous !== undefined && (await alreadyRuns(deps, previous))) {
    await settleAlreadyBack(deps, place, previous);
  } else if (previous !== undefined) {
    const deployment = { ...previous.deployment, timeout: planned.timeout };
    await launchRun(deps, { place, deployment, version: previous.version, attempt: 'restore' });
  }
  await deliverAnswer(deps, place);
  return {};
};

/** When the cluster cannot be asked, the release is put back all the same: that is harmless where it already runs. */
const alreadyRuns = async ({ cluster, clock }: Needs, release: Release): Promise<boolean> => {
  const { workload } = release.deployment;
  try {
    const [view] = await (await cluster(release.deployment.cluster)).read([workload]);
    return view !== undefined && isRunning({ workload, expected: expectedOf(release), view, now: clock.now() });
  } catch (error) {
    if (isFlotillaError(error, 'ClusterUnavailable')) return false;
    throw error;
  }
};

const settleNoPrevious = (deps: Needs, place: PlaceOfWait): Promise<void> => {
  const reason = 'NoPreviousVersion';
  const message = 'There is no previous version to restore; nothing was deleted.';
  return settleWait(deps, place, () => ({
    answer: { error: 'AttemptEnded', reason, message },
    patch: { restore: { ok: false, reason, message } },
    actor: 'executor',
  }));
};

const settleAlreadyBack = (deps: Needs, place: PlaceOfWait, { version }: Release): Promise<void> =>
  settleWait(deps, place, () => ({
    answer: { reason: 'AlreadyRestored', message: `Version ${version} runs already; it need not be deployed again.` },
    patch: { step: 'restore', deadline: deps.clock.now() + deps.pace.abortGrace },
    actor: 'executor',
  }));
