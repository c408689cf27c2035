import type { Status } from '../deployment/status.ts';
import type { HoldRow, OutageRow } from '../holds/hold.ts';
import { makeRankHeap, type RankHeap } from '../plan/rank-heap.ts';
import { Cells } from './cells.ts';
import { Locks } from './locks.ts';
import type { Place } from './place.ts';
import type { ClassScope, Sheet } from './sheet.ts';

/**
 * The scheduling state of everything in flight. Little is stored: a head per batch, its pages of cells, the locks, the
 * holds. The fast parts (heaps of startable deployments, limit counters, waiters for locks) are derived on loading and
 * kept up to date. It has one owner at a time. `decide` changes it in place, because its work must not grow with the
 * batch. If the owner cannot commit a decision, it throws the whole state away.
 */
export interface ScheduleState {
  version: number;
  nextFence: number;
  readonly batches: Map<string, BatchState>;
  /** Its waiters are derived. */
  readonly locks: Locks;
  /** By id: holds in force, and circuits that are being tried. */
  readonly holds: Map<string, HoldRow>;
  /** By circuit name: what failed to answer lately and is not held yet. */
  readonly outages: Map<string, OutageRow>;
  /** Derived: how many are in flight, by limit name. */
  readonly used: Map<string, number>;
  /** Derived: from the batch that was planned last. */
  readonly limits: Map<string, number>;
  /** Derived: the waiting batches, by the limits that apply. */
  readonly lines: Map<string, Line>;
  /** Derived. */
  readonly byOrder: Map<number, string>;
  /** Derived: the batches with dependents to notify, or deployments to refuse. */
  readonly busy: Set<string>;
  /** Derived: the holds, indexed for lookup. */
  held: Held;
  /** Derived: turns and reservations to compare with the holds, because these have changed. */
  unmarked: Place[];
}

export interface BatchState {
  readonly sheet: Sheet;
  readonly cells: Cells;
  readonly head: BatchHead;
  /** Derived: per class, the ranks of the startable ones. May contain some that have been settled since. */
  readonly ready: readonly RankHeap[];
  /** Derived: per class, the line in which the batch waits, and whether it is in it. */
  readonly lines: Line[];
  readonly queued: Uint8Array;
  /** Derived. */
  readonly byRank: Int32Array;
  /** Derived: those that go whatever happened to what they wait for. */
  readonly forced: ReadonlySet<number>;
}

/**
 * All batches under the same limits and the same holds share a line. So blocked deployments cost no visits: there are
 * only as many lines as combinations of environment, pillar, cluster and executor, regardless of the number of batches.
 */
export interface Line {
  /** The names of the limits. */
  readonly names: readonly string[];
  readonly scope: ClassScope;
  readonly isRollback: boolean;
  /** The batches that may have something to start, by order and class; see `placeInLine`. */
  readonly waiting: RankHeap;
  /** How many batches use it. */
  batches: number;
  /** Nothing of it may start. */
  held?: HoldRow | undefined;
}

/**
 * The holds in force, indexed by how they are looked up. Rebuilt when holds change, so that a message, a grant or a
 * candidate costs the same with two hundred holds as with none.
 */
export interface Held {
  /** They name neither batch nor service; each line has a flag for them. */
  readonly wide: readonly HoldRow[];
  /** By batch. */
  readonly ofBatch: ReadonlyMap<string, readonly HoldRow[]>;
  /** By `pillar/service_name` or `service_name`; looked up like a lock. */
  readonly ofService: ReadonlyMap<string, readonly HoldRow[]>;
  /** Circuits whose hold is over: by `executor:…` or `cluster:…`, like the limits. */
  readonly trying: ReadonlyMap<string, HoldRow>;
  /** All circuits, by the same names. */
  readonly circuits: ReadonlyMap<string, HoldRow>;
  /** When the first one ends by itself. */
  readonly nextEnd: number;
}

/** Stored as `DISPATCHER/BATCH#<id>`. */
export interface BatchHead {
  readonly batch_id: string;
  /** Batches are served in the order of planning, with rollbacks before all others. */
  readonly order: number;
  inFlight: number;
  /** Deployments whose dependents must still be notified, and how far that has come. */
  readonly telling: { index: number; at: number }[];
  /** Set when nothing new may start. */
  closing?: Closing;
  readonly counts: Partial<Record<Status, number>>;
}

/**
 * Why nothing new may start, and how far the refusals have come. A later reason replaces an earlier one: stopped,
 * cancelled, finished.
 */
export interface Closing {
  readonly why: 'stopped' | 'cancelled' | 'finished';
  readonly because: string;
  at: number;
}

const nothingHeld: Held = {
  ...{ wide: [], ofBatch: new Map(), ofService: new Map(), trying: new Map(), circuits: new Map() },
  nextEnd: Number.POSITIVE_INFINITY,
};

export const emptySchedule = (): ScheduleState => ({
  version: 0,
  nextFence: 1,
  batches: new Map(),
  locks: new Locks(),
  holds: new Map(),
  outages: new Map(),
  used: new Map(),
  limits: new Map(),
  lines: new Map(),
  byOrder: new Map(),
  busy: new Set(),
  held: nothingHeld,
  unmarked: [],
});

/** A batch in which nothing has happened yet. */
export const newBatch = (sheet: Sheet, order: number): BatchState =>
  batchState(sheet, Cells.waitingFor(sheet.dependencies), {
    batch_id: sheet.batch_id,
    order,
    inFlight: 0,
    telling: [],
    counts: { PENDING: sheet.keys.length },
  });

/** Builds a batch from what is stored. `adopt` fills its derived parts. */
export const batchState = (sheet: Sheet, cells: Cells, head: BatchHead): BatchState => {
  const byRank = new Int32Array(sheet.ranks.length);
  sheet.ranks.forEach((rank, index) => {
    byRank[rank] = index;
  });
  return {
    ...{ sheet, cells, head, byRank, forced: new Set(sheet.forced) },
    ...{ ready: sheet.classes.map(makeRankHeap), lines: [], queued: new Uint8Array(sheet.classes.length) },
  };
};

/** Rollbacks before all others; otherwise in the order of planning. */
export const inServingOrder = (a: BatchState, b: BatchState): number =>
  laneOf(a.sheet) - laneOf(b.sheet) || a.head.order - b.head.order;

const laneOf = ({ lane }: Sheet): number => (lane === 'rollback' ? 0 : 1);

/** The batches with something to tell or refuse, in order. */
export const busyBatches = ({ busy, batches }: ScheduleState): readonly BatchState[] =>
  [...busy].map((id) => batches.get(id)!).sort((a, b) => a.head.order - b.head.order);

/** If two batches know a limit, the one planned later wins. */
export const applyLimits = (state: Pick<ScheduleState, 'limits'>, { limits }: Sheet): void => {
  for (const [name, limit] of Object.entries(limits)) state.limits.set(name, limit);
};

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
