import { clusterOfAccount } from '../../domain/catalogue/executor-accounts.ts';
import { notRunAgain, runsOnce } from '../../domain/deployment/next-step.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import { deploys } from '../../domain/plan/action.ts';
import type { KeptDeployment } from '../../domain/plan/kept-deployment.ts';
import type { PlannedDeployment, RolloutSettings, Workload } from '../../domain/plan/plan.ts';
import type { WorkloadView } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { type CaptureRow, type Release, rowOf } from '../../domain/record/rows.ts';
import { type Baseline, captureKnown, withContainer } from '../../domain/rollout/baseline.ts';
import { isRunning } from '../../domain/rollout/verdict.ts';
import type { Deps } from '../deps.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { retryConflict } from '../retry-conflict.ts';
import { expectedOf } from '../rollout/expected-of.ts';
import { containerSince } from '../rollout/known-container.ts';
import { notToBeReplaced } from '../rollout/not-to-be-replaced.ts';
import { runningVersion } from '../rollout/running-version.ts';
import type { WaitingTask } from '../schedule/await-turn.ts';
import { answerBound, bindToken } from '../wait/answer-wait.ts';
import { type PlaceOfWait, settleWait } from '../wait/settle-wait.ts';
import { launchRun, runPlace } from './launch-run.ts';

type Needs = Pick<
  Deps,
  'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace' | 'executor' | 'cluster'
>;

/**
 * Puts the last good release back: by the executor that owns the workload, unless the pipeline has rolled back by
 * itself and that release already runs.
 */
export const startRestore = async (deps: Needs, task: WaitingTask): Promise<Record<string, never>> => {
  const { batch_id, index } = task;
  const planned = await readPlanned(deps, batch_id, index);
  const capture = rowOf<CaptureRow>(await deps.table.get(keys.capture(batch_id, index)));
  const previous = capture?.previous;
  // Whoever deployed that release puts it back, and the poller of that account follows.
  const place = runPlace(task, 'restore', previous?.deployment ?? planned);
  await bindToken(deps, place, task);
  const intended = await deps.table.get(keys.attempt(batch_id, index, 'restore'));
  const answered = await deps.table.get(keys.answer(batch_id, index, 'restore'));
  if (intended === undefined && answered === undefined) await beginRestore(deps, { place, planned, capture });
  await answerBound(deps, { ...place, token: task.token });
  return {};
};

interface Restoring {
  readonly place: PlaceOfWait;
  readonly planned: PlannedDeployment;
  readonly capture: CaptureRow | undefined;
}

const beginRestore = async (deps: Needs, { place, planned, capture }: Restoring): Promise<void> => {
  if (capture?.previous === undefined) return settleNotRestored(deps, place, noPrevious);
  if (runsOnce(planned) || runsOnce(capture.previous.deployment)) return settleNotRestored(deps, place, runOnce);
  const { previous } = capture;
  const view = await lookAt(deps, previous.deployment);
  if (view !== undefined) {
    const { workload } = previous.deployment;
    const found = captureKnown(workload, view, containerSince(planned, capture, view));
    await keepBaseline(deps, place, found);
    const look = { workload: withContainer(workload, found), settings: planned.rollout, view };
    // What is deleted or scaled may still run, with half of the rest gone: only putting it back tells.
    const isTold = deploys(planned) && !isApplied(previous);
    if (isTold && alreadyRuns(deps, previous, look)) return settleAlreadyBack(deps, place, previous);
    const what = notToBeReplaced(planned, capture, view);
    if (what !== undefined)
      return settleNotRestored(deps, place, { ...theirs(what), ...runningVersion(planned, view) });
  }
  const deployment = { ...previous.deployment, timeout: planned.timeout };
  await launchRun(deps, { place, deployment, version: previous.version, attempt: 'restore' });
};

interface Found {
  readonly workload: Workload;
  readonly settings: RolloutSettings | undefined;
  readonly view: WorkloadView;
}

/** Of a function that has 90 s and must also start a run. */
const patience = 5_000;
const pause = 1_000;

/**
 * What stands there may be somebody else's, so a cluster that does not answer is asked again for some seconds. Then the release is put
 * back all the same: nobody saw that anything else stands there, and what failed must not stay because of the network.
 */
const lookAt = async ({ cluster, clock }: Needs, deployment: KeptDeployment): Promise<WorkloadView | undefined> => {
  const end = clock.now() + patience;
  for (;;) {
    try {
      return (await (await cluster(deployment.cluster)).read([deployment.workload]))[0];
    } catch (error) {
      if (!isFlotillaError(error, 'ClusterUnavailable')) throw error;
      if (clock.now() >= end) return undefined;
      await clock.sleep(pause);
    }
  }
};

/** A restore is judged against what it found: the release that failed, not the one before it. */
const keepBaseline = (deps: Needs, { batch_id, index }: PlaceOfWait, baseline: Baseline): Promise<void> =>
  retryConflict(deps, () =>
    deps.table.transact([
      {
        update: keys.capture(batch_id, index),
        set: { restore_baseline: baseline, restore_at: deps.clock.now() },
        when: { exists: true },
      },
    ]),
  );

/** By the image alone nobody can tell that all objects of a release are as they were: to apply them again is harmless. */
const isApplied = ({ deployment }: Release): boolean => clusterOfAccount(deployment.executor.account) !== undefined;

const alreadyRuns = ({ clock }: Needs, release: Release, { workload, settings, view }: Found): boolean =>
  isRunning({
    ...{ workload, view, expected: expectedOf(release), now: clock.now() },
    ...(settings && { settings }),
  });

interface NotRestored {
  readonly reason: string;
  readonly message: string;
  /** The version that stands there instead, where it can be told. */
  readonly running?: string;
}

const noPrevious: NotRestored = {
  reason: 'NoPreviousVersion',
  message: 'There is no previous version to restore; nothing was deleted.',
};

const runOnce: NotRestored = { reason: 'JobNotRunAgain', message: `${notRunAgain}.` };

/** Somebody else's, or what the pipeline made of the version: an older one is not put over it. */
const theirs = (what: string): NotRestored => ({
  reason: 'Superseded',
  message: `The previous release was not restored: ${what}. It was left alone; see who set it, then deploy again.`,
});

const settleNotRestored = (
  deps: Needs,
  place: PlaceOfWait,
  { reason, message, ...running }: NotRestored,
): Promise<void> =>
  settleWait(deps, place, () => ({
    answer: { error: 'AttemptEnded', reason, message },
    patch: { restore: { ok: false, reason, message, ...running } },
    actor: 'executor',
  }));

const settleAlreadyBack = (deps: Needs, place: PlaceOfWait, { version }: Release): Promise<void> =>
  settleWait(deps, place, () => ({
    answer: { reason: 'AlreadyRestored', message: `Version ${version} runs already; it need not be deployed again.` },
    patch: { step: 'restore', deadline: deps.clock.now() + deps.pace.abortGrace },
    actor: 'executor',
  }));
