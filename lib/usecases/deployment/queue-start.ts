import type { Failure } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import type { PlaceOfWait } from '../wait/settle-wait.ts';
import { unlessBusy, updateWatch } from '../wait/update-watch.ts';
import { fittingText } from './settle-failure.ts';

/**
 * A start for which there is no room, in our own budget of requests or at the executor, is no attempt that failed. It waits in
 * its row, and the poller sends it. A function would wait for it at most as long as functions may run.
 */

/** A batch must not stand still for ever for an executor that turns every start away. */
export const longestQueue = 6 * 3_600_000;

export interface Queued {
  /** How often the executor was asked for it and turned it away. */
  readonly asked: number;
  /** When there may be room. */
  readonly until: number;
  /** What the executor said; absent where our own budget had no room. */
  readonly turned_away?: RunWatchRow['turned_away'];
}

/**
 * Says that nothing was started and that the poller is to do it. `asked` counts the requests: a write that comes late, when the
 * poller has sent the next, changes nothing.
 */
export const queueStart = async (
  deps: Pick<Deps, 'table' | 'clock' | 'random'>,
  place: PlaceOfWait,
  { asked, until, turned_away, since = deps.clock.now() }: Queued & { readonly since?: number | undefined },
): Promise<void> => {
  const said =
    turned_away === undefined ? {} : { turned_away: { ...turned_away, message: fittingText(turned_away.message) } };
  const set = { phase: 'queued', queued_at: since, until, deadline: since + longestQueue, ...said } as const;
  await unlessBusy(updateWatch(deps, place, { set, when: { equals: { phase: 'intended', asked } } }));
};

/** Why an attempt failed whose start has waited for too long. */
export const failureOfQueue = ({ turned_away }: Pick<RunWatchRow, 'turned_away'>): Failure => {
  const why = turned_away?.message ?? 'our own budget of requests to the executor had no room for it';
  const hours = longestQueue / 3_600_000;
  const message = `Not started: the start has waited for ${hours} hours, and was not taken. The last reason: ${why}`;
  return { reason: 'StartNotPossible', message, retryable: false, touched: false };
};

/** Why an attempt failed that ended while its start was waiting. */
export const failureOfQueued = ({ turned_away }: Pick<RunWatchRow, 'turned_away'>): Failure => ({
  reason: turned_away?.reason ?? 'NotStarted',
  message: turned_away?.message ?? 'The start was waiting for room in our own budget of requests to the executor.',
  retryable: true,
  touched: false,
});
