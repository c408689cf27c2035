import { keys } from '../../domain/record/keys.ts';
import { type CaptureRow, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { readPlanned } from '../plan/plan-store.ts';
import { neverRestored, settleNotRestored } from '../rollout/not-restored.ts';
import type { WaitingTask } from '../schedule/await-turn.ts';
import { answerBound, bindToken } from '../wait/answer-wait.ts';
import { launchRun, runPlace } from './launch-run.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace' | 'executor'>;

/**
 * Restores the last good release through the executor that deployed it, unless LookBack has already answered. Asks no
 * cluster. An execution from before LookBack existed comes here without a look; it then restores as if the cluster did
 * not answer.
 */
export const startRestore = async (deps: Needs, task: WaitingTask): Promise<Record<string, never>> => {
  const { batch_id, index } = task;
  const planned = await readPlanned(deps, batch_id, index);
  const capture = rowOf<CaptureRow>(await deps.table.get(keys.capture(batch_id, index)));
  const previous = capture?.previous;
  // The executor of that release restores it, and its account's poller follows.
  const place = runPlace(task, 'restore', previous?.deployment ?? planned);
  await bindToken(deps, place, task);
  const intended = await deps.table.get(keys.attempt(batch_id, index, 'restore'));
  const answered = await deps.table.get(keys.answer(batch_id, index, 'restore'));
  if (intended === undefined && answered === undefined) {
    const never = neverRestored(planned, capture);
    if (never !== undefined) await settleNotRestored(deps, place, never);
    else {
      const { place: _, ...before } = previous!.deployment;
      // The same cluster as this deployment's, so the same functions ask it.
      const now = planned.place === undefined ? {} : { place: planned.place };
      const deployment = { ...before, ...now, timeout: planned.timeout };
      await launchRun(deps, { place, deployment, version: previous!.version, attempt: 'restore' });
    }
  }
  await answerBound(deps, { ...place, token: task.token });
  return {};
};
