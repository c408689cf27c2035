import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Status } from '../../../lib/domain/deployment/status.ts';
import { isTerminal } from '../../../lib/domain/deployment/status.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { adopt, adoptHolds } from '../../../lib/domain/schedule/adopt.ts';
import { type Cell, Cells, hasPassed, isPending, statusOfCell } from '../../../lib/domain/schedule/cells.ts';
import { decide } from '../../../lib/domain/schedule/decide.ts';
import type { Place } from '../../../lib/domain/schedule/place.ts';
import { type BatchState, batchState, emptySchedule, type ScheduleState } from '../../../lib/domain/schedule/state.ts';
import {
  dependenciesSucceeded,
  describeWaiting,
  turnsOf,
  type Waiting,
  waitingFor,
} from '../../../lib/domain/schedule/waiting.ts';
import { Chance, RandomWorld, randomChance, randomSheets } from './random-world.ts';
import { cancelled, finished, free, recorded, Scheduler, type SheetSketch, sketchSheet } from './scheduler.ts';

const dependenciesOf = ({ sheet }: BatchState, index: number): number[] =>
  sheet.dependents.flatMap((dependents, at) => (dependents.includes(index) ? [at] : []));

const waitsOf = (state: ScheduleState, { batch_id, index }: Place): readonly Waiting[] => {
  const batch = state.batches.get(batch_id)!;
  return waitingFor(state, batch, { index, dependencies: dependenciesOf(batch, index) });
};

/** Every deployment that has neither a turn nor an end. */
const waitingPlaces = ({ batches }: ScheduleState): Place[] =>
  [...batches.values()].flatMap(({ sheet: { batch_id, keys }, cells }) =>
    keys.flatMap((_, index) => (isPending(cells.at(index)) ? [{ batch_id, index }] : [])),
  );

/** The same state without the named things, and with only one deployment that still waits. */
const without = (state: ScheduleState, lone: Place, gone: readonly Waiting[]): ScheduleState => {
  const other = emptySchedule();
  for (const [name, lock] of state.locks) other.locks.set(name, lock);
  for (const name of gone.flatMap((one) => (one.kind === 'lock' ? one.locks : []))) other.locks.set(name, undefined);
  for (const batch of state.batches.values()) adopt(other, withoutOthers(batch, lone, gone));
  for (const [id, hold] of state.holds)
    if (!gone.some((one) => one.kind === 'hold' && one.id === id)) other.holds.set(id, hold);
  adoptHolds(other);
  for (const one of gone) if (one.kind === 'limit') other.limits.delete(one.name);
  return other;
};

const withoutOthers = (batch: BatchState, lone: Place, gone: readonly Waiting[]): BatchState => {
  const { sheet, head } = batch;
  const isOwn = sheet.batch_id === lone.batch_id;
  const cells = Cells.fromPages(Array.from({ length: batch.cells.pages }, (_, page) => batch.cells.page(page)));
  for (const index of sheet.keys.keys()) {
    const isDependency = isOwn && gone.some((one) => one.kind === 'dependency' && one.name === sheet.keys[index]);
    if (isDependency) cells.set(index, 'S');
    else if (isPending(cells.at(index)) && !(isOwn && index === lone.index)) cells.set(index, 'K');
  }
  if (isOwn) {
    const isForced = batch.forced.has(lone.index);
    const isOver = (cell: Cell) => hasPassed(cell) || (isForced && isTerminal(statusOfCell(cell)));
    const open = dependenciesOf(batch, lone.index).filter((index) => !isOver(batch.cells.at(index)));
    const lifted = open.filter((index) => cells.at(index) === 'S').length;
    cells.set(lone.index, open.length - lifted);
  }
  const free = isOwn && gone.some((one) => one.kind === 'limit' && one.name === 'batch');
  return batchState(free ? { ...sheet, max_concurrency: 1_000 } : sheet, cells, {
    ...structuredClone(head),
    telling: [],
  });
};

