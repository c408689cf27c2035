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

/** Whether a run may be asked to end: once, and again at its deadline if a cancel was refused. */
export const mayStop = ({ stopping }: RunWatchRow, why: Stopping['why']): boolean =>
  stopping === undefined || stopping.answer === 'unsent' || (goesOn(stopping) && why !== 'cancel');

/** A run that could not be stopped for a cancel is followed to its end. */
export const goesOn = ({ why, answer }: Stopping): boolean => why === 'cancel' && answer === 'no';

interface Stop {
  readonly row: RunWatchRow;
  readonly executor: Executor;
  readonly why: Stopping['why'];
  readonly state: RunState | undefined;
  /** Milliseconds since 1970. Nothing is sent after this. */
  readonly latest: number;
}

/**
 * Asks a run to end. Records that first, and only looks check the result: a second abort of an ending run would tell
 * nothing. If this process dies in between, the request may have been sent. A request that was certainly not sent may
 * be repeated at the next look.
 */
export const stopRun = async (deps: Needs, { row, executor, why, state, latest }: Stop): Promise<void> => {
  const seen =
    state === undefined || state.raw === '' ? {} : { seen: { phase: state.phase, raw: foreignName(state.raw) } };
  const stopping: Stopping = { why, at: stoppingSince(row, why) ?? deps.clock.now(), by: deps.ids.next(), ...seen };
  const stops = (row.stops ?? 0) + 1;
  if (!(await begin(deps, row, { stopping, stops }))) return;
  // The abort must not be forgotten: otherwise the aborted run would count as a failure of its own and might be
  // retried.
  await deps.table.synced();
  const { kind: answer, answer: said } = await cancelOnce(executor, row, latest);
  const told = { stopping: { ...stopping, answer, said: fittingText(said) } };
  await updateWatch(deps, placeOf(row), { set: told, when: { equals: { stops } } });
};

/** When an unsent request was first tried. All its tries count as one request. */
const stoppingSince = ({ stopping }: RunWatchRow, why: Stopping['why']): number | undefined =>
  stopping?.answer === 'unsent' && stopping.why === why ? stopping.at : undefined;

/** After this, a run that could not be asked to end counts as one whose end is not seen. */
export const isStopGivenUp = ({ stopping }: RunWatchRow, oldest: number): boolean =>
  stopping?.answer === 'unsent' && stopping.why !== 'cancel' && stopping.at < oldest;

/** Withdraws a stop that was certainly not sent and has no reason any more: the run began to wait for a person. */
export const takeBackStop = async (deps: Needs, row: RunWatchRow): Promise<void> => {
  if (row.stopping?.answer !== 'unsent' || row.stops === undefined) return;
  await updateWatch(deps, placeOf(row), { remove: ['stopping'], when: { equals: { stops: row.stops } } });
};

/** False if another poller has asked. A table may fail and still have taken the write; then its mark is there. */
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
