import { describe, expect, test } from 'vitest';
import { mostLocks } from '../../../lib/domain/plan/lock-names.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { adopt, removeBatch } from '../../../lib/domain/schedule/adopt.ts';
import { decide } from '../../../lib/domain/schedule/decide.ts';
import { type Decisions, Draft, type NewBatch } from '../../../lib/domain/schedule/decisions.ts';
import { type BatchState, emptySchedule, newBatch, type ScheduleState } from '../../../lib/domain/schedule/state.ts';
import {
  cancelled,
  chain,
  finished,
  free,
  planned,
  recorded,
  resolved,
  Scheduler,
  type SheetSketch,
  sketchSheet,
} from './scheduler.ts';

const rowsLeft = (draft: Draft): number => {
  let rows = 0;
  while (draft.hasRoomFor(rows + 1)) rows += 1;
  return rows;
};

const lock = { batch_id: 'one', index: 0, key: 'svc-0', state: 'held' } as const;

const nothing: Decisions = {
  ...{ consumed: 0, more: false, grants: [], refusals: [], revoked: [], forestalled: [] },
  ...{ heads: new Set<string>(), pages: new Map(), locks: new Map(), dropped: new Map() },
  ...{ marks: [], holds: new Map(), outages: new Map(), events: [] },
};

describe('a draft counts the rows that it fills', () => {
  test.each<[what: string, act: (draft: Draft, batch: BatchState) => void, cost: number]>([
    ['nothing', () => {}, 0],
    ['an explicit number of rows', (draft) => draft.spend(4), 4],
    ['a cell: its page and its head', (draft, batch) => draft.setCell(batch, 0, 'G'), 2],
    [
      'cells of one page',
      (draft, batch) => {
        for (const index of [0, 1, 499]) draft.setCell(batch, index, 'G');
      },
      2,
    ],
    [
      'cells of two pages',
      (draft, batch) => {
        for (const index of [499, 500]) draft.setCell(batch, index, 'S');
      },
      3,
    ],
    ['a whole batch', (draft, batch) => draft.touchAll(batch), 4],
    [
      'a batch with earlier changes',
      (draft, batch) => {
        draft.setCell(batch, 600, 'G');
        draft.touchAll(batch);
        draft.touchHead('one');
      },
      4,
    ],
    [
      'locks, each once',
      (draft) => {
        for (const name of ['a', 'b', 'a']) draft.setLock(name, lock);
        draft.setLock('b', undefined);
      },
      2,
    ],
    [
      'withdrawn turns, each once',
      (draft) => {
        for (const index of [1, 1, 2]) draft.forestall({ batch_id: 'one', index });
        draft.forestall({ batch_id: 'on', index: 1 });
      },
      3,
    ],
    ['a forgotten batch: its pages and its head', (draft, batch) => draft.drop(batch), 4],
  ])('%s', (_, act, cost) => {
    const state = emptySchedule();
    const batch = newBatch(sketchSheet({ waits: free(1001) }), 1);
    adopt(state, batch);
    const draft = new Draft(state, { rows: 20, now: 0 });
    act(draft, batch);
    expect(rowsLeft(draft)).toBe(20 - cost);
  });
});

test('a draft returns everything that it did', () => {
  const state = emptySchedule();
  const [one, two] = ['one', 'two'].map((id, at) => newBatch(sketchSheet({ id, waits: free(501) }), at));
  for (const batch of [one!, two!]) adopt(state, batch);
  const draft = new Draft(state, { rows: 96, now: 0 });
  draft.setCell(one!, 500, 'G');
  draft.setCell(one!, 3, 'S');
  draft.setCell(one!, 3, 'S');
  draft.setCell(two!, 0, 'F');
  draft.setLock('a', lock);
  draft.setLock('a', undefined);
  draft.setLock('b', lock);
  draft.forestall({ batch_id: 'two', index: 9 });
  draft.revoked.push({ batch_id: 'one', index: 500 });
  draft.drop(two!);
  expect(draft.decisions(3, true)).toEqual({
    ...{ ...nothing, consumed: 3, more: true },
    revoked: [{ batch_id: 'one', index: 500 }],
    forestalled: [{ batch_id: 'two', index: 9 }],
    heads: new Set(['one']),
    pages: new Map([['one', new Set([1, 0])]]),
    locks: new Map([
      ['a', undefined],
      ['b', lock],
    ]),
    dropped: new Map([['two', 2]]),
  });
  expect(one!.head.counts).toEqual({ PENDING: 499, PROCESSING: 1, SUCCESS: 1 });
  expect([state.batches.has('two'), [...state.locks]]).toEqual([false, [['b', lock]]]);
});

