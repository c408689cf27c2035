import type { Deps } from '../deps.ts';
import { answerBound, bindToken } from '../wait/answer-wait.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random'>;

export interface WaitingTask {
  readonly token: string;
  readonly execution_arn: string;
  readonly batch_id: string;
  readonly index: number;
}

/** Writes the token first and then looks for the turn, so that a turn granted in between is not lost. */
export const awaitTurn = async (deps: Needs, task: WaitingTask): Promise<Record<string, never>> => {
  const { batch_id, index, token } = task;
  const place = { batch_id, index, wait: 'turn' } as const;
  await bindToken(deps, place, task);
  await answerBound(deps, { ...place, token });
  return {};
};
