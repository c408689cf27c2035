import type { RolloutWatchRow } from '../../domain/record/watch-rows.ts';
import { type WatchTask, watchLoop } from '../wait/watch-loop.ts';
import { Observer, type ObserverMemory, type ObserverNeeds } from './observer.ts';

/** Watches every rollout of one cluster, and answers each wait as soon as there is a verdict. */
export const watchCluster = async (
  deps: ObserverNeeds,
  task: WatchTask,
  memory: ObserverMemory,
): Promise<{ more: boolean }> => {
  const observer = new Observer(deps, task.watcher.slice(task.watcher.indexOf(':') + 1), memory);
  const stopListening = deps.bell?.listen(task.watcher, () => observer.ring());
  let end = { more: true };
  try {
    end = await watchLoop<RolloutWatchRow>(deps, task, {
      interval: deps.pace.pollCluster,
      look: (rows) => observer.look(rows),
      pause: (rows) => observer.pause(rows),
    });
  } finally {
    stopListening?.();
    await observer.end(end);
  }
  return end;
};