test.each([[[1, 2, 3]], [[3, 2, 1]], [[2, 1, 3]], [[2, 3, 1]], [[1, 3, 2]], [[3, 1, 2]]])(
  'keeps the limits of the batch planned last, even if read in the order %j',
  (read) => {
    const state = emptySchedule();
    const batches = read.map((order) => {
      const limits = { all: order, [`own-${order}`]: order };
      return newBatch(sketchSheet({ id: `${order}`, waits: free(1), limits }), order);
    });
    for (const batch of batches) adopt(state, batch);
    for (const [gone, left] of [
      [3, { all: 2, 'own-1': 1, 'own-2': 2 }],
      [1, { all: 2, 'own-2': 2 }],
      [2, {}],
    ] as const) {
      removeBatch(state, batches.find(({ head }) => head.order === gone)!);
      expect(Object.fromEntries(state.limits)).toEqual(left);
    }
  },
);

const written = (...batches: string[]) => ({
  heads: new Set(batches),
  pages: new Map(batches.map((id) => [id, new Set([0])])),
});
const place = (index: number, batch_id = 'one') => ({ batch_id, index });
const named = (index: number, batch_id = 'one') => ({
  ...{ ...place(index, batch_id), key: `svc-${index}`, target: `${batch_id}/${index}` },
});
const granted = (index: number, fence: number, batch_id = 'one') => ({
  ...{ ...named(index, batch_id), locks: [`${batch_id}/${index}`], fence },
});
const held = (index: number, fence: number, batch_id = 'one') => ({
  ...{ ...place(index, batch_id), key: `svc-${index}`, fence, state: 'held' as const },
});

interface Scene {
  readonly batches: readonly SheetSketch[];
  readonly before?: readonly InboxMessage[];
  readonly told: readonly InboxMessage[];
}

/** A state after these batches were planned and these messages were read. */
const sceneOf = ({ batches, before = [] }: Omit<Scene, 'told'>): ScheduleState => {
  const scheduler = new Scheduler();
  scheduler.plan(...batches.map(sketchSheet));
  scheduler.tell(...before);
  return scheduler.state;
};

const decided = (scene: Scene, rows: number, grant = true, news: ReadonlyMap<string, NewBatch> = new Map()) =>
  decide(sceneOf(scene), scene.told, { planned: news, rows, grant, now: 0 });

