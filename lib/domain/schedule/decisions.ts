import type { Status } from '../deployment/status.ts';
import type { HoldRow, OutageRow } from '../holds/hold.ts';
import type { EventRow } from '../record/rows.ts';
import { removeBatch } from './adopt.ts';
import { type Cell, pageSize, statusOfCell } from './cells.ts';
import { deriveHeld } from './held.ts';
import type { Lock } from './locks.ts';
import type { Place } from './place.ts';
import type { Sheet } from './sheet.ts';
import type { BatchState, ScheduleState } from './state.ts';

export interface Grant extends Place {
  readonly key: string;
  readonly target: string;
  /** Sorted, including the target. */
  readonly locks: readonly string[];
  readonly fence: number;
  /** It had a turn before, so it has a row. */
  readonly again?: true;
  /** Circuits that must answer before others may follow. */
  readonly tries?: readonly string[];
  /** The place whose functions ask its cluster. */
  readonly place?: string;
}

/** Marks a turn: nothing may start because of a hold, or it may again if there is none. */
export interface Mark extends Place {
  readonly held_by?: string;
}

export interface Refusal extends Place {
  readonly key: string;
  readonly target: string;
  readonly status: 'SKIPPED' | 'CANCELLED';
  readonly reason: string;
  readonly message: string;
}

/** What was decided, and which stored rows must be written. */
export interface Decisions {
  /** How many messages were read; the rest stay in the inbox. */
  readonly consumed: number;
  readonly grants: readonly Grant[];
  readonly refusals: readonly Refusal[];
  /** Grants withdrawn because their batch was cancelled: no new attempt may begin under them. */
  readonly revoked: readonly Place[];
  /** Refusals that a recorded outcome made unnecessary: nobody waits for these turns any more. */
  readonly forestalled: readonly Place[];
  readonly marks: readonly Mark[];
  /** Changed holds by id, and outages by name; undefined means removed. */
  readonly holds: ReadonlyMap<string, HoldRow | undefined>;
  readonly outages: ReadonlyMap<string, OutageRow | undefined>;
  /** Events in the stage's feed. */
  readonly events: readonly EventRow[];
  readonly heads: ReadonlySet<string>;
  readonly pages: ReadonlyMap<string, ReadonlySet<number>>;
  /** Changed locks by name; undefined means released. */
  readonly locks: ReadonlyMap<string, Lock | undefined>;
  /** Forgotten batches, with their number of pages. */
  readonly dropped: ReadonlyMap<string, number>;
  /** There is more to decide, even without new messages. */
  readonly more: boolean;
}

/** What a `planned` message brings in: everything about a batch that no message will ever report (again). */
export interface NewBatch {
  readonly sheet: Sheet;
  /** It was cancelled before it was planned. */
  readonly cancelled: boolean;
  /** It was stopped before it was planned, and why. */
  readonly stopped?: string | undefined;
  /** Outcomes that were written before it was planned. */
  readonly recorded: readonly Recorded[];
}

export interface Recorded {
  readonly index: number;
  readonly status: Status;
  /** SKIPPED, but its dependents go on. */
  readonly passes?: true | undefined;
}

export interface DecideOptions {
  /** By batch. A `planned` message for a batch that is missing here is read and ignored. */
  readonly planned: ReadonlyMap<string, NewBatch>;
  /** How many rows may be written. A transaction holds 100. */
  readonly rows: number;
  /** False: only read messages and tell dependents, so that a contested turn cannot block the inbox. */
  readonly grant: boolean;
  /** Milliseconds since 1970, for ending holds. */
  readonly now: number;
}

/** How many things one kind of work visits per call at most. The rest is left for the next call (`more`). */
export const visits = 1_000;

/** Changes the state, collects the decisions, and counts their rows. */
export class Draft {
  readonly state: ScheduleState;
  readonly grants: Grant[] = [];
  readonly refusals: Refusal[] = [];
  readonly revoked: Place[] = [];
  readonly marks: Mark[] = [];
  readonly now: number;
  readonly #events: EventRow[] = [];
  readonly #holds = new Map<string, HoldRow | undefined>();
  readonly #outages = new Map<string, OutageRow | undefined>();
  readonly #forestalled = new Map<string, Place>();
  readonly #heads = new Set<string>();
  readonly #pages = new Map<string, Set<number>>();
  readonly #locks = new Map<string, Lock | undefined>();
  readonly #dropped = new Map<string, number>();
  #rows: number;

  constructor(state: ScheduleState, { rows, now }: Pick<DecideOptions, 'rows' | 'now'>) {
    this.state = state;
    this.now = now;
    this.#rows = rows;
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
    this.#touchPage(batch, Math.floor(index / pageSize));
    batch.head.counts[from] = batch.head.counts[from]! - 1;
    batch.head.counts[to] = (batch.head.counts[to] ?? 0) + 1;
    this.touchHead(batch.sheet.batch_id);
  }

  /** Marks all rows of a batch for writing. */
  touchAll(batch: BatchState): void {
    for (let page = 0; page < batch.cells.pages; page++) this.#touchPage(batch, page);
    this.touchHead(batch.sheet.batch_id);
  }

  touchHead(batchId: string): void {
    if (!this.#heads.has(batchId)) this.spend(1);
    this.#heads.add(batchId);
  }

  #touchPage(batch: BatchState, page: number): void {
    const id = batch.sheet.batch_id;
    const pages = this.#pages.get(id) ?? new Set<number>();
    this.#pages.set(id, pages);
    if (!pages.has(page)) this.spend(1);
    pages.add(page);
  }

  setLock(name: string, lock: Lock | undefined): void {
    if (!this.#locks.has(name)) this.spend(1);
    this.state.locks.set(name, lock);
    this.#locks.set(name, lock);
  }

  setHold(id: string, hold: HoldRow | undefined): void {
    if (!this.#holds.has(id)) this.spend(1);
    if (hold === undefined) this.state.holds.delete(id);
    else this.state.holds.set(id, hold);
    this.#holds.set(id, hold);
    deriveHeld(this.state);
  }

  setOutage(name: string, outage: OutageRow | undefined): void {
    if (!this.#outages.has(name)) this.spend(1);
    if (outage === undefined) this.state.outages.delete(name);
    else this.state.outages.set(name, outage);
    this.#outages.set(name, outage);
  }

  tellEvent(event: EventRow): void {
    this.spend(1);
    this.#events.push(event);
  }

  forestall({ batch_id, index }: Place): void {
    const name = `${batch_id}#${index}`;
    if (!this.#forestalled.has(name)) this.spend(1);
    this.#forestalled.set(name, { batch_id, index });
  }

  drop(batch: BatchState): void {
    const id = batch.sheet.batch_id;
    this.spend(batch.cells.pages + 1);
    removeBatch(this.state, batch);
    this.#heads.delete(id);
    this.#pages.delete(id);
    this.#dropped.set(id, batch.cells.pages);
  }

  decisions(consumed: number, more: boolean): Decisions {
    return {
      consumed,
      more,
      grants: this.grants,
      refusals: this.refusals,
      revoked: this.revoked,
      marks: this.marks,
      holds: this.#holds,
      outages: this.#outages,
      events: this.#events,
      forestalled: [...this.#forestalled.values()],
      heads: this.#heads,
      pages: this.#pages,
      locks: this.#locks,
      dropped: this.#dropped,
    };
  }
}
