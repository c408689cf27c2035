import { describe, expect, it } from 'vitest';
import { chooseEvents } from '../../lib/executors/harness/event-finder.ts';
import { sortCandidates, unreadOf } from '../../lib/executors/harness/key-search.ts';
import { clockSkewMilliseconds, type ListsRead, nextList, type Unseen } from '../../lib/executors/harness/list-plan.ts';
import { Lacks, Pauses, Recent } from '../../lib/executors/harness/memory.ts';
import { choosePages } from '../../lib/executors/harness/run-pages.ts';
import { type Row, RunRows, rowOf } from '../../lib/executors/harness/run-rows.ts';
import type { Expected } from '../../lib/executors/harness/wanted-runs.ts';

/** What a look reads next. Nothing here asks anybody. */

const now = 1_000_000_000;
const minute = 60_000;
const settings = { pipeline: 'p', mode: 'webhook', scope: {} } as const;

describe('the next list', () => {
  const nothing: Unseen = { followed: [], events: [], searched: [] };
  const unread: ListsRead = { live: false };
  const seen: ListsRead = { live: true };
  const ago = (...minutes: readonly number[]) => minutes.map((each) => now - each * minute);
  const from = (minutes: number) => now - minutes * minute - clockSkewMilliseconds;
  const read = (minutes: number, live = false): ListsRead => ({ live, all: { from: from(minutes), isComplete: true } });

  it.each<[string, Partial<Unseen>, ListsRead, boolean, object | undefined]>([
    ['nothing in flight', {}, unread, false, undefined],
    ['runs in flight', { followed: ago(5, 30) }, unread, false, { kind: 'live', from: from(30), isWhole: false }],
    ['events in flight', { events: ago(1) }, unread, false, { kind: 'live', from: from(1) }],
    ['all seen', {}, seen, false, undefined],
    ['a few no longer running', { followed: ago(5, 6, 7) }, seen, false, undefined],
    ['a few events without a run', { events: ago(1, 1, 1, 1, 1) }, seen, false, undefined],
    ['many no longer running', { followed: ago(5, 6, 7, 8) }, seen, false, { kind: 'all', from: from(8), pages: 5 }],
    ['many events without a run', { events: ago(1, 1, 1, 1, 1, 2) }, seen, false, { kind: 'all', from: from(2) }],
    ['many that no list shows', { followed: ago(5, 6, 7, 8) }, read(8, true), false, undefined],
    [
      'many begin and end',
      { followed: ago(5) },
      unread,
      true,
      { kind: 'all', from: from(5), pages: 2, isWhole: false },
    ],
    ['many end, and some were not shown', { followed: ago(90) }, read(60), true, { kind: 'live', from: from(90) }],
    ['many end, and the missing ones are nowhere', { followed: ago(5) }, read(60), true, undefined],
    ['a search', { searched: ago(2) }, unread, false, { kind: 'all', from: from(2), isWhole: true }],
    ['a search beside older runs', { searched: ago(2), followed: ago(9) }, read(2), false, { kind: 'live' }],
    ['a search beside younger runs', { searched: ago(2), followed: ago(1) }, read(2), false, undefined],
    ['a search that is complete', { searched: ago(2) }, read(2), false, undefined],
  ])('with %s', (_, unseen, lists, isBusy, expected) => {
    const next = nextList({ ...nothing, ...unseen }, lists, { now, late: 5 * minute, isBusy });
    if (expected === undefined) expect(next).toBeUndefined();
    else expect(next).toMatchObject(expected);
  });

  it('of ended ones covers no more than the time in which they can have begun', () => {
    const unseen = { ...nothing, followed: ago(90, 91, 92, 93) };
    const next = nextList(unseen, seen, { now, late: 5 * minute, isBusy: false });
    expect(next?.to).toBe(now - 85 * minute + clockSkewMilliseconds);
  });
});

describe('the next reads are', () => {
  it('five pages of runs, the least recently read first, before all others those never read', () => {
    const asked: Readonly<Record<string, number>> = { 'run a': 9, 'run b': 3, 'run c': 5, 'run d': 4, 'run e': 8 };
    const missing = ['a', 'b', 'c', 'd', 'e', 'f'].map((ref) => ({ ref }));
    const chosen = choosePages(missing, (id) => asked[id] ?? Number.NEGATIVE_INFINITY);
    expect(chosen.map(({ ref }) => ref)).toEqual(['f', 'b', 'd', 'c', 'e']);
  });

  it('five events that are due: the newly late ones, then the least recently read, then the oldest', () => {
    const event = (name: string, sentAt: number, isLate = false): Expected => ({
      ...{ key: name, event: name, settings, sentAt, isLate },
    });
    const asked: Readonly<Record<string, number>> = { asked: 5, earlier: 4, 'asked-while-young': 18, 'not-due': 30 };
    const unseen = [
      ...[event('asked', 1), event('earlier', 2), event('not-due', 0, true), event('young', 9), event('old', 3)],
      ...[event('late', 8, true), event('asked-while-young', 8, true)],
    ];
    const chosen = chooseEvents(unseen, {
      isDue: (name) => !['asked-while-young', 'not-due'].includes(name),
      lastOf: (name) => asked[name] ?? Number.NEGATIVE_INFINITY,
      late: 10,
    });
    expect(chosen.map((each) => each.event)).toEqual(['late', 'asked-while-young', 'old', 'young', 'earlier']);
  });

  it('the same one is read again after 10, 20, 40 and then every 60 seconds', () => {
    const pauses = new Pauses();
    const asked: number[] = [];
    for (let second = 0; second <= 260; second += 1) {
      if (!pauses.isDue('x', second * 1_000)) continue;
      pauses.note('x', second * 1_000);
      asked.push(second);
    }
    expect(asked).toEqual([0, 10, 30, 70, 130, 190, 250]);
  });
});

