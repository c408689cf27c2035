import fc from 'fast-check';
import type { Status } from '../../../lib/domain/deployment/status.ts';
import type { Hold, HoldScope } from '../../../lib/domain/holds/hold.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import type { Decisions, NewBatch } from '../../../lib/domain/schedule/decisions.ts';
import type { Sheet } from '../../../lib/domain/schedule/sheet.ts';
import { Ledger, nameOf } from './ledger.ts';
import { type SheetSketch, sketchSheet } from './scheduler.ts';

const targets = ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7', 't8'];
const objects = ['/a', '/b', '/c', '/d', 'z'];
const limitSets: readonly (readonly string[])[] = [
  ['environment:x'],
  ['environment:x', 'cluster:c', 'a'],
  ['environment:y', 'cluster:c', 'b'],
  ['environment:y', 'executor:e', 'a', 'b'],
];
const scopes: readonly HoldScope[] = [
  ...[{}, { environment: 'x' }, { cluster: 'c' }, { batch: 'batch-0' }, { batch: 'batch-1', environment: 'y' }],
  ...[{ service: 'svc-1' }, { service: 'svc-0', environment: 'x' }],
];
const circuits: readonly HoldScope[] = [{ cluster: 'c' }, { executor: 'e' }];

const oneSheet = fc.integer({ min: 1, max: 8 }).chain((count) =>
  fc.record({
    waits: fc.tuple(
      ...Array.from({ length: count }, (_, at) => fc.subarray(Array.from({ length: at }, (_, to) => to))),
    ),
    ranks: fc.shuffledSubarray(
      Array.from({ length: count }, (_, at) => at),
      { minLength: count },
    ),
    targets: fc.shuffledSubarray(targets, { minLength: count, maxLength: count }),
    locks: fc.option(fc.array(fc.subarray(objects, { maxLength: 3 }), { minLength: count, maxLength: count }), {
      nil: undefined,
    }),
    counts: fc.array(fc.constantFrom(...limitSets), { minLength: count, maxLength: count }),
    limits: fc.record({ a: fc.integer({ min: 1, max: 3 }), b: fc.integer({ min: 1, max: 3 }) }, { requiredKeys: [] }),
    concurrency: fc.integer({ min: 1, max: 5 }),
    lane: fc.constantFrom(undefined, undefined, 'rollback' as const),
    forced: fc.subarray(Array.from({ length: count }, (_, at) => at)),
    onFailure: fc.constantFrom<('continue' | 'stop')[]>('continue', 'continue', 'stop'),
  }),
);

/** One to three batches that share targets, other locks, and limits. Some date from before there were other locks. */
export const randomSheets: fc.Arbitrary<readonly Sheet[]> = fc
  .array(oneSheet, { minLength: 1, maxLength: 3 })
  .map((sketches) => sketches.map((sketch, at) => sheetAt(sketch as SheetSketch, at)));

/** Only rollbacks are forced. */
const sheetAt = ({ lane, forced, ...sketch }: SheetSketch, at: number): Sheet =>
  sketchSheet({ ...sketch, id: `batch-${at}`, ...(lane === undefined ? {} : { lane, forced: forced ?? [] }) });

/** Random decisions, drawn one by one. When they run out, always 0. */
export class Chance {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  get isOver(): boolean {
    return this.#at >= this.#numbers.length;
  }

  below(bound: number): number {
    const number = this.#numbers[this.#at] ?? 0;
    this.#at += 1;
    return number % bound;
  }

  pick<Entry>(entries: readonly Entry[]): Entry {
    return entries[this.below(entries.length)]!;
  }
}

export const randomChance: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(9_999), { maxLength: 150, size: 'max' });

export const randomStatus = (chance: Chance): Status =>
  chance.pick(['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILED', 'UNKNOWN', 'CANCELLED', 'ROLLBACK'] as const);

/**
 * The rest of the world around a scheduler. Batches are planned, grants end somehow, and messages about it
 * arrive late, twice and in any order. Its ledger throws when a decision of the scheduler breaks a law.
 */
export class RandomWorld {
  readonly ledger: Ledger;
  /** What a `planned` message can read: the headers, so nothing about a sealed batch. */
  readonly news = new Map<string, NewBatch>();
  readonly #chance: Chance;
  /** Messages on their way. */
  readonly #onTheirWay: InboxMessage[] = [];
  readonly #unplanned: Sheet[];
  readonly #finished = new Set<string>();
  /** Milliseconds. */
  now = 0;
  readonly #fences = new Map<string, number>();
  #holds = 0;
  #isLifted = false;

  constructor(sheets: readonly Sheet[], chance: Chance) {
    this.ledger = new Ledger(sheets);
    for (const sheet of sheets) this.news.set(sheet.batch_id, { sheet, cancelled: false, recorded: [] });
    this.#unplanned = [...sheets];
    this.#chance = chance;
  }

