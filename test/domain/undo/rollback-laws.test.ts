import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Status } from '../../../lib/domain/deployment/status.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { adopt, adoptHolds } from '../../../lib/domain/schedule/adopt.ts';
import { Cells } from '../../../lib/domain/schedule/cells.ts';
import type { NewBatch } from '../../../lib/domain/schedule/decisions.ts';
import type { Place } from '../../../lib/domain/schedule/place.ts';
import { batchState, emptySchedule, type ScheduleState } from '../../../lib/domain/schedule/state.ts';
import type { TargetRow } from '../../../lib/domain/targets/target-row.ts';
import type { Effect } from '../../../lib/domain/undo/done.ts';
import { planRollback, type RollbackPlan, type UndoNode } from '../../../lib/domain/undo/plan-rollback.ts';
import { Ledger, nameOf } from '../schedule/ledger.ts';
import { Chance, randomChance } from '../schedule/random-world.ts';
import { Scheduler, sketchSheet } from '../schedule/scheduler.ts';
import { asking, doneIn } from './undo-graph.ts';

/** Versions: 1.0.0 ran before, the batch deploys 2.0.0, and others deploy 3.0.0. */
const [before, deployed, others] = ['1.0.0', '2.0.0', '3.0.0'] as const;

/** The state as another process reads it, from storage. */
const reloaded = ({ version, nextFence, batches, locks }: ScheduleState): ScheduleState => {
  const state = emptySchedule();
  Object.assign(state, { version, nextFence });
  for (const [name, lock] of locks) state.locks.set(name, { ...lock });
  for (const { sheet, cells, head } of batches.values()) {
    const pages = Array.from({ length: cells.pages }, (_, page) => cells.page(page));
    adopt(state, batchState(sheet, Cells.fromPages(pages), structuredClone(head)));
  }
  adoptHolds(state);
  return state;
};

/** Messages arrive late, twice and in any order, and the scheduler dies. Unwritten decisions are made again. */
class Course {
  readonly ledger: Ledger;
  readonly order: number[] = [];
  readonly refused = new Map<number, string>();
  readonly #news: ReadonlyMap<string, NewBatch>;
  #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #onTheirWay: InboxMessage[];

  constructor(sheet: ReturnType<typeof sketchSheet>, chance: Chance) {
    this.ledger = new Ledger([sheet]);
    this.#news = new Map([[sheet.batch_id, { sheet, cancelled: false, recorded: [] }]]);
    this.#scheduler = new Scheduler(new Map(this.#news));
    this.#chance = chance;
    this.#onTheirWay = [{ type: 'planned', batch_id: sheet.batch_id }];
  }

  /** Until all have ended. `end` says how a started one ends. */
  run(end: (index: number) => { readonly status: Status; readonly passes?: true }): void {
    const { running } = this.ledger;
    while (this.#onTheirWay.length > 0 || running.size > 0) {
      if (running.size > 0 && this.#chance.below(2) === 0) this.#end(this.#chance.pick([...running.values()]), end);
      this.#tell(this.#chance.below(3));
      if (this.#onTheirWay.length === 0 && running.size > 0) this.#end([...running.values()][0]!, end);
    }
  }

  #end(place: Place, end: (index: number) => { readonly status: Status; readonly passes?: true }): void {
    const { status, passes } = end(place.index);
    this.ledger.ended(place, status);
    if (passes) this.ledger.passed.add(nameOf(place));
    this.order.push(place.index);
    this.#onTheirWay.push({ type: 'recorded', ...place, status, ...(passes ? { passes } : {}) });
  }

  #tell(extra: number): void {
    const messages: InboxMessage[] = [];
    for (let count = 1 + extra; count > 0 && this.#onTheirWay.length > 0; count -= 1) {
      const at = this.#chance.below(this.#onTheirWay.length);
      messages.push(this.#onTheirWay[at]!);
      if (this.#chance.isOver || this.#chance.below(5) > 0) this.#onTheirWay.splice(at, 1);
    }
    if (this.#chance.below(4) === 0) this.#die(messages);
    this.#scheduler.post(...messages);
    while (this.#scheduler.isAsked) this.#round();
  }

  /** One scheduler reads the same messages and writes nothing. Another one takes over. */
  #die(messages: readonly InboxMessage[]): void {
    const { state } = this.#scheduler;
    const dying = new Scheduler(new Map(this.#news), reloaded(state));
    dying.tell(...messages);
    this.#scheduler = new Scheduler(new Map(this.#news), reloaded(state));
  }

  #round(): void {
    const { grants, refusals } = this.#scheduler.round();
    for (const { batch_id, index, status, reason } of refusals) {
      this.ledger.refused({ batch_id, index });
      this.ledger.ended({ batch_id, index }, status);
      this.refused.set(index, reason);
    }
    for (const { batch_id, index } of grants) this.ledger.granted({ batch_id, index });
  }
}

interface Deed {
  readonly effect: Effect;
  readonly status: Status;
}

/** The outcome of a started one. */
const deeds: readonly Deed[] = [
  ...Array.from({ length: 6 }, () => ({ effect: 'changed', status: 'SUCCESS' }) as const),
  { effect: 'changed', status: 'FAILED' },
  { effect: 'restored', status: 'FAILED' },
  { effect: 'nothing', status: 'FAILED' },
  { effect: 'unknown', status: 'UNKNOWN' },
];

const graphs = fc
  .integer({ min: 1, max: 9 })
  .chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, at) => fc.subarray(Array.from({ length: at }, (_, to) => to)))),
  );