const isGranted = (state: ScheduleState, place: Place): boolean => {
  const { grants } = decide(state, [], { planned: new Map(), rows: 10_000, grant: true, now: 0 });
  return grants.some(({ batch_id, index }) => batch_id === place.batch_id && index === place.index);
};

/** Two locks may be on one object. */
const idOf = (one: Waiting): string =>
  JSON.stringify([one.kind, one.kind === 'lock' ? one.locks : one.kind === 'hold' ? one.id : one.name]);

/** Everything it names, then what it names instead, until it names nothing. */
const allOf = (state: ScheduleState, place: Place): readonly Waiting[] => {
  const all: Waiting[] = [];
  for (let more = waitsOf(state, place); more.length > 0; more = waitsOf(without(state, place, all), place)) {
    expect(more.filter((one) => all.some((known) => idOf(known) === idOf(one)))).toEqual([]);
    all.push(...more);
  }
  return all;
};

/** The obstacles it names are right: without all of them the turn is granted, with any one of them it is not. */
const mustBlock = (state: ScheduleState, place: Place): readonly Waiting[] => {
  const all = allOf(state, place);
  expect(isGranted(without(state, place, all), place), JSON.stringify(all)).toBe(true);
  for (const kept of all) {
    const rest = all.filter((one) => one !== kept);
    expect(isGranted(without(state, place, rest), place), JSON.stringify(kept)).toBe(false);
  }
  return all;
};

const wordOf = (one: Waiting): string => {
  if (one.kind === 'limit') return `limit ${one.name}`;
  return one.kind === 'lock' ? `lock ${one.status}` : one.kind;
};

/** Few rows in a round, so that it often ends before everything is decided. */
const fewRows = 18;

const mustAgreeWithDecide = (state: ScheduleState, settled: boolean): readonly string[] => {
  const seen: string[] = [];
  for (const place of waitingPlaces(state)) {
    const { closing } = state.batches.get(place.batch_id)!.head;
    if (closing !== undefined) {
      expect(waitsOf(state, place)).toMatchObject([{ kind: 'stop', name: closing.why }]);
      expect(isGranted(without(state, place, []), place)).toBe(false);
      continue;
    }
    if (settled) expect(waitsOf(state, place)).not.toEqual([]);
    const blocking = mustBlock(state, place);
    seen.push(...(blocking.length === 0 ? ['nothing'] : blocking.map(wordOf)));
  }
  return seen;
};

test('the named obstacles are what keeps `decide` from granting the turn', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(randomSheets, randomChance, (sheets, chance) => {
      const world = new RandomWorld(sheets, new Chance(chance));
      const scheduler = new Scheduler(world.news, emptySchedule(), fewRows);
      for (let messages: InboxMessage[] | undefined = []; messages !== undefined; messages = world.nextMessages()) {
        scheduler.post(...messages);
        while (scheduler.isAsked) {
          scheduler.now = world.now;
          world.decided(scheduler.round());
          for (const what of mustAgreeWithDecide(scheduler.state, !scheduler.isAsked)) seen.add(what);
          mustCountLikeLocks(scheduler.state);
        }
      }
    }),
    { numRuns: 150 },
  );
  expect([...seen].sort()).toEqual([
    ...['dependency', 'hold', 'limit a', 'limit b', 'limit batch'],
    ...['lock PENDING', 'lock PROCESSING', 'lock UNKNOWN', 'nothing'],
  ]);
});

/** The locks alone show what is in flight, so that a reader needs no cells of other batches. */
const mustCountLikeLocks = (state: ScheduleState): void => {
  const sheets = [...state.batches.values()].sort((a, b) => a.head.order - b.head.order).map(({ sheet }) => sheet);
  const { used, limits } = turnsOf(state.locks, sheets, state.holds);
  expect(used).toEqual(new Map([...state.used].filter(([, count]) => count !== 0)));
  expect(limits).toEqual(state.limits);
};

