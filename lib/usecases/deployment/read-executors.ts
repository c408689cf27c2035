import { showCatalogue } from '../../domain/catalogue/show-catalogue.ts';
import { executorWatcher } from '../../domain/record/keys.ts';
import { type BudgetView, readBudgets } from '../budget/read-budgets.ts';
import type { AskedBy, Deps } from '../deps.ts';
import type { HoldView } from '../holds/hold-view.ts';
import { listHolds } from '../holds/list-holds.ts';
import { readTurns, roomOf } from '../schedule/read-turns.ts';
import { readWatching, type WatchingView } from '../wait/read-watching.ts';
import { readTroubles, type TroubleView } from './account-trouble.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'clock' | 'catalogue'> & AskedBy;

/** An executor account: what it allows, and what Flotilla does with it. */
export interface ExecutorView extends WatchingView {
  readonly name: string;
  /** For example `harness:acme`. */
  readonly account: string;
  readonly simulated: boolean;
  readonly in_flight: number;
  readonly limit?: number;
  /** Its request budget; absent if requests are not counted. */
  readonly budget?: BudgetView;
  /** Set if it cannot be read now. */
  readonly trouble?: TroubleView;
  /** Set if it does not answer. Deployments to it wait. */
  readonly circuit?: HoldView;
  /** Until then nothing is sent to it. */
  readonly throttled_until?: string;
}

export const readExecutors = async (deps: Needs): Promise<readonly ExecutorView[]> => {
  const catalogue = await deps.catalogue();
  const { executors } = showCatalogue(catalogue, deps.rights);
  if (executors.length === 0) return [];
  const accounts = executors.map(({ account }) => account);
  const [{ turns }, budgets, troubles, holds] = await Promise.all([
    readTurns(deps),
    readBudgets(deps, catalogue),
    readTroubles(deps, accounts),
    listHolds(deps),
  ]);
  return Promise.all(
    executors.map(async ({ name, account, simulated, limit: configured }): Promise<ExecutorView> => {
      const budget = budgets.find((one) => one.account === account);
      const trouble = troubles.find((one) => one.account === account);
      const circuit = holds.find(({ kind, scope }) => kind === 'circuit' && scope.executor === account);
      return {
        ...{ name, account, simulated, ...roomOf(turns, `executor:${account}`, configured) },
        ...(await readWatching(deps, executorWatcher(account))),
        ...(budget === undefined ? {} : { budget }),
        ...(trouble === undefined ? {} : { trouble }),
        ...(circuit === undefined ? {} : { circuit }),
        ...(budget?.closed_until === undefined ? {} : { throttled_until: budget.closed_until }),
      };
    }),
  );
};