const worlds = fc.record({
  waits: graphs,
  deeds: fc.array(fc.constantFrom(...deeds), { minLength: 9, maxLength: 9 }),
  /** Changed by others before the rollback is planned, and afterwards. */
  earlier: fc.uniqueArray(fc.nat(8), { maxLength: 2 }),
  later: fc.uniqueArray(fc.nat(8), { maxLength: 2 }),
  fails: fc.array(fc.constantFrom<Status[]>('SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILED', 'UNKNOWN'), {
    ...{ minLength: 9, maxLength: 9 },
  }),
  force: fc.uniqueArray(fc.nat(8), { maxLength: 2 }),
  onFailure: fc.constantFrom<('continue' | 'stop')[]>('continue', 'stop'),
  chance: randomChance,
});
type Drawn = typeof worlds extends fc.Arbitrary<infer Values> ? Values : never;

/** What runs at each target, and what the batch did there. */
const runBatch = ({ waits, deeds: drawn, onFailure }: Drawn, chance: Chance) => {
  const course = new Course(sketchSheet({ id: 'A', waits, onFailure, concurrency: 3 }), chance);
  const running = waits.map(() => before as string | undefined);
  const effects: Effect[] = waits.map(() => 'nothing');
  course.run((index) => {
    const { effect, status } = drawn[index]!;
    effects[index] = effect;
    if (effect === 'changed') running[index] = deployed;
    if (effect === 'unknown') running[index] = undefined;
    return { status };
  });
  return { running, effects };
};

const nowOf = (node: number, batch_id: string, version: string): TargetRow => ({
  target: `staging/cluster-eu-1/shared/s${node + 1}`,
  ...{ batch_id, index: node, state: 'verified', version, since: 1 },
});

const nodesOf = (waits: Drawn['waits'], effects: readonly Effect[], changed: readonly number[]): readonly UndoNode[] =>
  waits.map((dependencies, node) => ({
    key: `shared/s${node + 1}`,
    dependencies,
    done: [doneIn('A', node + 1, effects[node]!)],
    now:
      effects[node] !== 'changed'
        ? undefined
        : changed.includes(node)
          ? nowOf(node, 'LATER', others)
          : nowOf(node, 'A', deployed),
  }));

const nodeOf = (key: string): number => Number(key.slice('shared/s'.length)) - 1;

const runRollback = ({ members }: RollbackPlan, { running, later, fails, chance }: RollbackRun) => {
  const at = new Map(members.map(({ key }, place) => [key, place]));
  const sheet = sketchSheet({
    ...{ id: 'R', lane: 'rollback', concurrency: 3 },
    waits: members.map(({ waits_for }) => waits_for.map((key) => at.get(key)!)),
    forced: members.flatMap(({ forced }, place) => (forced ? [place] : [])),
  });
  const course = new Course(sheet, chance);
  course.run((place) => {
    const node = nodeOf(members[place]!.key);
    if (later.includes(node)) return { status: 'SKIPPED', passes: true };
    if (fails[node] === 'SUCCESS') running[node] = before;
    return { status: fails[node]! };
  });
  return course;
};

