import type { Status } from '../deployment/status.ts';
import { isTerminal } from '../deployment/status.ts';
import type { InboxMessage } from '../record/rows.ts';
import { type Cell, pageSize, settledBy, statusOfCell } from './cells.ts';
import type { Sheet } from './sheet.ts';
import {
  adopt,
  type BatchState,
  countLimits,
  hasRoom,
  type Lock,
  newBatch,
  offer,
  type Place,
  type ScheduleState,
} from './state.ts';

export interface Grant extends Place {
  readonly key: string;
  readonly target: string;
  readonly fence: number;
}

export interface Refusal extends Place {
  readonly key: string;
  readonly target: string;
  readonly status: 'SKIPPED' | 'CANCELLED';
  readonly reason: string;
  readonly message: string;
}

/** What was decided, and which stored rows are to be written again. */
export interface Decisions {
  /** How many of the messages were read; the rest stays in the inbox. */
  readonly consumed: number;
  readonly grants: readonly Grant[];
  readonly refusals: readonly Refusal[];
  /** Grants that are withdrawn because their batch was cancelled: no new attempt may begin under them. */
  readonly revoked: readonly Place[];
  readonly heads: ReadonlySet<string>;
  readonly pages: ReadonlyMap<string, ReadonlySet<number>>;
  /** Locks that changed; undefined was released. */
  readonly locks: ReadonlyMap<string, Lock | undefined>;
  readonly dropped: ReadonlyMap<string, number>;
  /** There is more to decide without any further message. */
  readonly more: boolean;
}

export interface DecideOptions {
  /** The sheets of the batches that `planned` messages tell of. */
  readonly sheets: ReadonlyMap<string, Sheet>;
  /** Batches that were cancelled before they were planned: there may be no message of it any more. */
  readonly cancelled: ReadonlySet<string>;
  /** How many rows may be written; a transaction holds 100. */
  readonly rows: number;
  /** False: only read messages and tell dependents, so that a contested turn cannot keep the inbox from being read. */
  readonly grant: boolean;
}

/** Rows that a grant writes besides its page: turn, lock, deployment, event. */
const rowsOfGrant = 4;
/** Dependents that one call visits at most; the rest is left for the next (`more`). */
const visits = 1_000;

/**
 * Decides turns: `state` and messages in, grants and refusals out. Deterministic, and its work is bounded by `rows`
 * and `visits`: it does not grow with the batch, with the number of blocked deployments, or with a hub's dependents.
 * Changes `state` in place (see ScheduleState).
 */
export const decide = (state: ScheduleState, messages: readonly InboxMessage[], options: DecideOptions): Decisions => {
  const draft = new Draft(state, options);
  let consumed = 0;
  for (const message of messages) {
    if (!draft.hasRoomFor(rowsOfMessage(message, options.sheets, state))) break;
    draft.spend(1);
    read(draft, message);
    consumed += 1;
  }
  const told = tellDependents(draft);
  const settled = told && options.grant && refuseTheRest(draft) && grantTurns(draft);
  return { ...draft.decisions(), consumed, more: options.grant ? !settled : !told };
};

const rowsOfMessage = (message: InboxMessage, sheets: DecideOptions['sheets'], state: ScheduleState): number => {
  if (message.type === 'planned') return 2 + Math.ceil((sheets.get(message.batch_id)?.keys.length ?? 0) / pageSize);
  if (message.type === 'finished') return 2 + (state.batches.get(message.batch_id)?.cells.pages ?? 0);
  return 4;
};

/** Collects decisions and counts the rows that they will take. */
class Draft {
  readonly state: ScheduleState;
  readonly options: DecideOptions;
  readonly grants: Grant[] = [];
  readonly refusals: Refusal[] = [];
  readonly revoked: Place[] = [];
  readonly #heads = new Set<string>();
  readonly #pages = new Map<string, Set<number>>();
  readonly #locks = new Map<string, Lock | undefined>();
  readonly #dropped = new Map<string, number>();
  #rows: number;

