import type { Deps } from '../deps.ts';
import { isoField } from '../iso-time.ts';
import { readWatcher } from './watchers.ts';

/** Whether somebody watches an executor or a cluster now. That is only so while something is in flight there. */
export interface WatchingView {
  readonly watching: boolean;
  /** When a call of the watcher last began. A call keeps looking for four minutes. Absent if there was none yet. */
  readonly last_look?: string;
}

export const readWatching = async (deps: Pick<Deps, 'table' | 'clock'>, watcher: string): Promise<WatchingView> => {
  const row = await readWatcher(deps, watcher);
  return { watching: (row?.until ?? 0) > deps.clock.now(), ...isoField('last_look', row?.at) };
};
