import type { Reach } from '../grants/reach.ts';
import type { HeaderRow } from './rows.ts';

/** No record is kept for less. Anything that is asked for again or rolled back is younger than that. */
export const fewestDaysKept = 30;
export const mostDaysKept = 3_650;

const day = 86_400_000;

/** Batches that ended before this time may expire. */
export const keptSince = (now: number, days: number): number => now - days * day;

/**
 * `EXPIRING/<batch>`: a record that has expired and is not completely removed yet. Keeps what finds its rows and is no
 * longer in its header.
 */
export interface ExpiringRow extends Pick<HeaderRow, 'batch_id' | 'origin' | 'metadata' | 'reach'> {}

/** A batch, with everything needed to decide whether its record may go. */
export interface Candidate {
  readonly header: HeaderRow;
  /** The end of its feed is anchored, or never will be. */
  readonly isAnchored: boolean;
  /** The batch that it retried, and the last batch that retried it: rolling one back reads the others. */
  readonly root?: HeaderRow | undefined;
  readonly lastRetry?: HeaderRow | undefined;
}

/** Whether nobody needs the record of a batch that ended before `before`. */
export const mayExpire = ({ header, isAnchored, root, lastRetry }: Candidate, before: number): boolean =>
  isOver(header, before) &&
  header.expired_at === undefined &&
  // It keeps its lock until somebody resolves it.
  (header.totals?.UNKNOWN ?? 0) === 0 &&
  isAnchored &&
  (root === undefined || root.expired_at !== undefined) &&
  (lastRetry === undefined || isOver(lastRetry, before));

/** A batch that is being rolled back has not ended. */
const isOver = ({ expired_at, ended_at, rolling_back }: HeaderRow, before: number): boolean =>
  expired_at !== undefined || (ended_at !== undefined && ended_at < before && rolling_back === undefined);

/** What is kept of a batch forever: that it existed, who submitted it, how it ended, and who may know about it. */
export const tombstoneOf = (
  header: HeaderRow,
  { at, days, reach }: { readonly at: number; readonly days: number; readonly reach: Reach | undefined },
): HeaderRow => {
  const { batch_id, name, status, reason, message, seq, total, totals, ended_at } = header;
  const { submitted_by, submitted_by_name, created_at, updated_at } = header;
  return {
    ...{ batch_id, name, status, reason, message, total, submitted_by },
    ...(submitted_by_name === undefined ? {} : { submitted_by_name }),
    // Anyone who read it earlier can no longer write it.
    seq: seq + 1,
    warnings: [],
    ...(reach === undefined ? {} : { reach }),
    ...{ created_at, updated_at },
    ...(ended_at === undefined ? {} : { ended_at }),
    ...(totals === undefined ? {} : { totals }),
    expired_at: at,
    kept_days: days,
  };
};
