import { describe, expect, test } from 'vitest';
import type { HoldScope } from '../../../lib/domain/holds/hold.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import type { Cells } from '../../../lib/domain/schedule/cells.ts';
import type { Sheet } from '../../../lib/domain/schedule/sheet.ts';
import {
  cancelled,
  chain,
  free,
  planned,
  recorded,
  rowsOf,
  rowsPerRound,
  Scheduler,
  type SheetSketch,
  sketchSheet,
} from './scheduler.ts';

/**
 * A scheduler that counts every look at a deployment: each element read from the sheet's lists, and each cell read or
 * set.
 * Counting starts after planning, because planning looks at everything once.
 */
const counting = (sheet: Sheet, scheduler = new Scheduler()) => {
  let looks = 0;
  const watched = <Entry>(list: readonly Entry[]): readonly Entry[] =>
    new Proxy(list, {
      get: (target, name) => {
        if (typeof name === 'string' && /^\d+$/.test(name)) looks += 1;
        return Reflect.get(target, name);
      },
    });
  scheduler.plan(sheet);
  const batch = scheduler.state.batches.get(sheet.batch_id)!;
  const { cells } = batch;
  const watchedCells = {
    length: cells.length,
    pages: cells.pages,
    at: (index: number) => {
      looks += 1;
      return cells.at(index);
    },
    set: (index: number, cell: never) => {
      looks += 1;
      cells.set(index, cell);
    },
    page: (page: number) => cells.page(page),
  };
  const { keys, targets, ranks, dependencies, dependents, class_of } = sheet;
  scheduler.state.batches.set(sheet.batch_id, {
    ...batch,
    cells: watchedCells as unknown as Cells,
    sheet: {
      ...sheet,
      keys: watched(keys),
      targets: watched(targets),
      ranks: watched(ranks),
      dependencies: watched(dependencies),
      dependents: watched(dependents.map(watched)),
      class_of: watched(class_of),
    },
  });
  const planning = scheduler.rounds.length;
  const looksOfRounds: number[] = [];
  return {
    scheduler,
    /** Sends one message, decides to the end, and returns the most looks of one round. */
    tell: (...messages: InboxMessage[]): string[] => {
      const words: string[] = [];
      const round = scheduler.round.bind(scheduler);
      scheduler.round = () => {
        looks = 0;
        const decisions = round();
        looksOfRounds.push(looks);
        return decisions;
      };
      words.push(...scheduler.tell(...messages));
      scheduler.round = round;
      return words;
    },
    mostLooks: () => Math.max(...looksOfRounds),
    rounds: () => scheduler.rounds.slice(planning),
  };
};

const holdOn = (id: string, scope: HoldScope): InboxMessage => ({
  type: 'hold',
  hold: { id, kind: 'pause', scope, rollbacks: false, reason: 'Because.', by: 'alice', since: 0 },
});

/** A thousand visits with a few looks each: the same for a batch of any size. */
const looksOfFullRound = 12_000;

const hub = (count: number) => Array.from({ length: count }, (_, at) => (at === 0 ? [] : [0]));
/** A spine where every vertebra has a rib. Plans put the spine first, because its critical path is longer. */
const caterpillar = (count: number) => {
  const spine = count / 2;
  return Array.from({ length: count }, (_, at) => (at === 0 ? [] : [at < spine ? at - 1 : at - spine]));
};
/** The worst case: two chains with rungs, where no order of notification keeps the stack short. */
const ladder = (count: number) =>
  Array.from({ length: count }, (_, at) =>
    at === 0 ? [] : at % 2 === 1 ? [at - 1] : at === 2 ? [0, 1] : [at - 2, at - 1],
  );

