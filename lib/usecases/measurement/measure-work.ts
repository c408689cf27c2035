import { allowedAt } from '../../domain/budget/allowance.ts';
import type { HoldRow } from '../../domain/holds/hold.ts';
import type { Measurement } from '../../domain/measurement/measurement.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, rowOf } from '../../domain/record/rows.ts';
import type { BudgetRow, RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { BatchHead } from '../../domain/schedule/state.ts';
import { deadlineAt } from '../deployment/human-wait.ts';
import type { Deps } from '../deps.ts';
import { everyItem, readHolds } from '../schedule/schedule-store.ts';
import { everyWatcher, readWatched } from '../wait/watchers.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'pace'>;

/**
 * How many sweep intervals after its deadline an unanswered wait counts as stuck: five sweeps could have helped by
 * then.
 */
const sweepsToHelp = 5;

/** Measures what is under way and what is stuck. The sweeper's function runs it every minute. */
export const measureWork = async (deps: Needs): Promise<readonly Measurement[]> => {
  const { open, waiting, inFlight, rollbacks } = await countBatches(deps);
  const holds = await holdsInForce(deps);
  const circuits = holds.filter(({ kind }) => kind === 'circuit').length;
  return [
    { name: 'OpenBatches', value: open },
    { name: 'WaitingTurns', value: waiting },
    { name: 'InFlight', value: inFlight },
    { name: 'RollbacksUnderWay', value: rollbacks },
    { name: 'Holds', value: holds.length - circuits },
    { name: 'OpenCircuits', value: circuits },
    { name: 'StuckWaits', value: await countStuck(deps) },
    { name: 'RejectedMessages', value: await count(deps, { pk: keys.rejected('').pk }) },
    ...(await measureBudgets(deps)),
  ];
};

/** Budgets that nobody uses any more have long risen to their limit, so the lowest one is lowered now. */
const measureBudgets = async ({ table, clock }: Needs): Promise<readonly Measurement[]> => {
  const allowed: number[] = [];
  for await (const item of everyItem(table, { pk: keys.budget('').pk }))
    allowed.push(allowedAt(rowOf<BudgetRow>(item)!, clock.now()));
  return allowed.length === 0 ? [] : [{ name: 'ExecutorBudgetAllowed', value: Math.min(...allowed) }];
};

/** A batch without a plan has nobody who waits for a turn. */
const countBatches = async ({
  table,
}: Needs): Promise<Readonly<Record<'open' | 'waiting' | 'inFlight' | 'rollbacks', number>>> => {
  let open = 0;
  let rollbacks = 0;
  let waiting = 0;
  let inFlight = 0;
  for await (const { sk: batchId } of everyItem(table, { pk: keys.open('').pk })) {
    open += 1;
    const header = rowOf<HeaderRow>(await table.get(keys.header(batchId)));
    if (header?.origin?.kind === 'rollback') rollbacks += 1;
    const head = rowOf<BatchHead & { readonly in_flight: number }>(await table.get(keys.scheduleBatch(batchId)));
    inFlight += head?.in_flight ?? 0;
    waiting += head?.counts.PENDING ?? 0;
  }
  return { open, waiting, inFlight, rollbacks };
};

/** The dispatcher lifts an ended hold a moment later. */
const holdsInForce = async ({ table, clock }: Needs): Promise<readonly HoldRow[]> => {
  const holds = [...(await readHolds(table)).values()];
  return holds.filter(({ until }) => until === undefined || until > clock.now());
};

/** Counts waits that a watcher should have answered long ago. Waits for turns have no deadline. */
const countStuck = async ({ table, clock, pace }: Needs): Promise<number> => {
  const latest = clock.now() - pace.abortGrace - sweepsToHelp * pace.sweepAge;
  let stuck = 0;
  for await (const watcher of everyWatcher({ table })) {
    const watched = await readWatched<RunWatchRow>({ table }, watcher);
    stuck += watched.filter((row) => deadlineAt(row, clock.now()) < latest).length;
  }
  return stuck;
};

const count = async ({ table }: Needs, query: { readonly pk: string }): Promise<number> => {
  let found = 0;
  for await (const _ of everyItem(table, query)) found += 1;
  return found;
};
