import { isFlotillaError } from '../domain/errors.ts';
import { partsOf } from '../domain/parts-of.ts';
import { keys } from '../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, rowOf, type TurnRow } from '../domain/record/rows.ts';
import type { Deps } from './deps.ts';
import { DoAll } from './do-all.ts';
import { endHeldTooLong, mostLookedAt } from './holds/end-held-too-long.ts';
import { lookAfterEnds } from './record/unanchored-ends.ts';
import { isInTurn } from './requests/in-turn.ts';
import { expireBatches } from './retention/expire-batches.ts';
import { type DispatcherMemory, dispatchTurns } from './schedule/dispatch-turns.ts';
import { everyItem } from './schedule/schedule-store.ts';
import { boundTokens, waitedWith } from './settle/free-waits.ts';
import { settleBatch } from './settle/settle-batch.ts';
import { childrenOf, settleChild, settleNobodysTurn, settlesAfter } from './settle/settle-child.ts';
import { deliverAnswer } from './wait/answer-wait.ts';
import { tellAgain, waitOfReturned } from './wait/tell-returned.ts';
import { everyWatcher, isBusy, reviveWatcher } from './wait/watchers.ts';

type Needs = Pick<
  Deps,
  'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace' | 'catalogue' | 'tell'
>;

/**
 * Recovers what was lost: unread messages, dead watchers, undelivered answers, killed children, batches that nobody
 * started or sealed, and ends without an anchor. Removes what has expired. Every part is safe to repeat.
 */
export const sweep = async (deps: Needs, memory: DispatcherMemory): Promise<void> => {
  const all = new DoAll();
  await all.try(() => dispatchTurns(deps, memory));
  await all.try(() => reviveWatchers(deps, all));
  await all.try(() => lookAfterEnds(deps, all));
  // Few, so they come before the many: a sweep that takes too long is cut off.
  await all.try(() => lookAfterBatches(deps, all));
  await all.try(() => lookAfterTurns(deps, all));
  // What nobody waits for comes last.
  await all.try(() => expireBatches(deps, all));
  all.end();
};

const isOld = ({ clock, pace }: Needs, at: number): boolean => clock.now() - at >= pace.sweepAge;

const reviveWatchers = async (deps: Needs, all: DoAll): Promise<void> => {
  for await (const watcher of everyWatcher(deps)) {
    if (await isBusy(deps, watcher)) await all.try(() => reviveWatcher(deps, watcher));
  }
};

/** Executions described in one sweep. AWS allows 10 to 15 a second, and a sweep runs every minute. */
const describesPerSweep = 300;
const turnsAtOnce = 20;

interface Budget {
  describes: number;
}

/**
 * Open turns are the deployments in flight, plus refused ones not recorded yet. One sweep cannot check thousands of
 * them, so each sweep begins somewhere else.
 */
const lookAfterTurns = async (deps: Needs, all: DoAll): Promise<void> => {
  const turns: TurnRow[] = [];
  for await (const item of everyItem(deps.table, { pk: 'DISPATCHER', prefix: 'TURN#' })) {
    turns.push(rowOf<TurnRow>(item)!);
  }
  const first = Math.floor(deps.random.next() * turns.length);
  const inOrder = [...turns.slice(first), ...turns.slice(0, first)];
  const budget: Budget = { describes: describesPerSweep };
  for (const some of partsOf(inOrder, turnsAtOnce)) {
    await Promise.all(some.map((turn) => all.try(() => lookAfterTurn(deps, turn, budget))));
  }
};

const lookAfterTurn = async (deps: Needs, { batch_id, index, at }: TurnRow, budget: Budget): Promise<void> => {
  const row = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
  if (row !== undefined && deps.clock.now() - row.updated_at < settlesAfter) return;
  const tokens = await boundTokens(deps, batch_id, index);
  if (isOld(deps, row?.updated_at ?? 0)) {
    for (const { wait } of waitedWith(tokens)) await deliverAnswer(deps, { batch_id, index, wait });
    const untold = waitOfReturned({ row, turn: { at }, tokens });
    if (untold !== undefined) await tellAgain(deps, { batch_id, index }, untold);
  }
  if (row?.outcome !== undefined) {
    if (isOld(deps, row.updated_at)) await deps.table.transact([{ delete: keys.turn(batch_id, index) }]);
    return;
  }
  if (tokens.length === 0) return settleNobodysTurn(deps, { batch_id, index, at });
  const asked = childrenOf(tokens).length;
  if (budget.describes < asked) return;
  budget.describes -= asked;
  await settleChild(deps, { batch_id, index, tokens });
};

const lookAfterBatches = async (deps: Needs, all: DoAll): Promise<void> => {
  let looked = 0;
  for await (const item of everyItem(deps.table, { pk: 'OPEN' })) {
    const header = rowOf<HeaderRow>(await deps.table.get(keys.header(item.sk)));
    // A new one is just being started.
    if (header !== undefined && (header.execution_arn !== undefined || isOld(deps, header.created_at))) {
      await all.try(() => lookAfterBatch(deps, header));
    }
    if (header === undefined || looked >= mostLookedAt) continue;
    await all.try(async () => {
      if (await endHeldTooLong(deps, header)) looked += 1;
    });
  }
};

/** Starts a batch that nobody started, and concludes one whose execution ended without sealing it. */
const lookAfterBatch = async (deps: Needs, header: HeaderRow): Promise<void> => {
  const { batch_id, execution_arn } = header;
  if (execution_arn === undefined && !(await isInTurn(deps, header))) return;
  if (execution_arn === undefined && (await startAnew(deps, batch_id))) return;
  await settleBatch(deps, batch_id);
};

/** True when the batch runs now, whether this call started it or not. */
const startAnew = async ({ workflow }: Needs, batchId: string): Promise<boolean> => {
  try {
    await workflow.start('batch', batchId, { batch_id: batchId });
    return true;
  } catch (error) {
    if (isFlotillaError(error, 'ExecutionExists')) return false;
    throw error;
  }
};
