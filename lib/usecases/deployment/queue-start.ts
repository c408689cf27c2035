import type { Failure } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import type { PlaceOfWait } from '../wait/settle-wait.ts';
import { unlessBusy, updateWatch } from '../wait/update-watch.ts';
import { fittingText } from './settle-failure.ts';

/**
 * A start without room, in our own budget of requests or at the executor, is not a failed attempt. It waits in its row,
 * and the poller sends it. A function could wait only as long as functions may run.
 */

/** A batch must not stand still for ever because an executor rejects every start. */
export const longestQueue = 6 * 3_600_000;

export interface Queued {
  /** How often the executor was asked for it and rejected it. */
  readonly asked: number;
  /** When there may be room. */
  readonly until: number;
  /** What the executor said; absent if our own budget had no room. */
  readonly turned_away?: RunWatchRow['turned_away'];
}

/**
 * Records that nothing was started and that the poller will do it. `asked` counts the requests, so that a late write
 * changes nothing once the poller has sent the next.
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

/** Why an attempt failed whose start waited too long. */
export const failureOfQueue = ({ turned_away }: Pick<RunWatchRow, 'turned_away'>): Failure => {
  const why = turned_away?.message ?? 'our own request budget for the executor had no room';
  const hours = longestQueue / 3_600_000;
  const message = `Not started: the start waited ${hours} hours and was not accepted. The last reason: ${why}`;
  return { reason: 'StartNotPossible', message, retryable: false, touched: false };
};

/** Why an attempt failed that ended while its start was waiting. */
export const failureOfQueued = ({ turned_away }: Pick<RunWatchRow, 'turned_away'>): Failure => ({
  reason: turned_away?.reason ?? 'NotStarted',
  message: turned_away?.message ?? 'The start was waiting for room in our own request budget for the executor.',
  retryable: true,
  touched: false,
});
