import { isFlotillaError } from '../domain/errors.ts';
import { partsOf } from '../domain/parts-of.ts';
import type { Write } from '../domain/ports.ts';
import { keys, type Wait } from '../domain/record/keys.ts';
import { type HeaderRow, type ItemRow, rowOf, type TokenRow, type TurnRow } from '../domain/record/rows.ts';
import { concludeBatch } from './batch/conclude-batch.ts';
import { finishBatch } from './batch/finish-batch.ts';
import { type Ended, recordOutcomeIf } from './deployment/record-outcome.ts';
import type { Deps } from './deps.ts';
import { DoAll } from './do-all.ts';
import { lookAfterEnds } from './record/unanchored-ends.ts';
import { type DispatcherMemory, dispatchTurns } from './schedule/dispatch-turns.ts';
import { everyItem } from './schedule/schedule-store.ts';
import { deliverAnswer } from './wait/answer-wait.ts';
import { everyWatcher, isBusy, reviveWatcher } from './wait/watchers.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace'>;

/**
 * Looks after whatever was lost: messages nobody read, watchers that died, answers that were not delivered, children
 * that were killed, batches that nobody started or sealed, ends that
 * were not anchored. Each part is safe to repeat.
 */
export const sweep = async (deps: Needs, memory: DispatcherMemory): Promise<void> => {
  const all = new DoAll();
  await all.try(() => dispatchTurns(deps, memory));
  await all.try(() => reviveWatchers(deps, all));
  await all.try(() => lookAfterEnds(deps, all));
  // Few, and before the many: a sweep that takes too long is cut off.
  await all.try(() => lookAfterBatches(deps, all));
  await all.try(() => lookAfterTurns(deps, all));
  all.end();
};

const isOld = ({ clock, pace }: Needs, at: number): boolean => clock.now() - at >= pace.sweepAge;

const reviveWatchers = async (deps: Needs, all: DoAll): Promise<void> => {
  for await (const watcher of everyWatcher(deps)) {
    if (await isBusy(deps, watcher)) await all.try(() => reviveWatcher(deps, watcher));
  }
};

/** Executions described in one sweep. AWS allows 10 to 15 a second, and this comes every minute. */
const describesPerSweep = 300;
const turnsAtOnce = 20;

interface Budget {
  describes: number;
}

/**
 * Open turns are the deployments in flight, and the refused ones that are not recorded yet. With thousands in flight one
 * sweep cannot ask for all of them whether they are alive, so each begins somewhere else.
 */
const lookAfterTurns = async (deps: Needs, all: DoAll): Promise<void> => {
  const turns: TurnRow[] = [];
  for await (const item of everyItem(deps.table, { pk: 'DISPATCHER', prefix: 'TURN#' })) {
    const turn = rowOf<TurnRow>(item)!;
    if (isOld(deps, turn.at)) turns.push(turn);
  }
  const first = Math.floor(deps.random.next() * turns.length);
  const inOrder = [...turns.slice(first), ...turns.slice(0, first)];
  const budget: Budget = { describes: describesPerSweep };
  for (const some of partsOf(inOrder, turnsAtOnce)) {
    await Promise.all(some.map((turn) => all.try(() => lookAfterTurn(deps, turn, budget))));
  }
};

const lookAfterTurn = async (deps: Needs, { batch_id, index }: TurnRow, budget: Budget): Promise<void> => {
  const row = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
  if (row !== undefined && !isOld(deps, row.updated_at)) return;
  const tokens = await boundTokens(deps, batch_id, index);
  const waiting = waitedWith(tokens);
  for (const { wait } of waiting) await deliverAnswer(deps, { batch_id, index, wait });
  if (row?.outcome !== undefined) {
    await deps.table.transact([{ delete: keys.turn(batch_id, index) }]);
    return;
  }
  const children = [...new Set(waiting.map(({ execution_arn }) => execution_arn))];
  const [latest] = children;
  if (latest === undefined || budget.describes < children.length) return;
  budget.describes -= children.length;
  for (const child of children) if (await isRunning(deps, child)) return;
  const error = { Error: 'ChildEnded', Cause: 'Its execution was stopped or died.' };
  await unlessTakenUp(deps, { execution_arn: latest, batch_id, index, error }, tokens);
};

/**
 * Another child may take the deployment up while this one is found dead: in its second round the Map begins anew. It binds a
 * token before it does anything, so nothing is recorded over its head; and one that comes later finds the outcome.
 */
const unlessTakenUp = async (deps: Needs, ended: Ended, tokens: readonly BoundToken[]): Promise<void> => {
  const { batch_id, index } = ended;
  const unchanged = tokens.map(
    ({ wait, at, execution_arn }): Write => ({
      check: keys.token(batch_id, index, wait),
      when: { equals: { at, execution_arn } },
    }),
  );
  try {
    await recordOutcomeIf(deps, ended, unchanged);
  } catch (error) {
    // Somebody was faster. The next sweep looks again.
    if (!isFlotillaError(error, 'ConditionFailed')) throw error;
  }
};

type BoundToken = TokenRow & { readonly wait: Wait };

const boundTokens = async (deps: Needs, batchId: string, index: number): Promise<readonly BoundToken[]> => {
  const { pk, sk } = keys.token(batchId, index, 'turn');
  const { items } = await deps.table.query({ pk, prefix: sk.slice(0, -'turn'.length), limit: 100 });
  return items.map((item) => ({
    ...rowOf<TokenRow>(item)!,
    wait: item.sk.slice(item.sk.lastIndexOf('#') + 1) as Wait,
  }));
};

/**
 * A child waits for the token that it bound last, whatever its row says by now: its answer may have moved the row on.
 * Several when they were bound within a millisecond; the latest first. What is left of a child that died may bind one after the
 * child that took the deployment up: that one then waits for its turn.
 */
const waitedWith = (tokens: readonly BoundToken[]): readonly BoundToken[] => {
  const [latest, ...others] = tokens.toSorted((one, other) => other.at - one.at);
  if (latest === undefined) return [];
  const isWaitedWith = ({ at, wait, execution_arn }: BoundToken): boolean =>
    at === latest.at || (wait === 'turn' && execution_arn !== latest.execution_arn);
  return [latest, ...others.filter(isWaitedWith)];
};

const isRunning = async ({ workflow }: Needs, arn: string): Promise<boolean> => {
  try {
    return (await workflow.describe('batch', arn)).status === 'RUNNING';
  } catch (error) {
    if (isFlotillaError(error, 'ExecutionMissing')) return false;
    throw error;
  }
};

const lookAfterBatches = async (deps: Needs, all: DoAll): Promise<void> => {
  for await (const item of everyItem(deps.table, { pk: 'OPEN' })) {
    const header = rowOf<HeaderRow>(await deps.table.get(keys.header(item.sk)));
    if (header !== undefined && isOld(deps, header.created_at)) await all.try(() => lookAfterBatch(deps, header));
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
