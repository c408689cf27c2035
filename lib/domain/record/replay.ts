import type { Totals } from '../deployment/batch-status.ts';
import type { Status } from '../deployment/status.ts';
import { shownReason } from './change.ts';
import type { EventRow } from './rows.ts';

/** What of an event of a batch's feed says how things stood then. */
export type ToldChange = Pick<EventRow, 'type' | 'index' | 'key' | 'seq' | 'to' | 'reason' | 'message'> & {
  readonly number: number;
};

/** How a batch or a deployment stood. */
export interface Standing {
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
  /** Number of the event that made it so. */
  readonly number: number;
}

export interface ReplayedDeployment extends Standing {
  readonly index: number;
  readonly key: string;
}

export interface Replayed extends Standing {
  readonly counts: Totals;
  /** Those that have an event by then, by their places. All others are PENDING / AwaitingTurn. */
  readonly deployments: readonly ReplayedDeployment[];
}

/**
 * A batch as it stood after these events, from nothing but them and the number of its deployments, which never changes. Undefined
 * without an event of the batch itself: then it was not there yet.
 */
export const replay = (events: Iterable<ToldChange>, total: number): Replayed | undefined => {
  const latest = new Map<number | 'batch', ToldChange>();
  for (const event of events) {
    const of = placeOf(event);
    if (of !== undefined && event.seq > (latest.get(of)?.seq ?? 0)) latest.set(of, event);
  }
  const batch = latest.get('batch');
  if (batch === undefined) return undefined;
  latest.delete('batch');
  const deployments = [...latest.values()]
    .map((event): ReplayedDeployment => ({ index: event.index!, key: event.key!, ...standingOf(event) }))
    .sort((a, b) => a.index - b.index);
  const standing = standingOf(batch);
  return { ...standing, reason: shownReason(standing), counts: countsOf(deployments, total), deployments };
};

/** Whose change it is: that of a deployment by its place. */
const placeOf = ({ type, index }: ToldChange): number | 'batch' | undefined => {
  if (type === 'batch') return 'batch';
  return type === 'deployment' ? index : undefined;
};

const standingOf = ({ to, reason, message, number }: ToldChange): Standing => ({ status: to, reason, message, number });

const countsOf = (deployments: readonly Standing[], total: number): Totals => {
  const counts: Partial<Record<Status, number>> = {};
  const waiting = total - deployments.length;
  if (waiting > 0) counts.PENDING = waiting;
  for (const { status } of deployments) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