describe('one decision writes at most a transaction and looks at a limited number of deployments', () => {
  test.each([
    ['a hub of 9,999 dependents that succeeds', hub(10_000), recorded(0, 'SUCCESS'), 10],
    ['a hub of 9,999 dependents that fails', hub(10_000), recorded(0, 'FAILED'), 9_999],
    ['a chain of 10,000 whose first one fails', chain(10_000), recorded(0, 'FAILED'), 9_999],
    ['a caterpillar of 10,000 whose first one fails', caterpillar(10_000), recorded(0, 'FAILED'), 9_999],
    ['10,000 cancelled ones', chain(10_000), cancelled(), 10_000],
  ])('%s', (_, waits, message, decided) => {
    const { tell, mostLooks, rounds } = counting(sketchSheet({ waits, concurrency: 10 }));
    expect(tell(message)).toHaveLength(decided);
    expect(Math.max(...rounds().map(rowsOf))).toBeLessThanOrEqual(rowsPerRound);
    expect(mostLooks()).toBeLessThan(looksOfFullRound);
  });

  test.each([1_000, 10_000])('planning %i writes at most a transaction at once', (count) => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ waits: free(count), concurrency: 100 }));
    expect(Math.max(...scheduler.rounds.map(rowsOf))).toBeLessThanOrEqual(rowsPerRound);
  });

  test('late outcomes of a forgotten batch, together with more grants than fit', () => {
    const scheduler = new Scheduler();
    const sheet = sketchSheet({ waits: free(100), concurrency: 100 });
    scheduler.news.set('one', { sheet, cancelled: false, recorded: [] });
    const late = Array.from({ length: 19 }, (_, index) => recorded(index, 'FAILED', 'gone'));
    expect(scheduler.tell(planned('one'), ...late)).toHaveLength(100);
    expect(scheduler.rounds[0]?.forestalled).toHaveLength(19);
    expect(Math.max(...scheduler.rounds.map(rowsOf))).toBeLessThanOrEqual(rowsPerRound);
  });

  test('several large batches that are planned, ended and forgotten at once', () => {
    const scheduler = new Scheduler();
    const ids = Array.from({ length: 8 }, (_, at) => `batch-${at}`);
    scheduler.plan(...ids.map((id) => sketchSheet({ id, waits: free(10_000), concurrency: 3 })));
    const ended = ids.flatMap((id) => [0, 1, 2].map((index) => recorded(index, 'SUCCESS', id)));
    scheduler.tell(...ended, ...ids.map((batch_id) => ({ type: 'finished', batch_id }) as const));
    expect(Math.max(...scheduler.rounds.map(rowsOf))).toBeLessThanOrEqual(rowsPerRound);
    for (const id of ids) scheduler.tell(...[3, 4, 5].map((index) => recorded(index, 'SUCCESS', id)));
    expect(scheduler.state.batches.size).toBe(0);
    expect(scheduler.state.locks.size).toBe(0);
  });
});

describe('one outcome costs the same in a batch of any size', () => {
  test.each([
    ['10,000 blocked by a limit', free(10_000), { counts: free(10_000).map(() => ['a']), limits: { a: 1 } }],
    ['10,000 blocked by the batch', free(10_000), { concurrency: 1 }],
    ['a chain of 10,000', chain(10_000), {}],
  ])('%s', (_, waits, sketch) => {
    const { tell, mostLooks } = counting(sketchSheet({ waits, ...sketch }));
    for (let index = 0; index < 200; index++) {
      expect(tell(recorded(index, 'SUCCESS'))).toEqual([`one:${index + 1} granted`]);
    }
    expect(mostLooks()).toBeLessThan(60);
  });

  test('a hub that waits for 9,999: each of them costs the same, and its rows do not grow', () => {
    const waits = [...free(9_999), Array.from({ length: 9_999 }, (_, at) => at)];
    const { tell, mostLooks, rounds } = counting(sketchSheet({ waits, concurrency: 10_000, lane: 'rollback' }));
    for (let index = 0; index < 9_998; index++) expect(tell(recorded(index, 'SUCCESS'))).toEqual([]);
    expect(mostLooks()).toBeLessThan(60);
    expect(Math.max(...rounds().map(rowsOf))).toBeLessThanOrEqual(6);
    expect(tell(recorded(9_998, 'SUCCESS'))).toEqual(['one:9999 granted']);
  });

  test('10,000 blocked by their targets: each is checked once, a thousand at a time, then only the one with a free target', () => {
    const targets = free(10_000).map((_, at) => `t${at}`);
    const other = new Scheduler();
    other.plan(sketchSheet({ id: 'other', waits: free(10_000), targets, concurrency: 10_000 }));
    const planning = other.rounds.length;
    const { tell, mostLooks, scheduler } = counting(sketchSheet({ waits: free(10_000), targets }), other);
    expect(scheduler.rounds.length - planning).toBeGreaterThanOrEqual(10);
    expect(scheduler.rounds.slice(planning).flatMap(({ grants }) => grants)).toEqual([]);
    for (let index = 0; index < 200; index++) {
      expect(tell(recorded(index, 'SUCCESS', 'other'))).toEqual([`one:${index} granted`]);
    }
    expect(mostLooks()).toBeLessThan(60);
  });
});

