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
 * Looks at what stands there before the last good release is put back, and keeps it. Where nothing is to be put back, it answers the
 * restore: whoever waits for it then finds the answer. Everything else is left to the executor that owns the workload.
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
  // What is deleted or scaled may still run, with half of the rest gone: only putting it back tells.
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

/** What failed stays for as long. */
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

/** Somebody else's, or what the pipeline made of the version: an older one is not put over it. */
const theirs = (what: string): NotRestored => ({
  reason: 'Superseded',
  message: `The previous release was not restored: ${what}. It was left unchanged. Find out who set it, then deploy again.`,
});

const settleAlreadyBack = (deps: Needs, place: PlaceOfWait, { version }: Release): Promise<void> =>
  settleWait(deps, place, () => ({
    answer: { reason: 'AlreadyRestored', message: `Version ${version} runs already; it need not be deployed again.` },
    patch: { step: 'restore', deadline: deps.clock.now() + deps.pace.abortGrace },
    actor: 'executor',
  }));
