import { isFlotillaError } from '../../domain/errors.ts';
import type { Answered, RunAddress, Write } from '../../domain/ports.ts';
import { changeItem } from '../../domain/record/change.ts';
import { foreignAddress, foreignName } from '../../domain/record/foreign-text.ts';
import { keys } from '../../domain/record/keys.ts';
import { attributesOf, type ItemRow, rowOf } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { retryConflict } from '../retry-conflict.ts';
import type { PlaceOfWait } from '../wait/settle-wait.ts';
import { withRun } from './settle-failure.ts';
import { knownOfStart } from './watched-row.ts';

/** Records that a run exists, for the poller and for people. A wait that has ended stays as it is. */
export const noteStarted = async (
  deps: Pick<Deps, 'table' | 'clock' | 'random'>,
  { batch_id, index, wait, watcher }: PlaceOfWait,
  { ref, url, answer, trace }: RunAddress & Answered,
): Promise<void> => {
  const run = { ref: foreignName(ref), ...(url === undefined ? {} : { url: foreignAddress(url) }) };
  const answered = {
    ...(answer === undefined ? {} : { answer: foreignName(answer) }),
    ...(trace === undefined ? {} : { trace: foreignName(trace) }),
  };
  await retryConflict(deps, async () => {
    const item = rowOf<ItemRow>(await deps.table.get(keys.item(batch_id, index)));
    const watched = rowOf<RunWatchRow>(await deps.table.get(keys.watch(watcher, batch_id, index, wait)));
    if (watched === undefined) return;
    const started: Write = {
      update: keys.watch(watcher, batch_id, index, wait),
      set: attributesOf({ phase: 'started', ref, ...answered } satisfies Partial<RunWatchRow>),
      remove: ['held'],
      when: { exists: true },
    };
    // Its outcome is already recorded as UNKNOWN. The run is still followed to its end.
    if (item === undefined || item.outcome !== undefined) return deps.table.transact([started]);
    const change = changeItem(
      item,
      {
        status: item.status,
        reason: wait === 'restore' ? 'RestoreRunning' : 'RunStarted',
        message: `Run ${run.ref} started.`,
        runs: withRun(item.runs, { ...run, ...knownOfStart({ ...watched, ...answered }) }),
        deadline: watched.deadline,
      },
      { at: deps.clock.now(), actor: 'executor', detail: run },
    );
    await deps.table.transact([started, ...change.writes]);
  }).catch((error: unknown) => {
    // Eight conflicts in a row, or a busy table. The poller gets the same news from the executor again.
    if (!isFlotillaError(error, 'ConditionFailed') && !isFlotillaError(error, 'TableBusy')) throw error;
  });
};