describe('the complete decision', () => {
  const stopped = 'Not started: the batch was stopped because svc-0 is FAILED.';

  test.each<[what: string, scene: Scene, decisions: Partial<Decisions>]>([
    ['for nothing', { batches: [], told: [] }, {}],
    [
      'when one succeeds',
      { batches: [{ waits: [[], [0], []], concurrency: 1 }], told: [recorded(0, 'SUCCESS')] },
      {
        ...{ consumed: 1, ...written('one'), grants: [granted(1, 2)] },
        locks: new Map([
          ['one/0', undefined],
          ['one/1', held(1, 2)],
        ]),
      },
    ],
    [
      'when one fails',
      { batches: [{ waits: [[], [0], []], concurrency: 1, onFailure: 'stop' }], told: [recorded(0, 'FAILED')] },
      {
        ...{ consumed: 1, ...written('one'), locks: new Map([['one/0', undefined]]) },
        refusals: [
          {
            ...named(1),
            status: 'SKIPPED',
            reason: 'DependencyFailed',
            message: 'Not started: svc-0, which it depends on, is FAILED.',
          },
          { ...named(2), status: 'SKIPPED', reason: 'BatchStopped', message: stopped },
        ],
      },
    ],
    [
      'when one is UNKNOWN',
      { batches: [{ waits: free(1) }], told: [recorded(0, 'UNKNOWN')] },
      { ...{ consumed: 1, ...written('one') }, locks: new Map([['one/0', { ...held(0, 1), state: 'unknown' }]]) },
    ],
    [
      'when a batch is cancelled',
      { batches: [{ waits: free(2), concurrency: 1 }], told: [cancelled()] },
      {
        ...{ consumed: 1, ...written('one'), revoked: [place(0)] },
        refusals: [
          {
            ...named(1),
            ...{ status: 'CANCELLED', reason: 'BatchCancelled', message: 'Not started: the batch was cancelled.' },
          },
        ],
      },
    ],
    [
      'when a batch ends',
      { batches: [{ waits: free(1) }], before: [recorded(0, 'SUCCESS')], told: [finished()] },
      { consumed: 1, dropped: new Map([['one', 1]]) },
    ],
    [
      'when a batch ends before the report of its last outcome',
      { batches: [{ waits: free(1) }], told: [finished()] },
      { consumed: 1, heads: new Set(['one']) },
    ],
    [
      'when that outcome is reported',
      { batches: [{ waits: free(1) }], before: [finished()], told: [recorded(0, 'SUCCESS')] },
      { consumed: 1, locks: new Map([['one/0', undefined]]), dropped: new Map([['one', 1]]) },
    ],
    [
      'when one is resolved',
      { batches: [{ waits: free(1) }], before: [recorded(0, 'UNKNOWN'), finished()], told: [resolved(0, 'one/0')] },
      { consumed: 1, locks: new Map([['one/0', undefined]]) },
    ],
    [
      'when one is resolved before it is reported as UNKNOWN',
      { batches: [{ waits: chain(2) }], told: [resolved(0, 'one/0')] },
      {
        ...{ consumed: 1, ...written('one'), locks: new Map([['one/0', undefined]]) },
        refusals: [
          {
            ...named(1),
            status: 'SKIPPED',
            reason: 'DependencyUnknown',
            message: 'Not started: svc-0, which it depends on, was UNKNOWN.',
          },
        ],
      },
    ],
    [
      'when one is reported for an unplanned batch',
      {
        batches: [{ waits: free(1) }],
        told: [recorded(0, 'PROCESSING'), planned('one'), planned('two'), cancelled('two')],
      },
      { consumed: 4 },
    ],
    [
      'when a refused one has ended',
      {
        batches: [{ waits: chain(2) }, { id: 'two', waits: free(2), concurrency: 1 }],
        before: [recorded(0, 'FAILED'), cancelled('two')],
        told: [recorded(1, 'FAILED'), recorded(1, 'FAILED'), recorded(0, 'FAILED'), recorded(1, 'SUCCESS', 'two')],
      },
      { consumed: 4, forestalled: [place(1), place(1, 'two')] },
    ],
    [
      'when one in a forgotten batch has ended',
      { batches: [], told: [recorded(1, 'FAILED')] },
      { consumed: 1, forestalled: [place(1)] },
    ],
  ])('%s', (_, scene, decisions) => {
    expect(decided(scene, 96)).toEqual({ ...nothing, ...decisions });
  });

  test('when batches are planned', () => {
    const news = new Map(
      ['one', 'two'].map((id): [string, NewBatch] => [
        id,
        {
          sheet: sketchSheet({ id, waits: free(501), concurrency: 1 }),
          cancelled: id === 'two',
          recorded: [{ index: 500, status: 'SUCCESS' }],
        },
      ]),
    );
    const state = emptySchedule();
    const decisions = decide(state, [planned('one'), planned('two')], {
      planned: news,
      rows: 30,
      grant: false,
      now: 0,
    });
    expect(decisions).toEqual({
      ...{ ...nothing, consumed: 2, heads: new Set(['one', 'two']) },
      pages: new Map([
        ['one', new Set([0, 1])],
        ['two', new Set([0, 1])],
      ]),
    });
    expect([...state.batches.values()].map(({ head }) => head)).toEqual([
      { batch_id: 'one', order: 1, inFlight: 0, telling: [], counts: { PENDING: 500, SUCCESS: 1 } },
      {
        ...{ batch_id: 'two', order: 2, inFlight: 0, telling: [], counts: { PENDING: 500, SUCCESS: 1 } },
        closing: { why: 'cancelled', because: '', at: 0 },
      },
    ]);
  });
});

