import type { Status } from '../../../lib/domain/deployment/status.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { decide } from '../../../lib/domain/schedule/decide.ts';
import type { Decisions, NewBatch } from '../../../lib/domain/schedule/decisions.ts';
import type { Sheet } from '../../../lib/domain/schedule/sheet.ts';
import { emptySchedule, type ScheduleState } from '../../../lib/domain/schedule/state.ts';

export interface SheetSketch {
  readonly id?: string;
  /** Dependencies by index. */
  readonly waits: readonly (readonly number[])[];
  readonly ranks?: readonly number[];
  readonly targets?: readonly string[];
  /** Locks that each needs besides its target's. */
  readonly locks?: readonly (readonly string[])[];
  /** Limit names of each deployment. */
  readonly counts?: readonly (readonly string[])[];
  readonly limits?: Readonly<Record<string, number>>;
  readonly concurrency?: number;
  readonly onFailure?: 'continue' | 'stop';
  readonly lane?: 'rollback';
  readonly forced?: readonly number[];
}

/** A short sheet. Targets are unique, keys are `svc-<index>`, and ranks follow the index by default. */
export const sketchSheet = ({ id = 'one', waits, ...sketch }: SheetSketch): Sheet => {
  const dependents: number[][] = waits.map(() => []);
  waits.forEach((dependencies, index) => {
    for (const dependency of dependencies) dependents[dependency]!.push(index);
  });
  const classes: (readonly string[])[] = [];
  const class_of = waits.map((_, index) => {
    const names = sketch.counts?.[index] ?? [];
    const known = classes.findIndex((other) => other.join() === names.join());
    return known === -1 ? classes.push(names) - 1 : known;
  });
  return {
    batch_id: id,
    max_concurrency: sketch.concurrency ?? 1_000,
    on_failure: sketch.onFailure ?? 'continue',
    limits: sketch.limits ?? {},
    keys: waits.map((_, index) => `svc-${index}`),
    targets: sketch.targets ?? waits.map((_, index) => `${id}/${index}`),
    ...(sketch.locks === undefined ? {} : { locks: sketch.locks, objects: sketch.locks.map((some) => some.join(' ')) }),
    ...(sketch.lane === undefined ? {} : { lane: sketch.lane }),
    ...(sketch.forced === undefined ? {} : { forced: sketch.forced }),
    ranks: sketch.ranks ?? waits.map((_, index) => index),
    dependencies: waits.map((dependencies) => dependencies.length),
    dependents,
    classes,
    class_of,
  };
};

export const free = (count: number): number[][] => Array.from({ length: count }, () => []);
export const chain = (count: number): number[][] =>
  Array.from({ length: count }, (_, at) => (at === 0 ? [] : [at - 1]));

export const planned = (batch_id: string): InboxMessage => ({ type: 'planned', batch_id });
export const recorded = (index: number, status: Status, batch_id = 'one'): InboxMessage => ({
  type: 'recorded',
  batch_id,
  index,
  status,
});
export const cancelled = (batch_id = 'one'): InboxMessage => ({ type: 'cancelled', batch_id });
export const finished = (batch_id = 'one'): InboxMessage => ({ type: 'finished', batch_id });
export const resolved = (index: number, target: string, batch_id = 'one'): InboxMessage => ({
  type: 'resolved',
  batch_id,
  index,
  target,
});

/** Rows of a transaction that `decide` may fill, as the dispatcher sets it. */
export const rowsPerRound = 96;

/** How many rows a decision writes, counted from the decision itself and not by `decide`. */
export const rowsOf = (decisions: Decisions): number => {
  const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
  return (
    decisions.consumed +
    3 * decisions.grants.length +
    decisions.refusals.length +
    decisions.revoked.length +
    decisions.forestalled.length +
    decisions.marks.length +
    decisions.holds.size +
    decisions.outages.size +
    decisions.events.length +
    decisions.heads.size +
    sum([...decisions.pages.values()].map((pages) => pages.size)) +
    decisions.locks.size +
    sum([...decisions.dropped.values()].map((pages) => pages + 1))
  );
};

/** Feeds messages to `decide` as the dispatcher does, and keeps the decisions as text. */
export class Scheduler {
  readonly state: ScheduleState;
  readonly rounds: Decisions[] = [];
  /** Milliseconds. */
  now = 0;
  /** What `planned` messages can read. */
  readonly news: Map<string, NewBatch>;
  readonly #inbox: InboxMessage[] = [];
  readonly #rows: number;

  constructor(news = new Map<string, NewBatch>(), state: ScheduleState = emptySchedule(), rows = rowsPerRound) {
    this.news = news;
    this.state = state;
    this.#rows = rows;
  }

  /** Plans batches and decides. */
  plan(...sheets: readonly Sheet[]): string[] {
    for (const sheet of sheets) this.news.set(sheet.batch_id, { sheet, cancelled: false, recorded: [] });
    return this.tell(...sheets.map(({ batch_id }) => planned(batch_id)));
  }

  /** Reads the messages, decides until there is nothing more, and returns grants and refusals as text. */
  tell(...messages: readonly InboxMessage[]): string[] {
    this.post(...messages);
    const before = this.rounds.length;
    while (this.isAsked) this.round();
    return this.rounds.slice(before).flatMap(wordsOf);
  }

  post(...messages: readonly InboxMessage[]): void {
    this.#inbox.push(...messages);
  }

  get isAsked(): boolean {
    return this.#inbox.length > 0 || (this.rounds.at(-1)?.more ?? false);
  }

  round(): Decisions {
    const options = { planned: this.news, rows: this.#rows, grant: true, now: this.now };
    const decisions = decide(this.state, this.#inbox.slice(0, 20), options);
    this.#inbox.splice(0, decisions.consumed);
    this.rounds.push(decisions);
    return decisions;
  }
}

const wordsOf = ({ grants, refusals, revoked }: Decisions): string[] => [
  ...grants.map(({ batch_id, index }) => `${batch_id}:${index} granted`),
  ...refusals.map(({ batch_id, index, status, reason }) => `${batch_id}:${index} ${status} ${reason}`),
  ...revoked.map(({ batch_id, index }) => `${batch_id}:${index} revoked`),
];
