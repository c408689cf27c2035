/** Which list is worth reading next. Nothing here asks: it is a table of cases. */

/** How far Harness's clock may be behind ours, or before it. */
export const clockSkewMilliseconds = 120_000;

/** So many that are not at work any more are cheaper read by their own pages than by another list. */
export const fewRuns = 3;
/** And so many events by their own details. */
export const fewEvents = 5;

export interface ListWish {
  /** `live`: those at work. */
  readonly kind: 'live' | 'all';
  readonly from: number;
  readonly to: number;
  /** So many at most. */
  readonly pages: number;
  /** To its end, whatever it shows before: what was looked for by its key is nowhere only when every row was seen. */
  readonly isWhole: boolean;
}

/** When those were sent that no list of this look has shown so far. */
export interface Unseen {
  readonly followed: readonly number[];
  readonly events: readonly number[];
  /** All that are looked for by their key: no list can end that search before its end. */
  readonly searched: readonly number[];
}

export interface ListsRead {
  readonly live: boolean;
  /** How far back it was read; `isComplete`: to its end. */
  readonly all?: { readonly from: number; readonly isComplete: boolean };
}

export interface Times {
  readonly now: number;
  /** How long after its start was sent a run may begin. */
  readonly late: number;
  /** Many have begun or ended lately, or answers are slow: a list of all tells in one request what a list of those at work tells in two. */
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

/** A list of all has shown all that began in its time. */
const isCovered = (sentAt: number, { all }: ListsRead): boolean =>
  all !== undefined && sentAt - clockSkewMilliseconds >= all.from;

const startOf = (sent: readonly number[]): number =>
  sent.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY) - clockSkewMilliseconds;

const latestOf = (sent: readonly number[]): number =>
  sent.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