  constructor(state: ScheduleState, options: DecideOptions) {
    this.state = state;
    this.options = options;
    this.#rows = options.rows;
  }

  hasRoomFor(rows: number): boolean {
    return this.#rows >= rows;
  }

  spend(rows: number): void {
    this.#rows -= rows;
  }

  setCell(batch: BatchState, index: number, cell: Cell): void {
    const from = statusOfCell(batch.cells.at(index));
    batch.cells.set(index, cell);
    const to = statusOfCell(cell);
    const id = batch.sheet.batch_id;
    const pages = this.#pages.get(id) ?? new Set<number>();
    this.#pages.set(id, pages);
    const page = Math.floor(index / pageSize);
    if (!pages.has(page)) this.spend(1);
    pages.add(page);
    if (from !== to) {
      batch.head.counts[from] = (batch.head.counts[from] ?? 0) - 1;
      batch.head.counts[to] = (batch.head.counts[to] ?? 0) + 1;
    }
    this.touchHead(id);
  }

  touchHead(batchId: string): void {
    if (!this.#heads.has(batchId)) this.spend(1);
    this.#heads.add(batchId);
  }

  setLock(target: string, lock: Lock | undefined): void {
    if (!this.#locks.has(target)) this.spend(1);
    if (lock === undefined) this.state.locks.delete(target);
    else this.state.locks.set(target, lock);
    this.#locks.set(target, lock);
  }

  drop(batch: BatchState): void {
    const id = batch.sheet.batch_id;
    this.spend(batch.cells.pages + 1);
    this.state.batches.delete(id);
    this.#heads.delete(id);
    this.#pages.delete(id);
    this.#dropped.set(id, batch.cells.pages);
  }

  decisions(): Omit<Decisions, 'consumed' | 'more'> {
    return {
      grants: this.grants,
      refusals: this.refusals,
      revoked: this.revoked,
      heads: this.#heads,
      pages: this.#pages,
      locks: this.#locks,
      dropped: this.#dropped,
    };
  }
}

/** Messages may come twice, late and in any order: each is read for what it still changes. */
const read = (draft: Draft, message: InboxMessage): void => {
  const { state } = draft;
  if (message.type === 'resolved') {
    const lock = state.locks.get(message.target);
    if (lock?.state === 'unknown' && lock.batch_id === message.batch_id && lock.index === message.index) {
      draft.setLock(message.target, undefined);
    }
    return;
  }
  const batch = state.batches.get(message.batch_id);
  if (message.type === 'planned') {
    const sheet = draft.options.sheets.get(message.batch_id);
    if (batch === undefined && sheet !== undefined) admit(draft, sheet);
    return;
  }
  if (batch === undefined) return;
  if (message.type === 'recorded') settle(draft, batch, message.index, message.status);
  if (message.type === 'cancelled') close(draft, batch, 'cancelled', '');
  if (message.type === 'finished') {
    for (let index = 0; index < batch.cells.length; index++) {
      if (batch.cells.at(index) === 'G') release(draft, batch, index, 'FAILED');
    }
    draft.drop(batch);
  }
};

const admit = (draft: Draft, sheet: Sheet): void => {
  const order = Math.max(0, ...[...draft.state.batches.values()].map(({ head }) => head.order)) + 1;
  const batch = newBatch(sheet, order);
  adopt(draft.state, batch);
  for (let page = 0; page < batch.cells.pages; page++) {
    const first = page * pageSize;
    draft.setCell(batch, first, batch.cells.at(first));
  }
  if (draft.options.cancelled.has(sheet.batch_id)) close(draft, batch, 'cancelled', '');
};

const settle = (draft: Draft, batch: BatchState, index: number, status: Status): void => {
  const cell = batch.cells.at(index);
  if (!isTerminal(status) || (typeof cell !== 'number' && cell !== 'G')) return;
  if (cell === 'G') release(draft, batch, index, status);
  draft.setCell(batch, index, settledBy(status));
  tellLater(batch, index);
  if (status !== 'SUCCESS' && status !== 'SKIPPED' && batch.sheet.on_failure === 'stop') {
    close(draft, batch, 'stopped', `${batch.sheet.keys[index]} is ${status}`);
  }
};

/** UNKNOWN frees its slots and keeps its lock: nobody can tell what its run still does to the target. */
const release = (draft: Draft, batch: BatchState, index: number, status: Status): void => {
  const { state } = draft;
  countLimits(state, batch, index, -1);
  batch.head.inFlight -= 1;
  const target = batch.sheet.targets[index]!;
  const lock = state.locks.get(target);
  if (lock?.batch_id !== batch.sheet.batch_id || lock.index !== index) return;
  draft.setLock(target, status === 'UNKNOWN' ? { ...lock, state: 'unknown' } : undefined);
  const waiters = state.lockWaiters.get(target) ?? [];
  state.lockWaiters.delete(target);
  for (const place of waiters) {
    const waiting = state.batches.get(place.batch_id);
    if (waiting !== undefined) offer(waiting, place.index);
  }
};

const close = (draft: Draft, batch: BatchState, why: 'cancelled' | 'stopped', because: string): void => {
  const closing = batch.head.closing;
  if (closing?.why === 'cancelled' || closing?.why === why) return;
  batch.head.closing = { why, because, at: 0 };
  draft.touchHead(batch.sheet.batch_id);
};

const tellLater = (batch: BatchState, index: number): void => {
  if (batch.sheet.dependents[index]!.length > 0) batch.head.telling.push({ index, at: 0 });
};

/** Tells the dependents of what was settled, depth first so that the stack stays short. True when all have been told. */
const tellDependents = (draft: Draft): boolean => {
  let left = visits;
  for (const batch of draft.state.batches.values()) {
    const { telling } = batch.head;
    for (let top = telling.at(-1); top !== undefined; top = telling.at(-1)) {
      if (left === 0 || !draft.hasRoomFor(3)) return false;
      left -= 1;
      draft.touchHead(batch.sheet.batch_id);
      const dependents = batch.sheet.dependents[top.index]!;
      const dependent = dependents[top.at]!;
      top.at += 1;
      if (top.at === dependents.length) telling.pop();
      tell(draft, batch, top.index, dependent);
    }
  }
  return true;
};

const tell = (draft: Draft, batch: BatchState, index: number, dependent: number): void => {
  const cell = batch.cells.at(dependent);
  if (typeof cell !== 'number') return;
  const status = statusOfCell(batch.cells.at(index));
  if (status !== 'SUCCESS') {
    refuse(draft, batch, dependent, 'SKIPPED', becauseOf(status, batch.sheet.keys[index]!));
    return;
  }
  draft.setCell(batch, dependent, cell - 1);
  if (cell === 1) offer(batch, dependent);
};

interface Why {
  readonly reason: string;
  readonly message: string;
}

const reasonOf: Readonly<Partial<Record<Status, string>>> = {
  FAILED: 'DependencyFailed',
  UNKNOWN: 'DependencyUnknown',
  SKIPPED: 'DependencySkipped',
  CANCELLED: 'DependencyCancelled',
};

const becauseOf = (status: Status, dependency: string): Why => ({
  reason: reasonOf[status] ?? 'DependencyFailed',
  message: `Not started: it depends on ${dependency}, which is ${status}.`,
});

const refuse = (draft: Draft, batch: BatchState, index: number, status: 'SKIPPED' | 'CANCELLED', why: Why): void => {
  draft.setCell(batch, index, settledBy(status));
  draft.spend(1);
  const { batch_id, keys, targets } = batch.sheet;
  draft.refusals.push({ batch_id, index, key: keys[index]!, target: targets[index]!, status, ...why });
  tellLater(batch, index);
};

/** A batch that is closing refuses all that still wait, and withdraws grants when it was cancelled. True when done. */
const refuseTheRest = (draft: Draft): boolean => {
  let left = visits;
  for (const batch of draft.state.batches.values()) {
    const { closing } = batch.head;
    if (closing === undefined) continue;
    for (; closing.at < batch.cells.length; closing.at++) {
      if (left === 0 || !draft.hasRoomFor(3)) return false;
      left -= 1;
      draft.touchHead(batch.sheet.batch_id);
      refuseOrRevoke(draft, batch, closing.at, closing);
    }
    // Nothing waits any more, so there is nobody left to tell.
    batch.head.telling.length = 0;
  }
  return true;
};

const refuseOrRevoke = (
  draft: Draft,
  batch: BatchState,
  index: number,
  closing: NonNullable<BatchState['head']['closing']>,
): void => {
  const cell = batch.cells.at(index);
  if (cell === 'G' && closing.why === 'cancelled') {
    draft.spend(1);
    draft.revoked.push({ batch_id: batch.sheet.batch_id, index });
  }
  if (typeof cell !== 'number') return;
  const why =
    closing.why === 'cancelled'
      ? { reason: 'BatchCancelled', message: 'Not started: the batch was cancelled.' }
      : { reason: 'BatchStopped', message: `Not started: the batch stops on a failure, and ${closing.because}.` };
  refuse(draft, batch, index, closing.why === 'cancelled' ? 'CANCELLED' : 'SKIPPED', why);
};

/** Gives turns while limits have room: batches in their order, in a batch the smallest rank first. True when no more can be given. */
const grantTurns = (draft: Draft): boolean => {
  const batches = [...draft.state.batches.values()].sort((a, b) => a.head.order - b.head.order);
  for (const batch of batches) {
    while (batch.head.closing === undefined && batch.head.inFlight < batch.sheet.max_concurrency) {
      if (!draft.hasRoomFor(rowsOfGrant + 2)) return false;
      const index = takeNext(draft.state, batch);
      if (index === undefined) break;
      grantOrHold(draft, batch, index);
    }
  }
  return (
    draft.state.batches.size === 0 || ![...draft.state.batches.values()].some(({ head }) => head.telling.length > 0)
  );
};

/** The smallest rank among the classes whose limits have room. Ranks of settled deployments are dropped on the way. */
const takeNext = (state: ScheduleState, batch: BatchState): number | undefined => {
  let best: number | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  batch.ready.forEach((heap, at) => {
    if (heap.size() === 0 || !hasRoom(state, batch.sheet.classes[at]!)) return;
    for (let rank = heap.peek(); rank !== undefined; rank = heap.peek()) {
      if (batch.cells.at(batch.byRank[rank]!) === 0) {
        if (rank < bestRank) [best, bestRank] = [at, rank];
        return;
      }
      heap.pop();
    }
  });
  if (best === undefined) return undefined;
  batch.ready[best]!.pop();
  return batch.byRank[bestRank];
};

const grantOrHold = (draft: Draft, batch: BatchState, index: number): void => {
  const { state } = draft;
  const { batch_id, keys, targets } = batch.sheet;
  const target = targets[index]!;
  const lock = state.locks.get(target);
  if (lock?.state === 'unknown') {
    const message = `Not started: what batch ${lock.batch_id} did to ${target} is UNKNOWN; resolve it first.`;
    refuse(draft, batch, index, 'SKIPPED', { reason: 'TargetUnknown', message });
    return;
  }
  if (lock !== undefined) {
    const waiters = state.lockWaiters.get(target) ?? [];
    waiters.push({ batch_id, index });
    state.lockWaiters.set(target, waiters);
    return;
  }
  const fence = state.nextFence++;
  draft.setLock(target, { batch_id, index, fence, state: 'held' });
  draft.setCell(batch, index, 'G');
  draft.spend(3);
  countLimits(state, batch, index, 1);
  batch.head.inFlight += 1;
  draft.grants.push({ batch_id, index, key: keys[index]!, target, fence });
};
