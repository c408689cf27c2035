import { FlotillaError } from '../domain/errors.ts';
import { clusterWatcher, keys, type Wait } from '../domain/record/keys.ts';
import { type CaptureRow, type ItemRow, itemOf, type RolloutWatchRow, rowOf } from '../domain/record/rows.ts';
import { bindToken, deliverAnswer, tryToDeliver } from './answer-wait.ts';
import type { WaitingTask } from './await-turn.ts';
import type { Deps } from './deps.ts';
import { expectedOf } from './expected-of.ts';
import { readPlanned } from './plan-store.ts';
import { retryConflict } from './retry-conflict.ts';
import type { PlaceOfWait } from './settle-wait.ts';
import { ensureWatcher } from './watchers.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'pace'>;

/** Hands a rollout to the observer of its cluster, which alone answers. Invoked again, it only binds the new token. */
export const verifyRollout = async (
  deps: Needs,
  task: WaitingTask & { readonly attempt: number | 'restore' },
): Promise<Record<string, never>> => {
  const { batch_id, index, attempt } = task;
  const planned = await readPlanned(deps, batch_id, index);
  const wait: Wait = attempt === 'restore' ? 'verify-restore' : `verify-${attempt}`;
  const place: PlaceOfWait = { batch_id, index, wait, watcher: clusterWatcher(planned.cluster) };
  await bindToken(deps, place, task);
  const key = keys.watch(place.watcher, batch_id, index, wait);
  const answered = await deps.table.get(keys.answer(batch_id, index, wait));
  if (answered === undefined && (await deps.table.get(key)) === undefined) {
    const row = await watchRow(deps, { task, wait });
    await retryConflict(deps, () => deps.table.transact([{ put: itemOf(key, row) }]));
  }
  if (answered !== undefined && (await hasEnded(deps, task))) {
    // Nobody sends this answer again, so an error must tell the state machine.
    await deliverAnswer(deps, place);
    return {};
  }
  await ensureWatcher(deps, place.watcher);
  await tryToDeliver(deps, place);
  return {};
};

const hasEnded = async ({ table }: Needs, { batch_id, index }: WaitingTask): Promise<boolean> =>
  rowOf<ItemRow>(await table.get(keys.item(batch_id, index)))?.outcome !== undefined;

const watchRow = async (
  deps: Needs,
  { task, wait }: { readonly task: WaitingTask & { readonly attempt: number | 'restore' }; readonly wait: Wait },
): Promise<RolloutWatchRow> => {
  const { batch_id, index, attempt } = task;
  const item = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
  const capture = rowOf<CaptureRow>(await deps.table.get(keys.capture(batch_id, index)));
  if (item?.deadline === undefined || capture === undefined) {
    throw new FlotillaError('ContractBroken', `deployment ${index} of ${batch_id} has nothing to verify`);
  }
  const { baseline, restore_baseline: restoreBaseline, previous } = capture;
  const deployment = await readPlanned(deps, batch_id, index);
  const common = { batch_id, index, wait, baseline, at: deps.clock.now(), deadline: item.deadline };
  if (attempt !== 'restore') {
    const { docker_image_version: version, docker_artifact_type: artifactType } = deployment;
    return { ...common, deployment, expected: { version, artifactType } };
  }
  if (previous === undefined) throw new FlotillaError('ContractBroken', `deployment ${index} has no previous release`);
  return {
    ...common,
    baseline: restoreBaseline ?? baseline,
    deployment: { ...previous.deployment },
    expected: expectedOf(previous),
  };
};
