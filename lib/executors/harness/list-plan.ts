/** Decides which list is worth reading next. Makes no requests: it is a table of cases. */

/** How far Harness's clock may be behind or ahead of ours. */
export const clockSkewMilliseconds = 120_000;

/** Up to this many finished runs are cheaper to read by their own pages than by another list. */
export const fewRuns = 3;
/** And up to this many events by their own details. */
export const fewEvents = 5;

export interface ListWish {
  /** `live`: active runs. */
  readonly kind: 'live' | 'all';
  readonly from: number;
  readonly to: number;
  /** The most pages to read. */
  readonly pages: number;
  /** Read to the end, whatever comes earlier: a key that was searched for is only missing if every row was read. */
  readonly isWhole: boolean;
}

/** When the runs were sent that this look's lists have not shown yet. */
export interface Unseen {
  readonly followed: readonly number[];
  readonly events: readonly number[];
  /** Runs searched for by key. No list can end that search before its own end. */
  readonly searched: readonly number[];
}

export interface ListsRead {
  readonly live: boolean;
  /** How far back it was read. `isComplete`: to its end. */
  readonly all?: { readonly from: number; readonly isComplete: boolean };
}

export interface Times {
  readonly now: number;
  /** How long after its start was sent a run may begin. */
  readonly late: number;
  /**
   * Many runs began or ended lately, or answers are slow. One list of all then costs fewer requests than a list of the
   * active ones.
   */
  readonly isBusy: boolean;
}

export const nextList = (unseen: Unseen, read: ListsRead, times: Times): ListWish | undefined => {
  const { now, late, isBusy } = times;
  const isOpen = (sentAt: number): boolean => !isCovered(sentAt, read);
  const followed = unseen.followed.filter(isOpen);
  const events = unseen.events.filter(isOpen);
  const sent = [...followed, ...events];
  const to = now + clockSkewMilliseconds;
  const isFirst = !read.live && read.all === undefined;
  if (unseen.searched.length > 0 && read.all === undefined)
    return { kind: 'all', from: startOf(unseen.searched), to, pages: 10, isWhole: true };
  if (sent.length === 0) return undefined;
  if (isFirst && isBusy) return { kind: 'all', from: startOf(sent), to, pages: 2, isWhole: false };
  if (!read.live) return { kind: 'live', from: startOf(sent), to, pages: 10, isWhole: false };
  const isMany = followed.length > fewRuns || events.length > fewEvents;
  if (read.all !== undefined || !isMany) return undefined;
  const end = Math.min(now, latestOf(sent) + late) + clockSkewMilliseconds;
  return { kind: 'all', from: startOf(sent), to: end, pages: 5, isWhole: false };
};

/** A list of all has shown everything that began in its range. */
const isCovered = (sentAt: number, { all }: ListsRead): boolean =>
  all !== undefined && sentAt - clockSkewMilliseconds >= all.from;

const startOf = (sent: readonly number[]): number =>
  sent.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY) - clockSkewMilliseconds;

const latestOf = (sent: readonly number[]): number =>
  sent.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
