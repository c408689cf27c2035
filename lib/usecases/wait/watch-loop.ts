import { pauseAfterLook } from '../deployment/hints.ts';
import type { Deps } from '../deps.ts';
import { isBusy, readWatched, readWatcher, renewWatcher, startGeneration } from './watchers.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'pace'>;

export interface WatchTask {
  readonly watcher: string;
  readonly generation: number;
  /** When its execution began, in milliseconds since 1970. */
  readonly started_at: number;
}

interface Loop<Row> {
  /** Milliseconds between two looks. */
  readonly interval: number;
  readonly look: (rows: readonly Row[]) => Promise<void>;
  /** Replaces the sleep between looks: works on these rows until their list is read again. */
  readonly pause?: (rows: readonly Row[]) => Promise<void>;
  /** Whether something started beside the looks is still running. It must not keep the other rows waiting. */
  readonly isUnderWay?: () => boolean;
}

/**
 * Milliseconds. How long looks go on after the end of a call for work still running. The function is stopped a minute
 * after its end.
 */
const longestOvertime = 30_000;

/**
 * One call of a watcher: looks at everything to watch until its time is over, and asks to be called again while there
 * is anything. Reads the list again for every look.
 */
export const watchLoop = async <Row>(deps: Needs, task: WatchTask, loop: Loop<Row>): Promise<{ more: boolean }> => {
  const { clock, pace } = deps;
  const end = clock.now() + pace.watchFor;
  if (clock.now() - task.started_at > pace.watcherAge) return handOver(deps, task);
  let busyAt = clock.now();
  if (!(await renewWatcher(deps, { ...task, until: end + pace.sweepAge }))) return { more: false };
  while (clock.now() < end || (await goesOn(deps, task, { loop, end }))) {
    const pause = await pauseAfterLook(deps, { watcher: task.watcher, interval: loop.interval });
    const rows = await readWatched<Row>(deps, task.watcher);
    if (rows.length > 0) {
      busyAt = clock.now();
      await loop.look(rows);
    } else if (clock.now() - busyAt >= pace.idleFor && (await leave(deps, task))) {
      return { more: false };
    }
    await (loop.pause?.(rows) ?? pause());
  }
  return { more: true };
};

const goesOn = async (
  deps: Needs,
  task: WatchTask,
  { loop, end }: { readonly loop: Pick<Loop<never>, 'isUnderWay'>; readonly end: number },
): Promise<boolean> => {
  const last = end + longestOvertime;
  if (deps.clock.now() >= last || loop.isUnderWay?.() !== true) return false;
  return renewWatcher(deps, { ...task, until: last + deps.pace.sweepAge });
};

const handOver = async (deps: Needs, { watcher, generation }: WatchTask): Promise<{ more: boolean }> => {
  const row = await readWatcher(deps, watcher);
  if (row?.generation === generation) await startGeneration(deps, { watcher }, row);
  return { more: false };
};

/** Clears the lease, looks again, and stays if something came in between. */
const leave = async (deps: Needs, task: WatchTask): Promise<boolean> => {
  if (!(await renewWatcher(deps, { ...task, until: 0 }))) return true;
  if (!(await isBusy(deps, task.watcher))) return true;
  const until = deps.clock.now() + deps.pace.watchFor + deps.pace.sweepAge;
  return !(await renewWatcher(deps, { ...task, until }));
};