describe('what an installation lacks', () => {
  it('is believed after this many in a row, for ten minutes', () => {
    const lacks = new Lacks();
    lacks.missed('notes', now, 3);
    lacks.missed('notes', now, 3);
    lacks.shown('notes');
    lacks.missed('notes', now, 3);
    lacks.missed('notes', now, 3);
    expect(lacks.has('notes', now)).toBe(false);
    lacks.missed('notes', now, 3);
    expect(lacks.has('notes', now + 10 * minute - 1)).toBe(true);
    expect(lacks.has('notes', now + 10 * minute)).toBe(false);
    expect(lacks.has('payloads', now)).toBe(false);
    lacks.missed('notes', now + 10 * minute, 3);
    expect(lacks.has('notes', now + 10 * minute)).toBe(false);
  });
});

it('what it remembers is bounded: it forgets the oldest entries first', () => {
  const recent = new Recent<number>();
  for (let nth = 0; nth < 20_000; nth += 1) recent.set(`${nth}`, nth);
  recent.set('0', 0);
  recent.set('new', 1);
  expect([recent.get('0'), recent.get('1'), recent.get('2'), recent.get('new')]).toEqual([0, undefined, 2, 1]);
});

it('a run that a list has shown as ended stays so, no matter what an older page shows after that', () => {
  const rows = new RunRows(new Set());
  const row = { planExecutionId: 'a', startTs: now };
  rows.add([{ ...row, status: 'Running' }]);
  rows.add([{ ...row, status: 'Success', endTs: now + 1 }]);
  rows.add([{ ...row, status: 'Running' }]);
  expect(rows.get('a')).toMatchObject({ isLive: false, json: { status: 'Success' } });
});

describe('the candidates of a search', () => {
  const keys = new Set(['k-1', 'k-2']);
  const row = (planExecutionId: string, shown: object = {}): Row =>
    rowOf({ planExecutionId, status: 'Running', startTs: now, ...shown })!;
  const ofEvent = (id: string, extra: object = {}) => ({
    executionTriggerInfo: { triggeredBy: { extraInfo: { eventCorrelationId: id, ...extra } } },
  });
  const over = { status: 'Failed', endTs: now + 1 };

  interface Case {
    readonly rows: readonly Row[];
    readonly mode?: 'webhook' | 'execute';
    readonly texts?: Readonly<Record<string, string>>;
    readonly isHidden?: boolean;
    readonly found?: readonly string[];
    readonly unread?: readonly string[];
  }

  it.each<[string, Case]>([
    ['one that shows the key', { rows: [row('a', { name: 'of k-1' })], found: ['a'] }],
    ['one with a longer key', { rows: [row('a', { name: 'of k-12 xk-1 k-1-1' })] }],
    ['an event that was not read', { rows: [row('a', ofEvent('e'))], unread: ['a'] }],
    ['an event with our key', { rows: [row('a', ofEvent('e'))], texts: { e: 'k-1' }, found: ['a'] }],
    ['an event with another key', { rows: [row('a', ofEvent('e'))], texts: { e: 'k-3' } }],
    ['an event without a key', { rows: [row('a', ofEvent('e'))], texts: { e: '' } }],
    ['an event, where no payload is shown', { rows: [row('a', ofEvent('e'))], isHidden: true }],
    ['no event, after a start by webhook', { rows: [row('a')] }],
    ['notes that were not read', { rows: [row('a')], mode: 'execute', unread: ['a'] }],
    ['notes with our key', { rows: [row('a')], mode: 'execute', texts: { a: 'by k-1' }, found: ['a'] }],
    ['notes in the row', { rows: [row('a', { notes: 'k-1' })], mode: 'execute', found: ['a'] }],
    ['other notes in the row', { rows: [row('a', { notes: 'k-3' })], mode: 'execute' }],
    ['no notes, as the row says', { rows: [row('a', { notesExistForPlanExecutionId: false })], mode: 'execute' }],
    ['a run of a trigger, after an execute call', { rows: [row('a', ofEvent('e'))], mode: 'execute' }],
    ['one that began before', { rows: [row('a', { name: 'k-1', startTs: now - clockSkewMilliseconds - 1 })] }],
    [
      'one that is found: ended ones are not read',
      {
        rows: [row('b', ofEvent('f')), row('c', { ...ofEvent('g'), ...over }), row('a', { name: 'k-1' })],
        found: ['a'],
        unread: ['b'],
      },
    ],
    [
      'several, oldest first',
      {
        rows: [row('b', { ...ofEvent('e'), startTs: now + 2 }), row('a', { ...ofEvent('f'), startTs: now + 1 })],
        unread: ['a', 'b'],
      },
    ],
  ])('%s', (_, { rows, mode = 'webhook', texts = {}, isHidden = false, found = [], unread = [] }) => {
    const search = { key: 'k-1', settings, sentAt: now, isLate: false };
    const candidates = sortCandidates(rows, { keys, mode }, { textOf: (id) => texts[id], isHidden });
    expect(unreadOf(search, candidates).map(({ ref }) => ref)).toEqual(unread);
    const shown = (candidates.byKey.get('k-1') ?? []).filter(
      ({ startTs = 0 }) => startTs >= now - clockSkewMilliseconds,
    );
    expect(shown.map(({ ref }) => ref)).toEqual(found);
  });
});