const pending = (name: string): Waiting => ({ kind: 'dependency', name, status: 'PENDING' });
const taken = (status: 'PROCESSING' | 'UNKNOWN' | 'PENDING') => ({
  ...{ kind: 'lock' as const, name: 't', locks: ['t'], batch_id: 'B', status },
});

describe('as text', () => {
  const wordsOf = (scheduler: Scheduler, index: number, batch_id = 'one'): string =>
    describeWaiting(waitsOf(scheduler.state, { batch_id, index }));
  const plan = (...sketches: readonly SheetSketch[]): Scheduler => {
    const scheduler = new Scheduler();
    scheduler.plan(...sketches.map(sketchSheet));
    return scheduler;
  };

  test('dependencies, the first three by name', () => {
    const scheduler = plan({ waits: [[], [0], [], [], [], [0, 1, 2, 3, 4]], concurrency: 2 });
    expect(wordsOf(scheduler, 1)).toBe('Waits for svc-0 (PROCESSING).');
    expect(wordsOf(scheduler, 5)).toBe('Waits for svc-0 (PROCESSING), svc-1 (PENDING), svc-2 (PROCESSING), 2 more.');
  });

  test('names only the dependencies that cause a skip', () => {
    const dependency = (name: string, status: Status): Waiting => ({ kind: 'dependency', name, status });
    const waiting = ['a', 'b', 'c'].map((name) => dependency(name, 'PROCESSING'));
    expect(describeWaiting([...waiting, dependency('d', 'FAILED'), dependency('e', 'UNKNOWN')])).toBe(
      'Will be skipped: d (FAILED), e (UNKNOWN).',
    );
  });

  test('limits with their numbers', () => {
    const counts = ['environment:prod', 'executor:harness:acme'];
    const limits = { 'environment:prod': 1, 'executor:harness:acme': 1 };
    const scheduler = plan({ waits: [[], []], counts: [counts, counts], limits, concurrency: 1 });
    expect(wordsOf(scheduler, 1)).toBe(
      'Waits for room (max_concurrency): 1 of 1 in flight in this batch, 1 of 1 in flight in environment prod, 1 of 1 in flight in executor harness:acme.',
    );
  });

  test('a target that another batch works on, or has left UNKNOWN', () => {
    const scheduler = plan({ waits: [[]], targets: ['t'] }, { id: 'two', waits: [[]], targets: ['t'] });
    expect(wordsOf(scheduler, 0, 'two')).toBe('Waits for svc-0 of batch one, which is working on t.');
    scheduler.plan(sketchSheet({ id: 'later', waits: [[], [0]], targets: ['s', 't'] }));
    expect(wordsOf(scheduler, 1, 'later')).toBe('Waits for svc-0 (PROCESSING).');
    scheduler.tell(recorded(0, 'UNKNOWN'));
    scheduler.plan(sketchSheet({ id: 'three', waits: [[], [0]], targets: ['u', 't'] }));
    expect(wordsOf(scheduler, 1, 'three')).toBe(
      'Waits for svc-0 (PROCESSING). Waits for svc-0 of batch one, which left t UNKNOWN: resolve that, or this is skipped.',
    );
  });

  test('a batch in which nothing starts any more, before each refusal is recorded', () => {
    const scheduler = plan({ waits: [[], [0], []], concurrency: 1, onFailure: 'stop' });
    decide(scheduler.state, [recorded(0, 'FAILED')], { planned: new Map(), rows: 96, grant: false, now: 0 });
    expect(wordsOf(scheduler, 2)).toBe('Will not start: the batch was stopped because svc-0 is FAILED.');
    expect(wordsOf(scheduler, 1)).toBe('Will not start: its outcome is being recorded.');
    decide(scheduler.state, [cancelled()], { planned: new Map(), rows: 96, grant: false, now: 0 });
    expect(wordsOf(scheduler, 2)).toBe('Will not start: the batch was cancelled.');
  });

  test('nothing: its turn is next', () => {
    const scheduler = plan({ waits: [[], []], concurrency: 1 });
    decide(scheduler.state, [recorded(0, 'SUCCESS')], { planned: new Map(), rows: 96, grant: false, now: 0 });
    expect(wordsOf(scheduler, 1)).toBe('Its turn comes next.');
    expect(scheduler.tell()).toEqual([]);
    expect(decide(scheduler.state, [], { planned: new Map(), rows: 96, grant: true, now: 0 }).grants).toMatchObject([
      { index: 1 },
    ]);
  });

  test.each<[words: string, waiting: readonly Waiting[]]>([
    ['Its turn comes next.', []],
    ['Waits for the plan.', [{ kind: 'plan', name: 'plan' }]],
    ['Will not start: the batch was cancelled.', [{ kind: 'stop', name: 'cancelled' }]],
    [
      'Will not start: the batch was stopped because a is FAILED.',
      [{ kind: 'stop', name: 'stopped', because: 'a is FAILED' }],
    ],
    ['Will not start: the batch has ended.', [{ kind: 'stop', name: 'finished' }]],
    ['Will not start: its outcome is being recorded.', [{ kind: 'stop', name: 'refused' }]],
    ['Waits for a (PENDING), b (PENDING), c (PENDING).', ['a', 'b', 'c'].map(pending)],
    ['Waits for a (PENDING), b (PENDING), c (PENDING), 1 more.', ['a', 'b', 'c', 'd'].map(pending)],
    [
      'Will be skipped: a (UNKNOWN, later resolved as SUCCESS).',
      [{ kind: 'dependency', name: 'a', status: 'UNKNOWN', resolved: 'SUCCESS' }, pending('b')],
    ],
    [
      'Waits for room (max_concurrency): 2 of 3 in flight in executor harness:acme.',
      [{ kind: 'limit', name: 'executor:harness:acme', limit: 3, in_flight: 2 }],
    ],
    [
      'Waits for room (max_concurrency): 1 of 1 in flight in this batch. Waits for batch B, which is working on t.',
      [taken('PROCESSING'), { kind: 'limit', name: 'batch', limit: 1, in_flight: 1 }],
    ],
    [
      'Held with environment uat by alice since 2026-11-30T03:00:00.000Z: The stage is upgraded. Waits for a (PENDING).',
      [
        pending('a'),
        {
          ...{ kind: 'hold', id: 'H', name: 'environment uat', by: 'alice', reason: 'The stage is upgraded' },
          since: '2026-11-30T03:00:00.000Z',
        },
      ],
    ],
    [
      'Held because cluster eu does not answer, since 2026-11-30T03:00:00.000Z, until 2026-11-30T03:01:00.000Z: connection refused.',
      [
        {
          ...{ kind: 'hold', id: 'H', name: 'cluster eu', by: 'dispatcher', reason: 'Cluster eu does not answer.' },
          ...{ since: '2026-11-30T03:00:00.000Z', until: '2026-11-30T03:01:00.000Z' },
          circuit: { opened: 1, seen: 'connection refused' },
        },
      ],
    ],
    ['Waits for a of batch B, which is ahead of it on t.', [{ ...taken('PENDING'), key: 'a' }]],
    [
      'Waits for b (PENDING). Waits for a of batch B, which left t UNKNOWN: resolve that, or this is skipped.',
      [{ ...taken('UNKNOWN'), key: 'a' }, pending('b')],
    ],
  ])('%s', (words, waiting) => {
    expect(describeWaiting(waiting)).toBe(words);
  });
});

