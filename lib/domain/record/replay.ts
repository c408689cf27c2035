import type { Totals } from '../deployment/batch-status.ts';
import type { Status } from '../deployment/status.ts';
import { shownReason } from './change.ts';
import type { EventRow } from './rows.ts';

/** The part of a feed event that says what the status was then. */
export type ToldChange = Pick<EventRow, 'type' | 'index' | 'key' | 'seq' | 'to' | 'reason' | 'message'> & {
  readonly number: number;
};

/** The status of a batch or a deployment at some time. */
export interface Standing {
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
  /** Number of the event that set this status. */
  readonly number: number;
}

export interface ReplayedDeployment extends Standing {
  readonly index: number;
  readonly key: string;
}

export interface Replayed extends Standing {
  readonly counts: Totals;
  /** Deployments that have an event by then, by index. All others are PENDING / AwaitingTurn. */
  readonly deployments: readonly ReplayedDeployment[];
}

/**
 * A batch's status after these events, from them and the number of its deployments alone, which never changes.
 * Undefined without an event of the batch itself: it did not exist yet.
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

/** Whose change it is; a deployment's is given by its index. */
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