/** With these rows it can continue. With one less, the message or the turn has to wait for the next round. */
describe('the fewest rows for a complete decision', () => {
  const fewest = (scene: Scene, grant: boolean): number => {
    for (let rows = 0; ; rows++) {
      const { consumed, more } = decided(scene, rows, grant, news);
      if (consumed === scene.told.length && !more) return rows;
    }
  };
  const turn = 5 + mostLocks;
  const keeping: readonly SheetSketch[] = [
    { waits: free(1), locks: [['/b']] },
    { id: 'two', waits: free(1), locks: [['/0', '/a', '/b']] },
  ];
  const many = sketchSheet({ id: 'many', waits: chain(1001) });
  const news = new Map([['many', { sheet: many, cancelled: false, recorded: [] }]]);
  const withDependent: SheetSketch = { waits: [[], [0], []], concurrency: 1 };

  test.each<[what: string, scene: Scene, reading: number, deciding: number]>([
    ['nothing to do', { batches: [], told: [] }, 0, 0],
    ['nothing to read, and no turn to grant', { batches: [{ waits: free(1) }], told: [] }, 0, 0],
    [
      'an outcome of a forgotten batch',
      { batches: [{ waits: free(1) }], told: [recorded(5, 'PROCESSING', 'x')] },
      3,
      3,
    ],
    ['one with a lock', { batches: [{ waits: free(1) }], told: [recorded(0, 'PROCESSING')] }, 4, 4],
    ['one with two locks', { batches: [{ waits: [[]], locks: [['/a']] }], told: [recorded(0, 'PROCESSING')] }, 5, 5],
    ['an outcome', { batches: [{ waits: free(1) }], told: [recorded(0, 'SUCCESS')] }, 4, 4],
    ['a dependent to notify', { batches: [withDependent], told: [recorded(0, 'SUCCESS')] }, 7, 4 + turn],
    ['a dependent to refuse', { batches: [withDependent], told: [recorded(0, 'FAILED')] }, 7, 5 + turn],
    ['a batch to cancel', { batches: [{ waits: free(2), concurrency: 1 }], told: [cancelled()] }, 3, 6],
    [
      'a batch to forget',
      { batches: [{ waits: free(1) }], before: [recorded(0, 'SUCCESS')], told: [finished()] },
      4,
      4,
    ],
    ['a batch to forget with its reserved locks', { batches: keeping, told: [finished('two')] }, 6, 6],
    ['a batch to cancel with its reserved locks', { batches: keeping, told: [cancelled('two')] }, 3, 7],
    ['a plan that no longer exists', { batches: [], told: [planned('x')] }, 2, 2],
    ['many to plan', { batches: [], told: [planned('many')] }, 5, 5 + turn],
  ])('%s', (_, scene, reading, deciding) => {
    expect([fewest(scene, false), fewest(scene, true)]).toEqual([reading, deciding]);
  });
});

/** Looks that write no row count too: a round must not take long. */
describe('a round looks at a thousand of a kind', () => {
  const rows = 10_000;
  const rounds = (
    state: ScheduleState,
    messages: readonly InboxMessage[],
    planned: ReadonlyMap<string, NewBatch> = new Map(),
  ) => {
    const decisions = [decide(state, messages, { planned, rows, grant: true, now: 0 })];
    while (decisions.at(-1)!.more) decisions.push(decide(state, [], { planned, rows, grant: true, now: 0 }));
    return decisions.map(({ grants, refusals, revoked }) => [grants.length, refusals.length, revoked.length]);
  };
  const hub = (count: number): SheetSketch => ({
    waits: [[], ...Array.from({ length: count }, () => [0]), []],
    concurrency: 1,
  });

  test.each([
    [1_000, [[1, 0, 0]]],
    [
      1_001,
      [
        [0, 0, 0],
        [1, 0, 0],
      ],
    ],
  ])('notified dependents, %i', (count, decided) => {
    expect(rounds(sceneOf({ batches: [hub(count)] }), [recorded(0, 'SUCCESS')])).toEqual(decided);
  });

  test('and then there is more to decide, even if no turn may be granted', () => {
    const more = (count: number) =>
      decide(sceneOf({ batches: [hub(count)] }), [recorded(0, 'SUCCESS')], {
        planned: new Map(),
        rows,
        grant: false,
        now: 0,
      }).more;
    expect([more(1_000), more(1_001)]).toEqual([false, true]);
  });

  test.each([
    [1_000, [[0, 0, 0]]],
    [
      1_001,
      [
        [0, 0, 0],
        [0, 1, 0],
      ],
    ],
  ])('in a cancelled batch, %i', (count, decided) => {
    const sheet = sketchSheet({ waits: free(count), concurrency: 1 });
    const ended = Array.from({ length: 1_000 }, (_, index) => ({ index, status: 'SUCCESS' as const }));
    const news = new Map([['one', { sheet, cancelled: true, recorded: ended }]]);
    expect(rounds(emptySchedule(), [planned('one')], news)).toEqual(decided);
  });

  test.each([
    [1_000, 1],
    [1_001, 2],
    [2_000, 2],
    [2_001, 3],
  ])('that might have a turn and have to wait, %i', (count, times) => {
    const sheet = sketchSheet({ waits: free(count), targets: free(count).map(() => 't') });
    const state = sceneOf({ batches: [{ id: 'first', waits: free(1), targets: ['t'], concurrency: 1 }] });
    expect(rounds(state, [planned('one')], new Map([['one', { sheet, cancelled: false, recorded: [] }]]))).toHaveLength(
      times,
    );
  });
});
