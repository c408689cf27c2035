import { createHash, timingSafeEqual } from 'node:crypto';
import { clusterOfAccount } from '../../domain/catalogue/executor-accounts.ts';
import { executorWatcher } from '../../domain/record/keys.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import { ensureWatcher, everyWatcher, isBusy } from '../wait/watchers.ts';
import { writeHint } from './hints.ts';

const executors = executorWatcher('');

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random' | 'pace'>;

export interface Hint {
  /** The key that the caller sent. */
  readonly given: string;
  /** The valid keys: two while the key is being rotated, so that pipelines can change one by one. */
  readonly keys: readonly string[];
}

/**
 * An executor, or somebody in its name, says that a run has ended. A callback proves nothing, so its content is
 * ignored. Watchers that follow runs just look at once and see for themselves. A stranger can move nothing.
 */
export const takeHint = async (deps: Needs, { given, keys }: Hint): Promise<void> => {
  // Compares all keys even after a match, so that the time reveals nothing.
  const fitting = keys.filter((key) => timingSafeEqual(digest(given), digest(key)));
  if (fitting.length === 0) return;
  for await (const watcher of everyWatcher(deps, executors)) {
    if (isOfCluster(watcher) || !(await isBusy(deps, watcher))) continue;
    // Many runs may end at once; it doesn't matter whose hint is last.
    await retryConflict(deps, () => writeHint(deps, watcher));
    await ensureWatcher(deps, watcher);
  }
};

/** A cluster has no pipeline that could call back, and a look at it reads many objects. */
const isOfCluster = (watcher: string): boolean => clusterOfAccount(watcher.slice(executors.length)) !== undefined;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
