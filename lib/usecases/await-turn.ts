import { keys } from '../domain/record/keys.ts';
import { type ItemRow, rowOf, type TurnRow } from '../domain/record/rows.ts';
import { bindToken, send, tryToDeliver } from './answer-wait.ts';
import type { Deps } from './deps.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random'>;

export interface WaitingTask {
  readonly token: string;
  readonly execution_arn: string;
  readonly batch_id: string;
  readonly index: number;
}

/** Writes the token first and looks for the turn afterwards, so that a turn that comes in between is not lost. */
export const awaitTurn = async (deps: Needs, task: WaitingTask): Promise<Record<string, never>> => {
  const { batch_id, index } = task;
  await bindToken(deps, { batch_id, index, wait: 'turn' }, task);
  const turn = rowOf<TurnRow>(await deps.table.get(keys.turn(batch_id, index)));
  if (turn !== undefined) {
    await tryToDeliver(deps, { batch_id, index, wait: 'turn' });
    return {};
  }
  const item = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
  if (item?.outcome !== undefined) {
    await send(deps, task.token, { error: 'TurnRefused', message: `It has ended already: ${item.outcome.message}` });
  }
  return {};
};
