import { isFlotillaError } from '../domain/errors.ts';
import {
  type HeaderRow,
  type ItemRow,
  keys,
  rowOf,
  type TokenRow,
  type TurnRow,
  type Wait,
  type WatcherRow,
} from '../domain/record/rows.ts';
import { deliverAnswer } from './answer-wait.ts';
import { concludeBatch } from './conclude-batch.ts';
import type { Deps } from './deps.ts';
import { type DispatcherMemory, dispatchTurns } from './dispatch-turns.ts';
import { finishBatch } from './finish-batch.ts';
import { recordOutcome } from './record-outcome.ts';
import { everyItem } from './schedule-store.ts';
import { reviveWatcher } from './watchers.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace'>;

/**
 * Looks after whatever was lost: messages nobody read, watchers that died, answers that were not delivered, children
 * that were killed, batches that nobody started or sealed. Each part is safe to repeat.
 */
export const sweep = async (deps: Needs, memory: DispatcherMemory): Promise<void> => {
  await dispatchTurns(deps, memory);
  await reviveWatchers(deps);
  await lookAfterTurns(deps);
  await lookAfterBatches(deps);
};

const isOld = ({ clock, pace }: Needs, at: number): boolean => clock.now() - at >= pace.sweepAge;

const reviveWatchers = async (deps: Needs): Promise<void> => {
  for await (const item of everyItem(deps.table, { pk: 'WATCHERS' })) {
    const { watcher } = rowOf<WatcherRow>(item)!;
    const watched = await deps.table.query({ pk: `WATCH#${watcher}`, limit: 1 });
    if (watched.items.length > 0) await reviveWatcher(deps, watcher);
  }
};

/** Open turns are the deployments in flight, and the refused ones that are not recorded yet. */
const lookAfterTurns = async (deps: Needs): Promise<void> => {
  for await (const item of everyItem(deps.table, { pk: 'DISPATCHER', prefix: 'TURN#' })) {
    const turn = rowOf<TurnRow>(item)!;
    if (isOld(deps, turn.at)) await lookAfterTurn(deps, turn);
  }
};

const lookAfterTurn = async (deps: Needs, turn: TurnRow): Promise<void> => {
  const { batch_id, index } = turn;
  const row = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
  if (row !== undefined && !isOld(deps, row.updated_at)) return;
  const bound = rowOf<TokenRow>(await deps.table.get(keys.token(batch_id, index, 'turn')));
  if (bound === undefined) return;
  if (await isRunning(deps, bound.execution_arn)) {
    for (const wait of waitsOf(row)) await deliverAnswer(deps, { batch_id, index, wait });
    return;
  }
  await recordOutcome(deps, {
    batch_id,
    index,
    error: { Error: 'ChildEnded', Cause: 'Its execution was stopped or died.' },
  });
};

/** Whose answer may have been lost on its way: that of the step, and that of the one before it, whose answer set the step. */
const waitsOf = (item: ItemRow | undefined): readonly Wait[] => {
  if (item === undefined) return ['turn'];
  const { step, attempt } = item;
  switch (step) {
    case 'turn':
    case 'capture':
      return attempt === 1 ? ['turn'] : [`deploy-${attempt - 1}`, `verify-${attempt - 1}`];
    case 'deploy':
      return [`deploy-${attempt}`];
    case 'verify':
      return [`deploy-${attempt}`, `verify-${attempt}`];
    case 'restore':
      return ['restore'];
    case 'verify-restore':
      return ['restore', 'verify-restore'];
    case 'recorded':
      return [];
  }
};

const isRunning = async ({ workflow }: Needs, arn: string): Promise<boolean> => {
  try {
    return (await workflow.describe('batch', arn)).status === 'RUNNING';
  } catch (error) {
    if (isFlotillaError(error, 'ExecutionMissing')) return false;
    throw error;
  }
};

const lookAfterBatches = async (deps: Needs): Promise<void> => {
  for await (const item of everyItem(deps.table, { pk: 'OPEN' })) {
    const header = rowOf<HeaderRow>(await deps.table.get(keys.header(item.sk)));
    if (header !== undefined && isOld(deps, header.created_at)) await lookAfterBatch(deps, header);
  }
};

/** A batch that nobody started is started; one whose execution has ended without sealing it is concluded here. */
const lookAfterBatch = async (deps: Needs, { batch_id, execution_arn }: HeaderRow): Promise<void> => {
  if (execution_arn === undefined && (await startAnew(deps, batch_id))) return;
  if (await isRunning(deps, batch_id)) return;
  await concludeBatch(deps, {
    batch_id,
    round: 2,
    error: { Error: 'BatchExecutionEnded', Cause: 'It was stopped or died.' },
  });
  await finishBatch(deps, { batch_id });
};

/** True when it runs now, whether it was started here or before. */
const startAnew = async ({ workflow }: Needs, batchId: string): Promise<boolean> => {
  try {
    await workflow.start('batch', batchId, { batch_id: batchId });
    return true;
  } catch (error) {
    if (isFlotillaError(error, 'ExecutionExists')) return false;
    throw error;
  }
};