describe('a message costs the same for any number of batches and holds', () => {
  const names = ['environment:uat', 'cluster:eu', 'executor:acme'];
  const other = ['environment:prod', 'cluster:us', 'executor:acme'];
  /** How often a batch is looked up, among all batches, and the decisions, at each of ten outcomes. */
  const costs = (waiting: number, holds: number, fields: Partial<SheetSketch>): unknown => {
    const scheduler = new Scheduler();
    scheduler.tell(...Array.from({ length: holds }, (_, at) => holdOn(`H${at}`, scopes[at % scopes.length]!)));
    const works = { waits: free(20), counts: free(20).map(() => names), limits: { 'cluster:eu': 1 } };
    scheduler.plan(sketchSheet({ id: 'works', ...works }));
    const ids = Array.from({ length: waiting }, (_, at) => `batch-${at}`);
    scheduler.plan(...ids.map((id) => sketchSheet({ id, waits: free(1), counts: [names], ...fields })));
    const { batches } = scheduler.state;
    let looks = 0;
    const get = batches.get.bind(batches);
    batches.get = (id) => {
      looks += 1;
      return get(id);
    };
    batches.values = () => {
      throw new Error('all batches are looked at');
    };
    return Array.from({ length: 10 }, (_, index) => {
      looks = 0;
      const before = scheduler.rounds.length;
      const words = scheduler.tell(recorded(index, 'SUCCESS', 'works'));
      const rounds = scheduler.rounds.slice(before);
      return [words, looks, rounds.map(rowsOf)];
    });
  };
  const scopes = ['a', 'b', 'c'].flatMap((name) => [
    { environment: 'uat', pillar: name },
    { service: `risk/${name}` },
    { cluster: 'us', environment: name },
    { batch: name },
  ]);
  const none = costs(0, 0, {});

  test('500 batches blocked by a limit', () => {
    expect(costs(500, 0, {})).toEqual(none);
  });

  test('500 batches blocked by their targets', () => {
    const blocked = { counts: [other], targets: ['works/19'] };
    const scheduler = costs(500, 0, blocked);
    expect(scheduler).toEqual(costs(1, 0, blocked));
  });

  test('500 held batches', () => {
    expect(costs(500, 1, { counts: [other] })).toEqual(costs(1, 1, { counts: [other] }));
  });

  test('200 holds', () => {
    expect(costs(10, 200, {})).toEqual(costs(10, 0, {}));
  });
});

test.each([
  ['a caterpillar', caterpillar(10_000), 1_000],
  ['a hub', hub(10_000), 1_000],
  ['a ladder', ladder(10_000), 300 * 1024],
])('the head of a batch stays a small row while its dependents are notified: %s', (_, waits, bytes) => {
  const scheduler = new Scheduler();
  scheduler.plan(sketchSheet({ waits, concurrency: 1 }));
  let largest = 0;
  const round = scheduler.round.bind(scheduler);
  scheduler.round = () => {
    const decisions = round();
    largest = Math.max(largest, JSON.stringify(scheduler.state.batches.get('one')!.head).length);
    return decisions;
  };
  expect(scheduler.tell(recorded(0, 'FAILED'))).toHaveLength(9_999);
  expect(largest).toBeLessThan(bytes);
});
