import { isFlotillaError } from '../../domain/errors.ts';
import type { Condition, Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { attributesOf } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import type { PlaceOfWait } from './settle-wait.ts';

interface Update {
  readonly set?: Partial<RunWatchRow>;
  readonly remove?: readonly (keyof RunWatchRow)[];
  readonly when: Condition;
}

/**
 * Changes the row that the poller follows, if it is still as `when` says: the poller may have settled the wait
 * meanwhile. Returns false if it is not.
 */
export const updateWatch = (
  deps: Pick<Deps, 'table' | 'clock' | 'random'>,
  { watcher, batch_id, index, wait }: PlaceOfWait,
  { set, remove, when }: Update,
): Promise<boolean> => {
  const write: Write = {
    update: keys.watch(watcher, batch_id, index, wait),
    ...(set === undefined ? {} : { set: attributesOf(set) }),
    when,
    ...(remove === undefined ? {} : { remove }),
  };
  return retryConflict(deps, async () => {
    try {
      await deps.table.transact([write]);
      return true;
    } catch (error) {
      if (isFlotillaError(error, 'ConditionFailed')) return false;
      throw error;
    }
  });
};

/** For writes that may be skipped: the poller then finds the run by its key. */
export const unlessBusy = async (written: Promise<unknown>): Promise<void> => {
  try {
    await written;
  } catch (error) {
    if (!isFlotillaError(error, 'TableBusy')) throw error;
  }
};