interface RollbackRun extends Pick<Drawn, 'later' | 'fails'> {
  readonly running: (string | undefined)[];
  readonly chance: Chance;
}

test('with any failures, foreign changes and orders: each target is restored, or reported as left with a true reason', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(worlds, (drawn) => {
      const chance = new Chance(drawn.chance);
      const { running, effects } = runBatch(drawn, chance);
      const { waits } = drawn;
      const earlier = drawn.earlier.filter((node) => effects[node] === 'changed');
      for (const node of earlier) running[node] = others;
      const force = drawn.force.filter((node) => node < waits.length).map((node) => `shared/s${node + 1}`);
      const plan = planRollback(asking(nodesOf(waits, effects, earlier), { force }));
      const members = new Map(plan.members.map((member, place) => [nodeOf(member.key), { ...member, place }]));
      const later = drawn.later.filter((node) => members.has(node));
      for (const node of later) running[node] = others;
      const course = runRollback(plan, { running, later, fails: drawn.fails, chance });
      const statusOf = (node: number): Status | undefined => {
        const member = members.get(node);
        return member && course.ledger.outcomes.get(nameOf({ batch_id: 'R', index: member.place }));
      };
      const left = new Map(plan.left.map(({ key, reason }) => [nodeOf(key), reason]));
      const dependentsOf = (node: number): readonly number[] =>
        waits.flatMap((dependencies, other) => (dependencies.includes(node) ? [other] : []));
      const aboveOf = (node: number): readonly number[] => [
        ...new Set(dependentsOf(node).flatMap((other) => [other, ...aboveOf(other)])),
      ];
      waits.forEach((_, node) => {
        const status = statusOf(node);
        const told =
          left.get(node) ?? (status === 'SKIPPED' ? course.refused.get(members.get(node)!.place) : status) ?? '';
        seen.add(told);
        // Restored, or reported.
        expect(members.has(node)).toBe(!left.has(node));
        if (status === 'SUCCESS') expect(running[node]).toBe(before);
        else if (later.includes(node) && status === 'SKIPPED' && told === '') expect(running[node]).toBe(others);
        else expect(told, `s${node + 1} runs ${running[node]}`).not.toBe('');
        // The reasons are true.
        if (told === 'NothingChanged' || told === 'AlreadyRestored') expect(running[node]).toBe(before);
        if (told === 'Superseded') expect(running[node]).toBe(others);
        if (told === 'OutcomeUnknown') expect(effects[node]).toBe('unknown');
        if (told === 'DependentNotRolledBack') {
          const stays = aboveOf(node).filter((other) => running[other] !== before);
          const failed = aboveOf(node).filter(
            (other) => statusOf(other) !== undefined && statusOf(other) !== 'SUCCESS',
          );
          expect([...stays, ...failed]).not.toEqual([]);
        }
        // In order: every dependent that is rolled back was rolled back before, or it is forced.
        if (status !== 'SUCCESS' || members.get(node)!.forced) return;
        const doneAt = course.order.indexOf(members.get(node)!.place);
        for (const other of aboveOf(node).filter((one) => members.has(one))) {
          const forcedBetween = aboveOf(node).some((one) => members.get(one)?.forced);
          const passed = later.includes(other);
          if (!forcedBetween) expect(statusOf(other) === 'SUCCESS' || passed, `s${other + 1}`).toBe(true);
          if (statusOf(other) === 'SUCCESS') {
            expect(course.order.indexOf(members.get(other)!.place)).toBeLessThan(doneAt);
          }
        }
      });
    }),
    { numRuns: 400 },
  );
  // The worlds are not too easy.
  for (const reason of ['Superseded', 'OutcomeUnknown', 'AlreadyRestored', 'NothingChanged', 'DependentNotRolledBack'])
    expect(seen).toContain(reason);
});
