import type { Status } from '../deployment/status.ts';
import type { HoldRow } from '../holds/hold.ts';
import { makeRankHeap, type RankHeap } from '../plan/rank-heap.ts';
import { Cells, isInFlight, mayStart } from './cells.ts';
import { Locks } from './locks.ts';
import type { Sheet } from './sheet.ts';

/**
 * The scheduling state of everything that is in flight. What is stored is small: a head per batch, its pages of cells,
 * the locks. What is fast (heaps of those that may start, counters of limits, who waits for a lock) is derived when the
 * state is loaded and kept up to date. One owner at a time holds it; `decide` changes it in place, because its work
 * must not grow with the batch, and whoever cannot commit what it decided throws the whole state away.
 */
export interface ScheduleState {
  version: number;
  nextFence: number;
  readonly batches: Map<string, BatchState>;
  /** Who waits for one is derived. */
  readonly locks: Locks;
  /** By id: those in force, and circuits that are being tried. */
  readonly holds: Map<string, HoldRow>;
  /** Derived: how many are in flight, by limit name. */
  readonly used: Map<string, number>;
  /** Derived: as that batch says which was planned last. */
  readonly limits: Map<string, number>;
}

export interface BatchState {
  readonly sheet: Sheet;
  readonly cells: Cells;
  readonly head: BatchHead;
  /** Derived: per class, the ranks of those that may start. May hold some that have been settled since. */
  readonly ready: readonly RankHeap[];
  /** Derived. */
  readonly byRank: Int32Array;
  /** Derived: those that go whatever became of what they wait for. */
  readonly forced: ReadonlySet<number>;
}

/** Stored as `DISPATCHER/BATCH#<id>`. */
export interface BatchHead {
  readonly batch_id: string;
  /** Batches are served in the order in which they were planned, and rollbacks before all others. */
  readonly order: number;
  inFlight: number;
  /** Deployments whose dependents are still to be told, and how far that has come. */
  readonly telling: { index: number; at: number }[];
  /** Set when nothing new may start. */
  closing?: Closing;
  readonly counts: Partial<Record<Status, number>>;
}

/** Why nothing new may start, and how far the refusals have come. A later reason replaces an earlier one: stopped, cancelled, finished. */
export interface Closing {
  readonly why: 'stopped' | 'cancelled' | 'finished';
  readonly because: string;
  at: number;
}

export const emptySchedule = (): ScheduleState => ({
  version: 0,
  nextFence: 1,
  batches: new Map(),
  locks: new Locks(),
  holds: new Map(),
  used: new Map(),
  limits: new Map(),
});

/** A batch that nothing has happened to yet. */
export const newBatch = (sheet: Sheet, order: number): BatchState =>
  batchState(sheet, Cells.waitingFor(sheet.dependencies), {
    batch_id: sheet.batch_id,
    order,
    inFlight: 0,
    telling: [],
    counts: { PENDING: sheet.keys.length },
  });

/** Puts a batch together from what is stored. Its derived parts are filled by `adopt`. */
export const batchState = (sheet: Sheet, cells: Cells, head: BatchHead): BatchState => {
  const byRank = new Int32Array(sheet.ranks.length);
  sheet.ranks.forEach((rank, index) => {
    byRank[rank] = index;
  });
  const forced = new Set(sheet.forced);
  return { sheet, cells, head, byRank, forced, ready: sheet.classes.map(makeRankHeap) };
};

/** Rollbacks before all others, each in the order in which they were planned. */
export const inServingOrder = (a: BatchState, b: BatchState): number =>
  laneOf(a.sheet) - laneOf(b.sheet) || a.head.order - b.head.order;

const laneOf = ({ lane }: Sheet): number => (lane === 'rollback' ? 0 : 1);

/** Adds a batch to the state and derives what is derived: those that may start, and the limits that its grants use. */
export const adopt = (state: ScheduleState, batch: BatchState): void => {
  const { sheet, cells } = batch;
  state.batches.set(sheet.batch_id, batch);
  applyLimits(state, sheet);
  for (let index = 0; index < cells.length; index++) {
    const cell = cells.at(index);
    if (mayStart(cell)) offer(batch, index);
    if (isInFlight(cell)) countLimits(state, batch, index, 1);
  }
};

/** Forgets a batch, and the limits that only it knew. */
export const removeBatch = (state: ScheduleState, batch: BatchState): void => {
  state.batches.delete(batch.sheet.batch_id);
  state.limits.clear();
  const rest = [...state.batches.values()].sort((a, b) => a.head.order - b.head.order);
  for (const { sheet } of rest) applyLimits(state, sheet);
};

/** Where two batches know a limit, the one that was planned later is right. */
export const applyLimits = (state: Pick<ScheduleState, 'limits'>, { limits }: Sheet): void => {
  for (const [name, limit] of Object.entries(limits)) state.limits.set(name, limit);
};

/** Makes a deployment a candidate for the next turn. */
export const offer = (batch: BatchState, index: number): void =>
  batch.ready[batch.sheet.class_of[index]!]!.push(batch.sheet.ranks[index]!);

export const countLimits = (
  { used }: Pick<ScheduleState, 'used'>,
  { sheet }: Pick<BatchState, 'sheet'>,
  index: number,
  by: 1 | -1,
): void => {
  for (const name of sheet.classes[sheet.class_of[index]!]!) used.set(name, (used.get(name) ?? 0) + by);
};

export const isFull = ({ used, limits }: Readonly<Pick<ScheduleState, 'used' | 'limits'>>, name: string): boolean =>
  (used.get(name) ?? 0) >= (limits.get(name) ?? Number.POSITIVE_INFINITY);

export const hasRoom = (state: ScheduleState, names: readonly string[]): boolean =>
  names.every((name) => !isFull(state, name));

export const batchHasRoom = ({ head, sheet }: Pick<BatchState, 'head' | 'sheet'>): boolean =>
  head.inFlight < sheet.max_concurrency;
