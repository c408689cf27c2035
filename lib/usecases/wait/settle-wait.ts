import type { JsonObject } from '../../domain/json.ts';
import type { Write } from '../../domain/ports.ts';
import { changeItem } from '../../domain/record/change.ts';
import { keys, type Wait } from '../../domain/record/keys.ts';
import { type AnswerRow, type ItemRow, itemOf, rowOf } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { tryToDeliver } from './answer-wait.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random'>;

export interface PlaceOfWait {
  readonly batch_id: string;
  readonly index: number;
  readonly wait: Wait;
  readonly watcher: string;
  /** Settles the wait only while the watched run is in this phase. */
  readonly only?: RunWatchRow['phase'];
}

export interface Settlement {
  readonly answer: Omit<AnswerRow, 'at'>;
  readonly patch: Partial<ItemRow>;
  readonly actor: string;
  readonly detail?: JsonObject;
}

/** The rows that come with an answer, made again for each try. */
type MakeWrites = (
  item: ItemRow,
  at: number,
) => Promise<{
  readonly answer: Omit<AnswerRow, 'at'>;
  readonly writes: readonly Write[];
}>;

/**
 * Gives a wait its one answer: writes the answer row and its companions and ends the watching, in one transaction. A
 * second caller finds the answer and changes nothing. Leaves a deployment with an outcome alone, and a run that is no
 * longer in the phase `only`. Sends no token. Returns true if the answer is this one.
 */
export const writeAnswer = async (
  { table, clock, random }: Pick<Deps, 'table' | 'clock' | 'random'>,
  { batch_id, index, wait, watcher, only }: PlaceOfWait,
  make: MakeWrites,
): Promise<boolean> => {
  const answerKey = keys.answer(batch_id, index, wait);
  const unwatch: Write = {
    delete: keys.watch(watcher, batch_id, index, wait),
    ...(only === undefined ? {} : { when: { equals: { phase: only } } }),
  };
  const isInPhase = async (): Promise<boolean> => {
    const row = rowOf<RunWatchRow>(await table.get(keys.watch(watcher, batch_id, index, wait)));
    return row?.phase === only;
  };
  return retryConflict({ clock, random }, async () => {
    if (only !== undefined && !(await isInPhase())) return false;
    const item = rowOf<ItemRow>(await table.get(keys.item(batch_id, index)));
    const answered = await table.get(answerKey);
    if (item === undefined || item.outcome !== undefined || answered !== undefined) {
      await table.transact([unwatch]);
      return false;
    }
    const at = clock.now();
    const { answer, writes } = await make(item, at);
    await table.transact([
      { put: itemOf(answerKey, { ...answer, at } satisfies AnswerRow), when: { exists: false } },
      ...writes,
      unwatch,
    ]);
    return true;
  });
};

/**
 * Answers a wait after which the deployment goes on: writes the answer with the change and its event, then sends the
 * token.
 */
export const settleWait = async (
  deps: Needs,
  place: PlaceOfWait,
  settle: (item: ItemRow) => Settlement,
): Promise<void> => {
  await writeAnswer(deps, place, async (item, at) => {
    const { answer, patch, actor, detail } = settle(item);
    const told = { status: item.status, reason: answer.reason, message: answer.message };
    const occasion = { at, actor, ...(detail === undefined ? {} : { detail }) };
    return { answer, writes: changeItem(item, { ...told, ...patch }, occasion).writes };
  });
  await tryToDeliver(deps, place);
};
