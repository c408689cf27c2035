import { clusterOfAccount } from '../../domain/catalogue/executor-accounts.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import { deploys } from '../../domain/plan/action.ts';
import type { KeptDeployment } from '../../domain/plan/kept-deployment.ts';
import type { PlannedDeployment, RolloutSettings, Workload } from '../../domain/plan/plan.ts';
import type { WorkloadView } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { type CaptureRow, type Release, rowOf } from '../../domain/record/rows.ts';
import { type Baseline, captureKnown, withContainer } from '../../domain/rollout/baseline.ts';
import { isRunning } from '../../domain/rollout/verdict.ts';
import type { Place } from '../../domain/schedule/place.ts';
import { runPlace } from '../deployment/launch-run.ts';
import type { Deps } from '../deps.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { retryConflict } from '../retry-conflict.ts';
import { type PlaceOfWait, settleWait } from '../wait/settle-wait.ts';
import { expectedOf } from './expected-of.ts';
import { containerSince } from './known-container.ts';
import { type NotRestored, neverRestored, settleNotRestored } from './not-restored.ts';
import { notToBeReplaced } from './not-to-be-replaced.ts';
import { runningVersion } from './running-version.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'pace' | 'cluster'>;

/**
 * Looks at what runs before the last good release is restored, and records it. If there is nothing to restore, answers
 * the restore's wait. Otherwise the executor that owns the workload restores it.
 */
export const lookBack = async (deps: Needs, { batch_id, index }: Place): Promise<Record<string, never>> => {
  const planned = await readPlanned(deps, batch_id, index);
  const capture = rowOf<CaptureRow>(await deps.table.get(keys.capture(batch_id, index)));
  const place = runPlace({ batch_id, index }, 'restore', capture?.previous?.deployment ?? planned);
  const begun = [keys.attempt(batch_id, index, 'restore'), keys.answer(batch_id, index, 'restore')];
  for (const key of begun) if ((await deps.table.get(key)) !== undefined) return {};
  const never = neverRestored(planned, capture);
  if (never !== undefined) await settleNotRestored(deps, place, never);
  else await look(deps, place, { planned, capture: capture!, previous: capture!.previous! });
  return {};
};

interface Restoring {
  readonly planned: PlannedDeployment;
  readonly capture: CaptureRow;
  readonly previous: Release;
}

const look = async (deps: Needs, place: PlaceOfWait, { planned, capture, previous }: Restoring): Promise<void> => {
  const view = await lookAt(deps, previous.deployment);
  if (view === undefined) return;
  const { workload } = previous.deployment;
  const found = captureKnown(workload, view, containerSince(planned, capture, view));
  await keepBaseline(deps, place, found);
  const seen = { workload: withContainer(workload, found), settings: planned.rollout, view };
  // A deleted or scaled workload may still run while half of the rest is gone. Only restoring shows.
  const isTold = deploys(planned) && !isApplied(previous);
  if (isTold && alreadyRuns(deps, previous, seen)) return settleAlreadyBack(deps, place, previous);
  const what = notToBeReplaced(planned, capture, view);
  if (what !== undefined) await settleNotRestored(deps, place, { ...theirs(what), ...runningVersion(planned, view) });
};

interface Found {
  readonly workload: Workload;
  readonly settings: RolloutSettings | undefined;
  readonly view: WorkloadView;
}

/** Milliseconds. The failed version stays for that long. */
const patience = 5_000;
const pause = 1_000;

/**
 * What runs may be somebody else's, so a cluster that does not answer is retried for some seconds. After that the
 * release is restored anyway: nobody saw anything else there, and a failed version must not stay because of the
 * network.
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

/** The image alone does not show that all objects of a release are as they were. Applying them again is harmless. */
const isApplied = ({ deployment }: Release): boolean => clusterOfAccount(deployment.executor.account) !== undefined;

const alreadyRuns = ({ clock }: Needs, release: Release, { workload, settings, view }: Found): boolean =>
  isRunning({
    ...{ workload, view, expected: expectedOf(release), now: clock.now() },
    ...(settings && { settings }),
  });

/** Somebody else's version, or one that the pipeline made. An older one must not replace it. */
const theirs = (what: string): NotRestored => ({
  reason: 'Superseded',
  message: `The previous release was not restored: ${what}. It was left unchanged. Find out who set it, then deploy again.`,
});

const settleAlreadyBack = (deps: Needs, place: PlaceOfWait, { version }: Release): Promise<void> =>
  settleWait(deps, place, () => ({
    answer: { reason: 'AlreadyRestored', message: `Version ${version} already runs. Nothing had to be deployed.` },
    patch: { step: 'restore', deadline: deps.clock.now() + deps.pace.abortGrace },
    actor: 'executor',
  }));
