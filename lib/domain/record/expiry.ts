import type { Reach } from '../grants/reach.ts';
import type { HeaderRow } from './rows.ts';

/** No record is kept for less: what is asked for again, or rolled back, is younger than that. */
export const fewestDaysKept = 30;
export const mostDaysKept = 3_650;

const day = 86_400_000;

/** What has ended before this time may expire. */
export const keptSince = (now: number, days: number): number => now - days * day;

/** `EXPIRING/<batch>`: what has expired and is not all gone yet; what its rows are found by, and its header does not say any more. */
export interface ExpiringRow extends Pick<HeaderRow, 'batch_id' | 'origin' | 'metadata' | 'reach'> {}

/** A batch, and what else is to be known before its record may go. */
export interface Candidate {
  readonly header: HeaderRow;
  /** The end of its feed is told outside, or never will be. */
  readonly isAnchored: boolean;
  /** The batch that it tried again, and the last one that tried it again: a rollback of one reads the others. */
  readonly root?: HeaderRow | undefined;
  readonly lastRetry?: HeaderRow | undefined;
}

/** Whether nobody needs the record of a batch any more that has ended before a time. */
export const mayExpire = ({ header, isAnchored, root, lastRetry }: Candidate, before: number): boolean =>
  isOver(header, before) &&
  header.expired_at === undefined &&
  // It keeps its lock until somebody says what became of it.
  (header.totals?.UNKNOWN ?? 0) === 0 &&
  isAnchored &&
  (root === undefined || root.expired_at !== undefined) &&
  (lastRetry === undefined || isOver(lastRetry, before));

/** One that is being rolled back has no end. */
const isOver = ({ expired_at, ended_at, rolling_back }: HeaderRow, before: number): boolean =>
  expired_at !== undefined || (ended_at !== undefined && ended_at < before && rolling_back === undefined);

/** What is kept for ever of a batch: that there was one, whose it was, how it ended, and who may know of it. */
export const tombstoneOf = (
  header: HeaderRow,
  { at, days, reach }: { readonly at: number; readonly days: number; readonly reach: Reach | undefined },
): HeaderRow => {
  const { batch_id, name, status, reason, message, seq, total, totals, ended_at } = header;
  const { submitted_by, submitted_by_name, created_at, updated_at } = header;
  return {
    ...{ batch_id, name, status, reason, message, total, submitted_by },
    ...(submitted_by_name === undefined ? {} : { submitted_by_name }),
    // Whoever has read it before writes nothing of it any more.
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
