import { isFlotillaError } from '../../domain/errors.ts';
import type { Cluster, WorkloadView } from '../../domain/ports.ts';
import type { RolloutWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { DoAll } from '../do-all.ts';
import { type WatchTask, watchLoop } from '../wait/watch-loop.ts';
import { judgeOnce, noteUnreachable, type RolloutMemory } from './judge-once.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace' | 'cluster'>;

/** What an observer remembers of each rollout between two looks. Losing it only means to look a little longer. */
export type ObserverMemory = Map<string, RolloutMemory>;

/** Watches every rollout of one cluster and answers the wait of each as soon as there is a verdict. */
export const watchCluster = (deps: Needs, task: WatchTask, memory: ObserverMemory): Promise<{ more: boolean }> => {
  return watchLoop<RolloutWatchRow>(deps, task, {
    interval: deps.pace.pollCluster,
    look: async (rows) => {
      forgetOthers(memory, rows);
      // A namespace that we may not read must not hide the others.
      const byNamespace = Map.groupBy(rows, ({ deployment }) => deployment.workload.namespace);
      const all = new DoAll();
      await Promise.all(
        [...byNamespace.values()].map((ofOne) =>
          all.try(() => judgeTogether(deps, task, { rows: ofOne, memory, all })),
        ),
      );
      all.end();
    },
  });
};

const judgeTogether = async (
  deps: Needs,
  task: WatchTask,
  {
    rows,
    memory,
    all,
  }: { readonly rows: readonly RolloutWatchRow[]; readonly memory: ObserverMemory; readonly all: DoAll },
): Promise<void> => {
  const looked = await lookAt(deps, clusterOf(task), rows);
  const judge = (row: RolloutWatchRow, at: number): Promise<void> => {
    const remembered = memory.get(nameOf(row)) ?? {};
    memory.set(nameOf(row), remembered);
    if ('cause' in looked) return noteUnreachable(deps, { row, memory: remembered, cause: looked.cause });
    return judgeOnce(deps, { row, cluster: looked.cluster, view: looked.views[at]!, memory: remembered });
  };
  await Promise.all(rows.map((row, at) => all.try(() => judge(row, at))));
};

const clusterOf = ({ watcher }: WatchTask): string => watcher.slice(watcher.indexOf(':') + 1);

const nameOf = ({ batch_id, index, wait }: RolloutWatchRow): string => `${batch_id}/${index}/${wait}`;

type Looked =
  | { readonly cluster: Cluster; readonly views: readonly WorkloadView[] }
  /** A cluster that cannot be asked is no verdict. */
  | { readonly cause: string };

const lookAt = async (deps: Needs, name: string, rows: readonly RolloutWatchRow[]): Promise<Looked> => {
  try {
    const cluster = await deps.cluster(name);
    return { cluster, views: await cluster.read(rows.map(({ deployment }) => deployment.workload)) };
  } catch (error) {
    if (isFlotillaError(error, 'ClusterUnavailable')) return { cause: error.message };
    throw error;
  }
};

const forgetOthers = (memory: ObserverMemory, rows: readonly RolloutWatchRow[]): void => {
  const watched = new Set(rows.map(nameOf));
  for (const name of memory.keys()) if (!watched.has(name)) memory.delete(name);
};
