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
  /** What the caller says to be known by. */
  readonly given: string;
  /** What is good: two while the key is changed, so that pipelines may be told one after the other. */
  readonly keys: readonly string[];
}

/**
 * An executor says that a run has ended, or somebody says so in its name: a callback carries no proof. So nothing that it
 * says is read. The watchers of executors that follow runs look at once and see for themselves; a stranger moves nothing.
 */
export const takeHint = async (deps: Needs, { given, keys }: Hint): Promise<void> => {
  // All are compared, whichever fits, so that the time tells nothing.
  const fitting = keys.filter((key) => timingSafeEqual(digest(given), digest(key)));
  if (fitting.length === 0) return;
  for await (const watcher of everyWatcher(deps, executors)) {
    if (isOfCluster(watcher) || !(await isBusy(deps, watcher))) continue;
    // Many runs may end at once; whose hint is the last does not matter.
    await retryConflict(deps, () => writeHint(deps, watcher));
    await ensureWatcher(deps, watcher);
  }
};

/** What is applied to a cluster runs in no pipeline that could call back; a look at it asks for many objects. */
const isOfCluster = (watcher: string): boolean => clusterOfAccount(watcher.slice(executors.length)) !== undefined;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
