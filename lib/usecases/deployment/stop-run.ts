import { isFlotillaError } from '../../domain/errors.ts';
import type { CancelResult, Executor, RunState } from '../../domain/ports.ts';
import { foreignName } from '../../domain/record/foreign-text.ts';
import { keys } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { RunWatchRow, Stopping } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { updateWatch } from '../wait/update-watch.ts';
import { fittingText } from './settle-failure.ts';
import { placeOf, requestOf } from './watched-row.ts';

type Needs = Pick<Deps, 'table' | 'clock' | 'random' | 'ids'>;

/** Whether the end of a run may be asked for: once, and once more at its deadline if that was refused for a cancel. */
export const mayStop = ({ stopping }: RunWatchRow, why: Stopping['why']): boolean =>
  stopping === undefined || stopping.answer === 'unsent' || (goesOn(stopping) && why !== 'cancel');

/** A run that cannot be stopped for a cancel is followed to its end. */
export const goesOn = ({ why, answer }: Stopping): boolean => why === 'cancel' && answer === 'no';

interface Stop {
  readonly row: RunWatchRow;
  readonly executor: Executor;
  readonly why: Stopping['why'];
  readonly state: RunState | undefined;
  /** Milliseconds since 1970; it is not sent after this. */
  readonly latest: number;
}

/**
 * Asks for the end of a run. That is written down first, and read back by nobody but the looks: a second abort of a run that is
 * ending already would tell nothing, and who dies in between has perhaps asked. Where it has certainly not left, it may be
 * asked for again at the next look.
 */
export const stopRun = async (deps: Needs, { row, executor, why, state, latest }: Stop): Promise<void> => {
  const seen =
    state === undefined || state.raw === '' ? {} : { seen: { phase: state.phase, raw: foreignName(state.raw) } };
  const stopping: Stopping = { why, at: stoppingSince(row, why) ?? deps.clock.now(), by: deps.ids.next(), ...seen };
  const stops = (row.stops ?? 0) + 1;
  if (!(await begin(deps, row, { stopping, stops }))) return;
  // A run that was aborted for a cancel which nobody remembers would be a failure of its own, and might be tried again.
  await deps.table.synced();
  const { kind: answer, answer: said } = await cancelOnce(executor, row, latest);
  const told = { stopping: { ...stopping, answer, said: fittingText(said) } };
  await updateWatch(deps, placeOf(row), { set: told, when: { equals: { stops } } });
};

/** Of a request that could not be sent before: it is one request, however often that is tried. */
const stoppingSince = ({ stopping }: RunWatchRow, why: Stopping['why']): number | undefined =>
  stopping?.answer === 'unsent' && stopping.why === why ? stopping.at : undefined;

/** At the end of its time a run that nobody could be asked to end is as good as one whose end is not seen. */
export const isStopGivenUp = ({ stopping }: RunWatchRow, oldest: number): boolean =>
  stopping?.answer === 'unsent' && stopping.why !== 'cancel' && stopping.at < oldest;

/** That it was to end, where that was certainly not asked for and there is no reason any more: it began to wait for a person. */
export const takeBackStop = async (deps: Needs, row: RunWatchRow): Promise<void> => {
  if (row.stopping?.answer !== 'unsent' || row.stops === undefined) return;
  await updateWatch(deps, placeOf(row), { remove: ['stopping'], when: { equals: { stops: row.stops } } });
};

/** False where another poller has asked. A table that fails may have taken the write all the same: then its mark is there. */
const begin = async (
  deps: Needs,
  row: RunWatchRow,
  set: Required<Pick<RunWatchRow, 'stopping' | 'stops'>>,
): Promise<boolean> => {
  const { stops } = row;
  const when = stops === undefined ? { exists: true, missing: ['stops'] } : { equals: { stops } };
  const place = placeOf(row);
  if (await updateWatch(deps, place, { set, when })) return true;
  const watch = await deps.table.get(keys.watch(place.watcher, place.batch_id, place.index, place.wait));
  return rowOf<RunWatchRow>(watch)?.stopping?.by === set.stopping.by;
};

const cancelOnce = async (
  executor: Executor,
  row: RunWatchRow,
  latest: number,
): Promise<Omit<CancelResult, 'kind'> & { readonly kind: CancelResult['kind'] | 'unsent' }> => {
  try {
    return await executor.cancel(requestOf(row), row.ref ?? '', latest);
  } catch (error) {
    if (!isFlotillaError(error, 'ExecutorUnavailable')) throw error;
    return { kind: 'unsent', answer: error.message };
  }
};
