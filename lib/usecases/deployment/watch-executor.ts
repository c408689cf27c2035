import { clusterOfAccount } from '../../domain/catalogue/executor-accounts.ts';
import type { Executor } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, rowOf } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { DoAll } from '../do-all.ts';
import { type WatchTask, watchLoop } from '../wait/watch-loop.ts';
import { AccountTrouble } from './account-trouble.ts';
import { Beside } from './beside.ts';
import { followRun, watchedOf } from './follow-run.ts';
import { withoutHeld } from './held-starts.ts';
import { Hindrances } from './hindrances.ts';
import { QueuedStarts } from './queued-starts.ts';
import { UnreadSince } from './unread-since.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace' | 'executor' | 'tell'>;

/**
 * Concurrent aborts. One that waits for its budget turn is already recorded, so if the function ended before, none
 * would be sent.
 */
const mostStops = 40;
/**
 * Milliseconds. How long after the end of a call aborts may still be sent; their replies still arrive before the
 * function ends.
 */
const stopsAfterwards = 20_000;

/**
 * Follows every run of one executor account with as few requests as possible, and answers the waits of those that
 * ended. Also sends the starts that wait for room.
 */
export const watchExecutor = async (deps: Needs, task: WatchTask): Promise<{ more: boolean }> => {
  const account = task.watcher.slice(task.watcher.indexOf(':') + 1);
  const [sending, stops] = [new Beside(), new Beside(mostStops)];
  const hindrances = new Hindrances();
  const trouble = new AccountTrouble(account);
  const unread = new UnreadSince();
  const callEnd = deps.clock.now() + deps.pace.watchFor;
  const starts = new QueuedStarts(deps, { beside: sending, end: callEnd });
  const all = new DoAll();
  let end = { more: true };
  await all.try(async () => {
    end = await watchLoop<RunWatchRow>(deps, task, {
      interval: intervalOf(deps, account),
      look: async (rows) => {
        const executor = await deps.executor(account);
        const free = await withoutHeld(deps, rows);
        if (deps.clock.now() < callEnd) starts.begin(executor, free);
        const latest = callEnd + stopsAfterwards;
        await lookAtAll(deps, { executor, beside: stops, latest, hindrances, trouble, unread }, rows);
      },
      isUnderWay: () => !sending.isDone || !stops.isDone,
    });
  });
  await all.try(() => sending.end());
  await all.try(() => stops.end());
  all.end();
  return end;
};

/** A cluster is asked about applied objects as often as about rollouts. Nobody counts these requests. */
const intervalOf = ({ pace }: Needs, account: string): number =>
  clusterOfAccount(account) === undefined ? pace.pollExecutor : pace.pollCluster;

interface Looking {
  readonly executor: Executor;
  readonly beside: Beside;
  readonly latest: number;
  readonly hindrances: Hindrances;
  readonly trouble: AccountTrouble;
  readonly unread: UnreadSince;
}

const lookAtAll = async (
  deps: Needs,
  { executor, beside, latest, hindrances, trouble, unread }: Looking,
  rows: readonly RunWatchRow[],
): Promise<void> => {
  const cancelled = await cancelledBatches(deps, rows);
  const watched = rows.flatMap((row) => watchedOf(deps, row) ?? []);
  const news = watched.length === 0 ? undefined : await executor.look(watched);
  const now = deps.clock.now();
  unread.note(
    rows.map(({ key }) => key),
    news ?? new Map(),
    now,
  );
  const all = new DoAll();
  const follow = (row: RunWatchRow): Promise<void> =>
    followRun(deps, {
      ...{ row, executor, news: news?.get(row.key), unreadFor: unread.of(row.key, now) },
      cancelled: cancelled.has(row.batch_id),
      beside: async (act) => {
        if (deps.clock.now() <= latest) beside.begin(act);
      },
      latest,
    });
  // Hindrances are computed from the rows as read, so a run that ends now is not reported as held up first.
  await Promise.all(rows.map((row) => all.try(() => follow(row))));
  await all.try(() => trouble.note(deps, [...(news?.values() ?? [])]));
  await all.try(() => hindrances.note(deps, rows, ({ key }) => news?.get(key)));
  all.end();
};

const cancelledBatches = async ({ table }: Needs, rows: readonly RunWatchRow[]): Promise<ReadonlySet<string>> => {
  const ids = [...new Set(rows.map(({ batch_id }) => batch_id))];
  const headers = await Promise.all(ids.map((id) => table.get(keys.header(id))));
  return new Set(ids.filter((_, at) => rowOf<HeaderRow>(headers[at])?.cancel_requested_at !== undefined));
};
