import type { Deps } from '../deps.ts';
import { isoField } from '../iso-time.ts';
import { readWatcher } from './watchers.ts';

/** Whether somebody looks at an executor or a cluster now: only while something is in flight there. */
export interface WatchingView {
  readonly watching: boolean;
  /** When a call of the watcher last began; it looks again and again for four minutes. Absent where there was none yet. */
  readonly last_look?: string;
}

export const readWatching = async (deps: Pick<Deps, 'table' | 'clock'>, watcher: string): Promise<WatchingView> => {
  const row = await readWatcher(deps, watcher);
  return { watching: (row?.until ?? 0) > deps.clock.now(), ...isoField('last_look', row?.at) };
};