  /** The next message for the scheduler. Undefined when there is none left. */
  nextMessages(): InboxMessage[] | undefined {
    if (this.#chance.isOver) return this.#lastMessages();
    const what = this.#chance.below(17);
    this.now += this.#chance.below(4) === 0 ? this.#chance.below(90_000) : 1;
    if (what >= 15) this.#hold();
    else if (what === 14) this.#resume();
    else if (what >= 12) this.#giveBack();
    else if (what >= 10) this.#ask();
    else if (what < 2) this.#plan();
    else if (what < 6) this.#end();
    else if (what === 6) this.#resolve();
    else if (what === 7 && this.#chance.below(4) === 0) this.#cancel();
    this.#finish();
    return this.#someMessages();
  }

  #plan(): void {
    const sheet = this.#unplanned.shift();
    if (sheet !== undefined) this.#onTheirWay.push({ type: 'planned', batch_id: sheet.batch_id });
  }

  #end(): void {
    const { running } = this.ledger;
    if (running.size === 0) return;
    const place = this.#chance.pick([...running.values()]);
    const passes = this.ledger.sheets.get(place.batch_id)!.lane === 'rollback' && this.#chance.below(4) === 0;
    const status = passes ? 'SKIPPED' : randomStatus(this.#chance);
    this.ledger.ended(place, status);
    if (passes) this.ledger.passed.add(nameOf(place));
    this.#onTheirWay.push({ type: 'recorded', ...place, status, ...(passes ? { passes } : {}) });
  }

  #hold(): void {
    const until = this.#chance.below(2) === 0 ? {} : { until: this.now + this.#chance.below(120_000) };
    const rollbacks = this.#chance.below(3) === 0;
    const hold: Hold = {
      ...{ id: `hold-${this.#holds}`, kind: 'pause', scope: this.#chance.pick(scopes), rollbacks },
      ...{ reason: 'Chance.', by: 'chance', since: this.now, ...until },
    };
    this.#holds += 1;
    this.#onTheirWay.push({ type: 'hold', hold });
  }

  #resume(): void {
    if (this.#holds === 0) return;
    this.#onTheirWay.push({ type: 'resume', id: `hold-${this.#chance.below(this.#holds)}`, by: 'chance' });
  }

  /** Somebody contacts a cluster or an executor. */
  #ask(): void {
    const scope = this.#chance.pick(circuits);
    const message = { scope, seen: 'nothing', at: this.now };
    this.#onTheirWay.push({ type: this.#chance.below(4) === 0 ? 'answered' : 'outage', ...message });
  }

  #giveBack(): void {
    const { running } = this.ledger;
    if (running.size === 0) return;
    const place = this.#chance.pick([...running.values()]);
    this.ledger.returned(place);
    this.#onTheirWay.push({ type: 'returned', ...place, fence: this.#fences.get(nameOf(place))! });
  }

  #resolve(): void {
    const [name, place] = this.ledger.unresolved.entries().next().value ?? [];
    if (name === undefined || place === undefined) return;
    this.ledger.unresolved.delete(name);
    this.#onTheirWay.push({ type: 'resolved', ...place, target: this.ledger.targetOf(place) });
  }

  #cancel(): void {
    const batch_id = this.#chance.pick([...this.ledger.sheets.keys()]);
    const news = this.news.get(batch_id);
    if (news !== undefined) this.news.set(batch_id, { ...news, cancelled: true });
    this.#onTheirWay.push({ type: 'cancelled', batch_id });
  }

  #finish(): void {
    for (const batch_id of this.ledger.sheets.keys()) {
      if (!this.ledger.hasEnded(batch_id) || this.#finished.has(batch_id)) continue;
      this.#finished.add(batch_id);
      this.news.delete(batch_id);
      this.#onTheirWay.push({ type: 'finished', batch_id });
    }
  }

  /** A few of those on their way, in any order. Some arrive again later. */
  #someMessages(): InboxMessage[] {
    const messages: InboxMessage[] = [];
    for (let count = this.#chance.below(4); count > 0 && this.#onTheirWay.length > 0; count--) {
      const at = this.#chance.below(this.#onTheirWay.length);
      const again = this.#chance.below(5) === 0;
      messages.push(this.#onTheirWay[at]!);
      if (!again) this.#onTheirWay.splice(at, 1);
    }
    return messages;
  }

  #lastMessages(): InboxMessage[] | undefined {
    while (this.#unplanned.length > 0) this.#plan();
    while (this.ledger.running.size > 0) this.#end();
    while (this.ledger.unresolved.size > 0) this.#resolve();
    this.#finish();
    if (!this.#isLifted) this.#liftAll();
    return this.#onTheirWay.length === 0 ? undefined : this.#onTheirWay.splice(0);
  }

  /** After everything on its way. */
  #liftAll(): void {
    this.#isLifted = true;
    for (let at = 0; at < this.#holds; at++) this.#onTheirWay.push({ type: 'resume', id: `hold-${at}`, by: 'chance' });
    for (const scope of circuits) this.#onTheirWay.push({ type: 'answered', scope, at: this.now });
  }

  decided({ grants, refusals }: Decisions): void {
    for (const { batch_id, index, status } of refusals) {
      this.ledger.refused({ batch_id, index });
      this.ledger.ended({ batch_id, index }, status);
    }
    // After the refusals: a forced deployment goes when those before it are refused.
    for (const { batch_id, index, fence } of grants) {
      this.ledger.granted({ batch_id, index });
      this.#fences.set(nameOf({ batch_id, index }), fence);
    }
  }
}
