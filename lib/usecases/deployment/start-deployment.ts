import type { Deps } from '../deps.ts';
import { readPlanned } from '../plan/plan-store.ts';
import type { WaitingTask } from '../schedule/await-turn.ts';
import { answerBound, bindToken, tryToDeliver } from '../wait/answer-wait.ts';
import { launchRun, runPlace } from './launch-run.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace' | 'executor'>;

/** Starts the run of an attempt. Invoked again, it only binds the new token. */
export const startDeployment = async (
  deps: Needs,
  task: WaitingTask & { readonly attempt: number },
): Promise<Record<string, never>> => {
  const deployment = await readPlanned(deps, task.batch_id, task.index);
  const place = runPlace(task, `deploy-${task.attempt}`, deployment);
  await bindToken(deps, place, task);
  const { attempt, execution_arn: executionArn } = task;
  const isNew = await launchRun(deps, {
    place,
    deployment,
    version: deployment.docker_image_version,
    attempt,
    executionArn,
  });
  if (isNew) await tryToDeliver(deps, place);
  else await answerBound(deps, { ...place, token: task.token });
  return {};
};