describe('for programs', () => {
  const limited = { counts: [['cluster:eu'], ['cluster:eu']], limits: { 'cluster:eu': 1 } };
  const scenes: readonly SheetSketch[] = [
    { waits: [[], []], concurrency: 1, ...limited },
    { id: 'two', waits: [[], [0]], targets: ['one/0', 'free'], locks: [['/b'], ['/b']] },
    { id: 'three', waits: [[]], locks: [['/b']], targets: ['two/x'] },
    { id: 'works', waits: [[]], locks: [['/a', '/c']] },
    { id: 'five', waits: [[]], locks: [['/a', '/c']] },
    { id: 'dev', waits: [[]], targets: ['dev/eu/risk/api'], locks: [['/x']] },
    { id: 'prod', waits: [[]], targets: ['prod/eu/risk/api'], locks: [['/x']] },
    { id: 'four', waits: [[], []], concurrency: 1, onFailure: 'stop', locks: [['/b'], []] },
  ];
  const scheduler = new Scheduler();
  scheduler.plan(...scenes.map(sketchSheet));
  const limit = { kind: 'limit', name: 'batch', limit: 1, in_flight: 1 };
  const lock = { kind: 'lock', key: 'svc-0' };

  test.each<[what: string, index: number, batch_id: string, waits: readonly object[]]>([
    ['nothing for one that has its turn', 0, 'one', []],
    ['limits', 1, 'one', [limit, { ...limit, name: 'cluster:eu' }]],
    [
      'a target that another one works on',
      0,
      'two',
      [{ ...lock, name: 'one/0', locks: ['one/0'], batch_id: 'one', status: 'PROCESSING' }],
    ],
    [
      'all the locks that it shares with another one, together',
      0,
      'five',
      [{ ...lock, name: '/a /c', locks: ['/a', '/c'], batch_id: 'works', status: 'PROCESSING' }],
    ],
    [
      'an object that another environment works on',
      0,
      'prod',
      [{ ...lock, name: '/x', locks: ['/x'], batch_id: 'dev', environment_id: 'dev', status: 'PROCESSING' }],
    ],
    ['dependencies alone', 1, 'two', [{ kind: 'dependency', name: 'svc-0', status: 'PENDING' }]],
    [
      'an object kept for another one',
      0,
      'three',
      [{ ...lock, name: '/b', locks: ['/b'], batch_id: 'two', status: 'PENDING' }],
    ],
  ])('%s', (_, index, batch_id, waits) => {
    expect(waitsOf(scheduler.state, { batch_id, index })).toEqual(waits);
  });

  test('what stops it, and why', () => {
    const stopping = new Scheduler();
    stopping.plan(
      ...['one', 'two', 'three'].map((id) => sketchSheet({ id, waits: free(2), concurrency: 1, onFailure: 'stop' })),
    );
    const told = [recorded(0, 'FAILED'), cancelled('two'), finished('three')];
    decide(stopping.state, told, { planned: new Map(), rows: 96, grant: false, now: 0 });
    const waits = (batch_id: string) => waitsOf(stopping.state, { batch_id, index: 1 });
    expect(['one', 'two', 'three'].map(waits)).toEqual([
      [{ kind: 'stop', name: 'stopped', because: 'svc-0 is FAILED' }],
      [{ kind: 'stop', name: 'cancelled' }],
      [{ kind: 'stop', name: 'finished' }],
    ]);
    stopping.tell();
    decide(stopping.state, [], { planned: new Map(), rows: 96, grant: true, now: 0 });
    expect(waits('one')).toEqual([{ kind: 'stop', name: 'refused' }]);
  });

  test('whether anything but its dependencies can hold it back', () => {
    const sheet = sketchSheet({ waits: free(4) });
    const cells = Cells.fromPages(['SFG0']);
    const succeeded = (...dependencies: number[]) =>
      dependenciesSucceeded({ cells, sheet }, { index: 3, dependencies });
    expect([succeeded(), succeeded(0), succeeded(0, 1), succeeded(2), succeeded(0, 0)]).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
  });
});
