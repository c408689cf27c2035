import { FlotillaError } from '../../domain/errors.ts';
import { deploys, isDelete } from '../../domain/plan/action.ts';
import { type KeptDeployment, keptDeployment, watchedDeployment } from '../../domain/plan/kept-deployment.ts';
import type { PlannedDeployment, RolloutSettings } from '../../domain/plan/plan.ts';
import type { Write } from '../../domain/ports.ts';
import { clusterWatcher, keys, type Wait } from '../../domain/record/keys.ts';
import { type CaptureRow, type ItemRow, itemOf, type Release, rowOf } from '../../domain/record/rows.ts';
import type { RolloutWatchRow } from '../../domain/record/watch-rows.ts';
import { isSameRevision } from '../../domain/rollout/baseline.ts';
import type { Deps } from '../deps.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { retryConflict } from '../retry-conflict.ts';
import type { WaitingTask } from '../schedule/await-turn.ts';
import { answerBound, bindToken, tryToDeliver } from '../wait/answer-wait.ts';
import type { PlaceOfWait } from '../wait/settle-wait.ts';
import { ensureWatcher } from '../wait/watchers.ts';
import { expectedOf } from './expected-of.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'pace' | 'bell'>;

type Verification = WaitingTask & { readonly attempt: number | 'restore' };

/** Hands a rollout to its cluster's observer, which alone answers it. When invoked again, only binds the new token. */
export const verifyRollout = async (deps: Needs, task: Verification): Promise<Record<string, never>> => {
  const { batch_id, index, attempt } = task;
  const planned = await readPlanned(deps, batch_id, index);
  const wait: Wait = attempt === 'restore' ? 'verify-restore' : `verify-${attempt}`;
  const place: PlaceOfWait = { batch_id, index, wait, watcher: clusterWatcher(planned.cluster) };
  await bindToken(deps, place, task);
  if (await watch(deps, { task, place, functions: planned.place })) await tryToDeliver(deps, place);
  else await answerBound(deps, { ...place, token: task.token });
  return {};
};

interface Verifying {
  /** The place whose functions ask the cluster. */
  readonly functions: string | undefined;
  readonly task: Verification;
  readonly place: PlaceOfWait;
}

/** Makes sure that it is watched, unless it is answered or has ended. Returns true if this call began the watch. */
const watch = async (deps: Needs, { task, place, functions }: Verifying): Promise<boolean> => {
  const { watcher, batch_id, index, wait } = place;
  if ((await deps.table.get(keys.answer(batch_id, index, wait))) !== undefined) return false;
  const isWatched = (await deps.table.get(keys.watch(watcher, batch_id, index, wait))) !== undefined;
  if (!isWatched) {
    const item = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
    if (item?.outcome !== undefined) return false;
    const row = await watchRow(deps, { task, place, functions }, item?.deadline);
    const put: Write = { put: itemOf(keys.watch(watcher, batch_id, index, wait), row) };
    await retryConflict(deps, () => deps.table.transact([put]));
    deps.bell?.ring(watcher);
  }
  await ensureWatcher(deps, watcher, functions);
  return !isWatched;
};

const watchRow = async (
  deps: Needs,
  { task, place: { batch_id, index, wait } }: Verifying,
  deadline: number | undefined,
): Promise<RolloutWatchRow> => {
  const capture = rowOf<CaptureRow>(await deps.table.get(keys.capture(batch_id, index)));
  if (deadline === undefined || capture === undefined) {
    throw new FlotillaError('ContractBroken', `deployment ${index} of ${batch_id} has nothing to verify`);
  }
  const { baseline, restore_baseline: restoreBaseline, previous, at, restore_at = at } = capture;
  const deployment = await readPlanned(deps, batch_id, index);
  const common = { batch_id, index, wait, baseline, at: deps.clock.now(), deadline };
  if (task.attempt !== 'restore') {
    // An earlier attempt may have deleted it. What was there at first is what must be gone.
    const first = isDelete(deployment) ? { baseline: capture.first_baseline ?? baseline } : {};
    const asked = deploys(deployment)
      ? askedOf(deployment)
      : { ...askedOf(deployment), ...standsOf(deployment, previous) };
    return { ...common, ...first, ...sinceOf(at), deployment: watchedDeployment(deployment), ...asked };
  }
  if (previous === undefined) throw new FlotillaError('ContractBroken', `deployment ${index} has no previous release`);
  return {
    ...common,
    ...sinceOf(restore_at),
    baseline: restoreBaseline ?? baseline,
    ...(restoreBaseline !== undefined && isSameRevision(baseline, restoreBaseline) ? { untouched: true } : {}),
    // It is judged by the settings requested now. The settings from when that release was deployed don't matter.
    deployment: withSettings(keptDeployment(previous.deployment), deployment.rollout),
    expected: expectedOf(previous),
  };
};

/** A restored release ran before, so it is verified by the exact image seen then. */
const askedOf = ({
  docker_image_version: version,
  docker_artifact_type: artifactType,
  replay,
}: PlannedDeployment): Pick<RolloutWatchRow, 'expected' | 'undoes'> => {
  const expected = { version, artifactType };
  if (replay?.kind !== 'rollback') return { expected };
  const { image, of } = replay;
  return {
    expected: image === undefined ? expected : { ...expected, image },
    ...(of.length === 0 ? {} : { undoes: of }),
  };
};

/** A scale keeps the version that runs. */
const standsOf = (deployment: PlannedDeployment, previous: Release | undefined): Partial<RolloutWatchRow> =>
  isDelete(deployment) || previous === undefined ? {} : { expected: expectedOf(previous) };

const sinceOf = (at: number | undefined): Pick<RolloutWatchRow, 'since'> => (at === undefined ? {} : { since: at });

const withSettings = ({ rollout: _, ...deployment }: KeptDeployment, rollout: RolloutSettings | undefined) => ({
  ...deployment,
  ...(rollout === undefined ? {} : { rollout }),
});
