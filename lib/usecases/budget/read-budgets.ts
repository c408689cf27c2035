import type { RequestKind } from '../../domain/budget/allowance.ts';
import { budgetAt, newBudget } from '../../domain/budget/budget.ts';
import { describeBudget, type Waiting } from '../../domain/budget/describe-budget.ts';
import { executorAccount, requestLimit } from '../../domain/budget/request-limit.ts';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { executorWatcher, keys } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { BudgetRow, RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { isoField, isoTime } from '../iso-time.ts';
import { readSomeWatched } from '../wait/watchers.ts';

/** An executor account's request budget, as the API shows it. */
export interface BudgetView {
  /** For example `harness:acme`. */
  readonly account: string;
  /** Requests a minute, as configured. */
  readonly limit: number;
  /** Requests a minute now. */
  readonly allowed: number;
  /** Why it is lower than configured, and since when. */
  readonly lowered?: { readonly since: string; readonly reason: 'ExecutorThrottled'; readonly message: string };
  /** Until then nothing is sent. */
  readonly closed_until?: string;
  /** How many requests wait in each queue, and when the last of them goes, as far as is known. */
  readonly waiting: Readonly<Record<RequestKind, WaitingView>>;
}

interface WaitingView {
  readonly count: number;
  readonly until?: string;
  /** So much is in flight that it was not all read. */
  readonly at_least?: true;
}

/** One view for each account whose requests are counted. */
export const readBudgets = async (
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  { harness }: Pick<Catalogue, 'harness'>,
): Promise<readonly BudgetView[]> => {
  const limit = harness === undefined ? undefined : requestLimit(harness);
  if (harness === undefined || limit === undefined) return [];
  const account = executorAccount(harness);
  const row = rowOf<BudgetRow>(await table.get(keys.budget(account)));
  const now = clock.now();
  const { queued, hasMore } = await countQueued({ table }, account);
  const told = describeBudget(row === undefined ? newBudget(limit, now) : budgetAt(row, now, limit), queued);
  const { lowered, closed_until, waiting, allowed } = told;
  return [
    {
      account,
      limit,
      allowed,
      ...(lowered === undefined ? {} : { lowered: loweredView(lowered) }),
      ...isoField('closed_until', closed_until),
      waiting: {
        start: hasMore ? atLeast(waiting.start) : waitingView(waiting.start),
        read: waitingView(waiting.read),
      },
    },
  ];
};

/** Counts the starts that found no room in time. The poller sends them. */
const countQueued = async (
  deps: Pick<Deps, 'table'>,
  account: string,
): Promise<{ readonly queued: number; readonly hasMore: boolean }> => {
  const { rows, hasMore } = await readSomeWatched<RunWatchRow>(deps, executorWatcher(account));
  return { queued: rows.filter(({ phase }) => phase === 'queued').length, hasMore };
};

const loweredView = ({ since, refused_at }: { readonly since: number; readonly refused_at: number }) => ({
  since: isoTime(since),
  reason: 'ExecutorThrottled' as const,
  message: `It throttled requests, last at ${isoTime(refused_at)}. The limit rises a little with each minute without throttling.`,
});

const atLeast = ({ count }: Waiting): WaitingView => ({ count, at_least: true });

const waitingView = ({ count, until }: Waiting): WaitingView => ({ count, ...isoField('until', until) });
