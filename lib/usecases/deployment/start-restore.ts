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
 * Puts the last good release back, by the executor that owns the workload, unless LookBack has answered already. It asks no cluster. An
 * execution that began before there was a LookBack comes here without a look: then it is put back as where a cluster does not answer.
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
  if (intended === undefined && answered === undefined) {
    const never = neverRestored(planned, capture);
    if (never !== undefined) await settleNotRestored(deps, place, never);
    else {
      const { place: _, ...before } = previous!.deployment;
      // Its cluster is that of this deployment: whoever asks that now is whoever asked it in this attempt.
      const now = planned.place === undefined ? {} : { place: planned.place };
      const deployment = { ...before, ...now, timeout: planned.timeout };
      await launchRun(deps, { place, deployment, version: previous!.version, attempt: 'restore' });
    }
  }
  await answerBound(deps, { ...place, token: task.token });
  return {};
};
