import { isFlotillaError } from '../../domain/errors.ts';
import type { Executor, RunState } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { type HeaderRow, type RunWatchRow, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { DoAll } from '../do-all.ts';
import { type WatchTask, watchLoop } from '../wait/watch-loop.ts';
import { followRun, requestOf } from './follow-run.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random' | 'pace' | 'executor'>;

/** Follows every run of one executor account with as few requests as possible, and answers the waits of those that ended. */
export const watchExecutor = (deps: Needs, task: WatchTask): Promise<{ more: boolean }> => {
  const account = task.watcher.slice(task.watcher.indexOf(':') + 1);
  return watchLoop<RunWatchRow>(deps, task, {
    interval: deps.pace.pollExecutor,
    look: async (rows) => {
      const executor = await deps.executor(account);
      const cancelled = await cancelledBatches(deps, rows);
      const states = await observe(executor, rows);
      const all = new DoAll();
      const follow = (row: RunWatchRow): Promise<void> => {
        const state = row.ref === undefined ? undefined : states.get(row.ref);
        return followRun(deps, { row, executor, state, cancelled: cancelled.has(row.batch_id) });
      };
      await Promise.all(rows.map((row) => all.try(() => follow(row))));
      all.end();
    },
  });
};

/** An executor that does not answer is asked again at the next look; deadlines go on meanwhile. */
const observe = async (executor: Executor, rows: readonly RunWatchRow[]): Promise<ReadonlyMap<string, RunState>> => {
  const runs = rows.flatMap((row) => (row.ref === undefined ? [] : [{ request: requestOf(row), ref: row.ref }]));
  if (runs.length === 0) return new Map();
  try {
    return await executor.observe(runs);
  } catch (error) {
    if (isFlotillaError(error, 'ExecutorUnavailable')) return new Map();
    throw error;
  }
};

const cancelledBatches = async ({ table }: Needs, rows: readonly RunWatchRow[]): Promise<ReadonlySet<string>> => {
  const ids = [...new Set(rows.map(({ batch_id }) => batch_id))];
  const headers = await Promise.all(ids.map((id) => table.get(keys.header(id))));
  return new Set(ids.filter((_, at) => rowOf<HeaderRow>(headers[at])?.cancel_requested_at !== undefined));
};
