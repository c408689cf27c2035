import { putsBack } from '../../domain/deployment/next-step.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import { keys } from '../../domain/record/keys.ts';
import { type CaptureRow, type Failure, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { readPlanned } from '../plan/plan-store.ts';
import type { WaitingTask } from '../schedule/await-turn.ts';
import { answerBound, bindToken, tryToDeliver } from '../wait/answer-wait.ts';
import { launchRun, runPlace } from './launch-run.ts';
import { settleFailure } from './settle-failure.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace' | 'executor'>;

/** Starts an attempt's run. When invoked again, only binds the new token. */
export const startDeployment = async (deps: Needs, task: Attempt): Promise<Record<string, never>> => {
  const deployment = await readPlanned(deps, task.batch_id, task.index);
  const place = runPlace(task, `deploy-${task.attempt}`, deployment);
  await bindToken(deps, place, task);
  const overtaken = await readOvertaken(deps, task, deployment);
  if (overtaken !== undefined) {
    await settleFailure(deps, { place, deployment, failure: overtaken, actor: 'executor' });
    await answerBound(deps, { ...place, token: task.token });
    return {};
  }
  const { attempt, execution_arn: executionArn } = task;
  const isNew = await launchRun(deps, {
    place,
    deployment,
    version: deployment.docker_image_version,
    attempt,
    replay: deployment.replay,
    executionArn,
  });
  if (isNew) await tryToDeliver(deps, place);
  else await answerBound(deps, { ...place, token: task.token });
  return {};
};

type Attempt = WaitingTask & { readonly attempt: number };

/** Capture found somebody else's change: no attempt is made that would replace it. */
const readOvertaken = async (
  { table }: Needs,
  { batch_id, index, attempt }: Attempt,
  deployment: PlannedDeployment,
): Promise<Failure | undefined> => {
  if (attempt === 1 && !putsBack(deployment)) return undefined;
  const capture = rowOf<CaptureRow>(await table.get(keys.capture(batch_id, index)));
  if (capture?.overtaken === undefined || capture.attempt !== attempt) return undefined;
  const { message, ...running } = capture.overtaken;
  if (attempt === 1) {
    const told = `Nothing was started: ${message}. It was left unchanged. Find out who set it.`;
    return { reason: 'Superseded', message: told, skipped: true, superseded: true, ...running };
  }
  const before = rowOf<ItemRow>(await table.get(keys.item(batch_id, index)))?.failure?.message;
  const why = before === undefined ? '' : ` The previous attempt failed: ${before}`;
  return {
    reason: 'Superseded',
    message: `Attempt ${attempt} was not made: ${message}. It was left unchanged. Find out who set it, then deploy again.${why}`,
    superseded: true,
    ...running,
  };
};
