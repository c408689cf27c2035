import { isFlotillaError } from '../domain/errors.ts';
import type { Cluster, WorkloadView } from '../domain/ports.ts';
import type { RolloutWatchRow } from '../domain/record/rows.ts';
import type { Deps } from './deps.ts';
import { judgeOnce, type RolloutMemory } from './judge-once.ts';
import { type WatchTask, watchLoop } from './watch-loop.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random' | 'pace' | 'cluster'>;

/** What an observer remembers of each rollout between two looks. Losing it only means to look a little longer. */
export type ObserverMemory = Map<string, RolloutMemory>;

/** Watches every rollout of one cluster and answers the wait of each as soon as there is a verdict. */
export const watchCluster = (deps: Needs, task: WatchTask, memory: ObserverMemory): Promise<{ more: boolean }> => {
  const name = task.watcher.slice(task.watcher.indexOf(':') + 1);
  return watchLoop<RolloutWatchRow>(deps, task, {
    interval: deps.pace.pollCluster,
    look: async (rows) => {
      const cluster = deps.cluster(name);
      const views = await readViews(cluster, rows);
      forgetOthers(memory, rows);
      await Promise.all(
        rows.map((row, at) => {
          const remembered = memory.get(nameOf(row)) ?? {};
          memory.set(nameOf(row), remembered);
          return judgeOnce(deps, {
            row,
            cluster,
            seen: views instanceof Array ? views[at]! : views,
            memory: remembered,
          });
        }),
      );
    },
  });
};

const nameOf = ({ batch_id, index, wait }: RolloutWatchRow): string => `${batch_id}/${index}/${wait}`;

/** A cluster that cannot be asked is no verdict; the reason is kept until the deadline. */
const readViews = async (
  cluster: Cluster,
  rows: readonly RolloutWatchRow[],
): Promise<readonly WorkloadView[] | { readonly unavailable: string }> => {
  try {
    return await cluster.read(rows.map(({ deployment }) => deployment.workload));
  } catch (error) {
    if (isFlotillaError(error, 'ClusterUnavailable')) return { unavailable: error.message };
    throw error;
  }
};

const forgetOthers = (memory: ObserverMemory, rows: readonly RolloutWatchRow[]): void => {
  const watched = new Set(rows.map(nameOf));
  for (const name of memory.keys()) if (!watched.has(name)) memory.delete(name);
};
