import type { JsonObject, Write } from '../domain/ports.ts';
import { changeItem } from '../domain/record/change.ts';
import { keys, type Wait } from '../domain/record/keys.ts';
import { type AnswerRow, type ItemRow, itemOf, rowOf } from '../domain/record/rows.ts';
import { tryToDeliver } from './answer-wait.ts';
import type { Deps } from './deps.ts';
import { retryConflict } from './retry-conflict.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random'>;

export interface PlaceOfWait {
  readonly batch_id: string;
  readonly index: number;
  readonly wait: Wait;
  readonly watcher: string;
}

export interface Settlement {
  readonly answer: Omit<AnswerRow, 'at'>;
  readonly patch: Partial<ItemRow>;
  readonly actor: string;
  readonly detail?: JsonObject;
}

/**
 * Gives a wait its one answer: answer row, change of the deployment, event and the end of watching in one transaction,
 * and only then the token. Whoever comes second finds the answer and sends that one again. A deployment that has its
 * outcome is left alone.
 */
export const settleWait = async (
  deps: Needs,
  place: PlaceOfWait,
  settle: (item: ItemRow) => Settlement,
): Promise<void> => {
  const { batch_id, index, wait, watcher } = place;
  const answerKey = keys.answer(batch_id, index, wait);
  const unwatch: Write = { delete: keys.watch(watcher, batch_id, index, wait) };
  await retryConflict(deps, async () => {
    const item = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
    const answered = await deps.table.get(answerKey);
    if (item === undefined || item.outcome !== undefined || answered !== undefined) {
      await deps.table.transact([unwatch]);
      return;
    }
    const { answer, patch, actor, detail } = settle(item);
    const at = deps.clock.now();
    const told = { status: item.status, reason: answer.reason, message: answer.message };
    const change = changeItem(item, { ...told, ...patch }, { at, actor, ...(detail === undefined ? {} : { detail }) });
    await deps.table.transact([
      { put: itemOf(answerKey, { ...answer, at } satisfies AnswerRow), when: { exists: false } },
      ...change.writes,
      unwatch,
    ]);
  });
  await tryToDeliver(deps, place);
};
