import { describe, expect, it, test } from 'vitest';
import { counted } from '../../../lib/domain/counted.ts';
import { cut } from '../../../lib/domain/cut.ts';
import { FlotillaError, isFlotillaError } from '../../../lib/domain/errors.ts';
import { measureEvent } from '../../../lib/domain/measurement/measure-event.ts';
import { partsOf } from '../../../lib/domain/parts-of.ts';
import type { Item } from '../../../lib/domain/ports.ts';
import { personNamed } from '../../../lib/domain/record/actor.ts';
import { isLatest, prefixOfBatchIds, shortestPrefix, wholeBatchId } from '../../../lib/domain/record/batch-id.ts';
import { busEventOf } from '../../../lib/domain/record/bus-event.ts';
import { brokenLink, chainEvent } from '../../../lib/domain/record/chain.ts';
import { changeHeader, changeItem, pendingItem, shownReason } from '../../../lib/domain/record/change.ts';
import { eventIn } from '../../../lib/domain/record/event-catalogue.ts';
import { messageIn } from '../../../lib/domain/record/inbox-message.ts';
import {
  clusterWatcher,
  documentPaths,
  executorWatcher,
  keys,
  lastFeedNumber,
} from '../../../lib/domain/record/keys.ts';
import type { LastOutcomeRow } from '../../../lib/domain/record/recorded-release.ts';
import { recordedRelease } from '../../../lib/domain/record/recorded-release.ts';
import { type EventRow, type HeaderRow, itemOf, type Release } from '../../../lib/domain/record/rows.ts';
import { checkUploadId, uploadHeaders, uploadIdBytes, uploadTooLarge } from '../../../lib/domain/record/upload.ts';

const september = Date.UTC(2026, 8, 30, 5);

/** As in the table in `keys.ts`: stored data is found by these keys. */
test.each<[string, { readonly pk: string; readonly sk: string }]>([
  ['BATCHES b', keys.listed('b')],
  ['SUBMITTER#ada b', keys.submitted('ada', 'b')],
  [`SUBMITTER#${'x'.repeat(255)} b`, keys.submitted('x'.repeat(256), 'b')],
  [`SUBMITTER#${'x'.repeat(254)}\ufffd b`, keys.submitted(`${'x'.repeat(254)}\u{1f6a2}`, 'b')],
  ['OPEN b', keys.open('b')],
  ['IDEMPOTENCY#ada submit#k', keys.idempotency('ada', 'k')],
  ['IDEMPOTENCY#k -', keys.idempotencyOfAll('k')],
  ['BATCH#b HEADER', keys.header('b')],
  ['BATCH#b PLAN', keys.planClaim('b')],
  ['BATCH#b ITEM#00007', keys.item('b', 7)],
  ['BATCH#b OUTCOMES', keys.outcomes('b')],
  ['BATCH#b CAPTURE#00007', keys.capture('b', 7)],
  ['BATCH#b ATTEMPT#00007#deploy-1', keys.attempt('b', 7, 'deploy-1')],
  ['BATCH#b TOKEN#00007#turn', keys.token('b', 7, 'turn')],
  ['BATCH#b ANSWER#00007#restore', keys.answer('b', 7, 'restore')],
  ['EVENTS#b 00007#00012', keys.event('b', 7, 12)],
  ['EVENTS#b batch#00012', keys.event('b', 'batch', 12)],
  ['FEED#b HEAD', keys.feedHead('b')],
  ['FEED#b 000000012', keys.feed('b', 12)],
  ['UNANCHORED 000000000000012#b', keys.unanchored(12, 'b')],
  ['DISPATCHER LEASE', keys.lease],
  ['DISPATCHER STATE', keys.schedule],
  ['DISPATCHER BATCH#b', keys.scheduleBatch('b')],
  ['DISPATCHER PAGE#b#00003', keys.schedulePage('b', 3)],
  ['DISPATCHER LOCK#t', keys.lock('t')],
  ['DISPATCHER TURN#b#00007', keys.turn('b', 7)],
  ['INBOX i', keys.inbox('i')],
  ['REJECTED i', keys.rejected('i')],
  ['WATCH#executor:a b#00007#deploy-1', keys.watch(executorWatcher('a'), 'b', 7, 'deploy-1')],
  ['WATCHERS cluster:c', keys.watcher(clusterWatcher('c'))],
  ['HINTS executor:a', keys.hint(executorWatcher('a'))],
  ['TARGET#t GOOD', keys.goodRelease('t')],
  ['TARGET#t LAST', keys.lastOutcome('t')],
  ['TARGET#t RELEASE#i', keys.release('t', 'i')],
  ['OBJECT#o LAST', keys.lastChange('o')],
  ['TARGETS#uat eu-1/risk/cva', keys.targetNow('uat/eu-1/risk/cva')],
  ['SERVICES#risk/cva uat/eu-1', keys.targetPointer('uat/eu-1/risk/cva')],
  ['ENVIRONMENTS uat', keys.environment('uat')],
  ['CHANGES#uat#2026-09 001790744400000#b#00007', keys.change('uat', { at: september, batch_id: 'b', index: 7 })],
  ['TARGET#t OUTCOME#001790744400000#b#00007', keys.targetOutcome('t', { at: september, batch_id: 'b', index: 7 })],
  ['BY#tag#a#b#2026-09 001790744400000#b', keys.batchBy('tag', 'a#b', { batch_id: 'b', created_at: september })],
  [
    `BY#actor#${'x'.repeat(255)}#2026-09 001790744400000#b`,
    keys.batchBy('actor', 'x'.repeat(256), { batch_id: 'b', created_at: september }),
  ],
])('%s', (told, { pk, sk }) => {
  expect(`${pk} ${sk}`).toBe(told);
});

test('documents have their paths', () => {
  const { batch, plan, planChunk, schedule, source } = documentPaths;
  expect([source, batch, plan, schedule].map((path) => path('b'))).toEqual(
    ['source.yaml', 'batch.json', 'plan.json', 'schedule.json'].map((name) => `batches/b/${name}`),
  );
  expect(planChunk('b', 7)).toBe('batches/b/plan/00007.json');
});

const header: HeaderRow = {
  ...{ batch_id: 'B', name: 'n', status: 'PENDING', reason: 'Submitted', message: 'm', seq: 0, total: 1 },
  ...{ submitted_by: 'ada', warnings: [], created_at: 1, updated_at: 1 },
};
const told = { status: 'PROCESSING', reason: 'Planned', message: 'Planned.' } as const;

describe('a change is the row and its event, each on its condition', () => {
  it('of a deployment', () => {
    const item = { ...pendingItem('B', 2, 'k'), seq: 4, updated_at: 5, warnings: ['w'] };
    const { row, writes } = changeItem(item, { ...told, step: 'verify' }, { at: 12, actor: 'x', detail: { a: 1 } });
    expect(row).toEqual({ ...item, ...told, step: 'verify', seq: 5, updated_at: 12 });
    const event = {
      ...{
        batch_id: 'B',
        type: 'deployment',
        index: 2,
        key: 'k',
        seq: 5,
        at: 12,
        actor: 'x',
        after_ms: 7,
        detail: { a: 1 },
      },
      ...{ from: 'PENDING', from_reason: 'AwaitingTurn', to: 'PROCESSING', reason: 'Planned', message: 'Planned.' },
    };
    expect(writes).toEqual([
      { put: { ...row, ...keys.item('B', 2) }, when: { equals: { seq: 4 } } },
      { put: { ...event, ...keys.event('B', 2, 5) }, when: { exists: false } },
    ]);
  });

  it('of a deployment without a record, and of a new batch', () => {
    const first = changeItem(pendingItem('B', 2, 'k'), told, { at: 12, actor: 'x' });
    const batch = changeHeader(header, told, { at: 12, actor: 'x' });
    expect([first, batch].map(({ writes: [{ when }] }) => when)).toEqual([{ exists: false }, { exists: false }]);
    expect(first.row).toEqual({
      ...{ batch_id: 'B', index: 2, key: 'k', ...told, seq: 1, step: 'turn', attempt: 1, runs: [], updated_at: 12 },
    });
    expect(pendingItem('B', 2, 'k').message).toBe('Waits for its turn.');
    expect(batch.writes[1]).toEqual({
      put: {
        ...{ batch_id: 'B', type: 'batch', seq: 1, at: 12, actor: 'x', from: null },
        ...{ to: 'PROCESSING', reason: 'Planned', message: 'Planned.', ...keys.event('B', 'batch', 1) },
      },
      when: { exists: false },
    });
  });

  it('of a batch', () => {
    const { row, writes } = changeHeader({ ...header, seq: 3 }, { ...told, plan_hash: 'h' }, { at: 12, actor: 'x' });
    expect(row).toEqual({ ...header, ...told, plan_hash: 'h', seq: 4, updated_at: 12 });
    expect(writes[0]).toEqual({ put: { ...row, ...keys.header('B') }, when: { equals: { seq: 3 } } });
  });
});

test('repairs characters that were cut in half, at any depth', () => {
  const half = '\u{1f6a2}'.slice(0, 1);
  expect(itemOf({ pk: 'p', sk: 's' }, { a: half, b: [{ c: `x${half}` }, null, 1, true], pk: 'other' })).toEqual({
    ...{ a: '\ufffd', b: [{ c: 'x\ufffd' }, null, 1, true], pk: 'p', sk: 's' },
  });
});

const event: EventRow = {
  ...{ batch_id: 'B', type: 'deployment', index: 0, key: 'k', seq: 2, at: 30, actor: 'record' },
  ...{ from: 'PROCESSING', to: 'FAILED', reason: 'RestoreFailed', message: 'm', after_ms: 8 },
};

test('an event on the bus has the id of its place', () => {
  const chained = chainEvent(event, { number: 7 });
  expect(busEventOf(chained)).toEqual({
    ...{ id: 'B/7', type: 'Deployment Status Change', at: 30, detail: { ...chained, version: 1 } },
  });
  expect(busEventOf({ ...chained, type: 'batch' }).type).toBe('Batch Status Change');
});

test('a feed is complete when every event is where it was chained', () => {
  const first = chainEvent(event, { number: 1 });
  const second = chainEvent({ ...event, seq: 3 }, { number: 2, previous: first.hash });
  expect(first).not.toHaveProperty('previous');
  expect(second).toMatchObject({ number: 2, previous: first.hash });
  expect([[], [first], [first, second]].map(brokenLink)).toEqual([undefined, undefined, undefined]);
  expect(brokenLink([second])).toBe(1);
  expect(brokenLink([first, first])).toBe(2);
  expect(brokenLink([first, chainEvent(event, { number: 2, previous: 'x' })])).toBe(2);
  expect(brokenLink([first, { ...second, message: 'changed' }])).toBe(2);
  expect(brokenLink([first, chainEvent(event, { number: 3, previous: first.hash })])).toBe(2);
});

test('nobody can take the name of a part of Flotilla', () => {
  const names = ['plan', 'dispatcher', 'executor', 'observer', 'record', 'finish', 'ada', 'Plan'];
  expect(names.map(personNamed)).toEqual([...names.slice(0, 6).map((name) => `user:${name}`), 'ada', 'Plan']);
});

describe('a name of a batch', () => {
  const id = '01M7Z82VGHV3GT6X1EMB454VBS';
  it.each<[named: string, whole: string | undefined, prefix: string | undefined, isLatest: boolean]>([
    [id, id, id, false],
    [id.toLowerCase(), id, id, false],
    [`${id}0`, undefined, undefined, false],
    [`0${id}`, undefined, undefined, false],
    [id.slice(1), undefined, id.slice(1), false],
    ['01m', undefined, '01M', false],
    ['01MU', undefined, undefined, false],
    ['', undefined, undefined, false],
    ['Latest', undefined, undefined, true],
    ['latest ', undefined, undefined, false],
  ])('%s', (named, whole, prefix, latest) => {
    expect([wholeBatchId(named), prefixOfBatchIds(named), isLatest(named)]).toEqual([whole, prefix, latest]);
  });
});

describe('a message to the dispatcher', () => {
  it.each<[message: Record<string, unknown>, isKnown: boolean]>([
    [{ type: 'planned', batch_id: 'b' }, true],
    [{ type: 'planned', batch_id: '' }, false],
    [{ type: 'planned' }, false],
    [{ type: 'recorded', batch_id: 'b', index: 0, status: 'FAILED' }, true],
    [{ type: 'recorded', batch_id: 'b', index: -1, status: 'FAILED' }, false],
    [{ type: 'recorded', batch_id: 'b', index: 0.5, status: 'FAILED' }, false],
    [{ type: 'recorded', batch_id: 'b', index: 0, status: 'BROKEN' }, false],
    [{ type: 'recorded', batch_id: 'b', status: 'FAILED' }, false],
    [{ type: 'recorded', index: 0, status: 'FAILED' }, false],
    [{ type: 'cancelled', batch_id: 'b' }, true],
    [{ type: 'cancelled' }, false],
    [{ type: 'resolved', batch_id: 'b', index: 0, target: 't' }, true],
    [{ type: 'resolved', batch_id: 'b', index: 0, target: '' }, false],
    [{ type: 'resolved', batch_id: 'b', index: 0 }, false],
    [{ type: 'resolved', batch_id: 'b', target: 't' }, false],
    [{ type: 'resolved', index: 0, target: 't' }, false],
    [{ type: 'finished', batch_id: 'b' }, true],
    [{ type: 'finished' }, false],
    [{ type: 'other', batch_id: 'b' }, false],
  ])('%j: %s', (message, isKnown) => {
    expect(messageIn({ pk: 'INBOX', sk: '1', message: message as never })).toEqual(isKnown ? message : undefined);
  });
});

describe('an event adds to the metrics', () => {
  const by = (change: Partial<EventRow>) =>
    measureEvent({ ...event, ...change }).map(
      ({ name, value, by: what }) => `${name} ${value}${what ? ` ${what}` : ''}`,
    );

  it.each<[what: string, Partial<EventRow>, measured: readonly string[]]>([
    ['of a deployment that ended', { reason: 'PipelineFailed' }, ['Deployments 1 FAILED']],
    [
      'with its duration',
      { reason: 'X', detail: { started_at: 10 } },
      ['Deployments 1 FAILED', 'DeploymentDuration 20'],
    ],
    ...['RestoredPreviousRelease', 'RestoreFailed', 'RestoreUnknown'].map(
      (reason): [string, Partial<EventRow>, string[]] => [
        `whose restore ended as ${reason}`,
        { reason },
        ['Deployments 1 FAILED', `Restores 1 ${reason}`],
      ],
    ),
    ['of one that was verified', { to: 'SUCCESS', reason: 'Verified' }, ['Deployments 1 SUCCESS', 'TimeToVerdict 8']],
    ['of a verdict that is not the end', { actor: 'observer', to: 'PROCESSING', reason: 'X' }, ['TimeToVerdict 8']],
    ['of a change on the way', { actor: 'executor', to: 'PROCESSING', reason: 'RunStarted' }, []],
    ['of a deployment that a person resolved', { actor: 'ada', to: 'SUCCESS', reason: 'ResolvedByOperator' }, []],
    ['of a batch that ended', { type: 'batch', actor: 'finish', to: 'CANCELLED' }, ['Batches 1 CANCELLED']],
    ['of a batch that continues', { type: 'batch', actor: 'plan', to: 'PROCESSING' }, []],
    ['of a batch that is resolved later', { type: 'batch', actor: 'ada', to: 'SUCCESS' }, []],
    ['of a batch that is not sealed', { type: 'batch', actor: 'finish', to: 'PROCESSING' }, []],
  ])('%s', (_, change, measured) => {
    expect(by(change)).toEqual(measured);
  });

  it('of a verdict that is the first change', () => {
    const { after_ms: _, ...first } = event;
    expect(measureEvent({ ...first, actor: 'observer' })).toEqual([]);
  });
});

describe('what runs at a target, as far as recorded', () => {
  const good: Release = {
    version: '1',
    deployment: {} as Release['deployment'],
    origin: 'recorded',
    at: 10,
    batch_id: 'A',
  };
  const last: LastOutcomeRow = {
    batch_id: 'B',
    index: 0,
    key: 'k',
    at: 20,
    status: 'FAILED',
    reason: 'X',
    version: '2',
  };
  const ended = { status: 'FAILED', reason: 'X', version: '2' };
  it.each<[what: string, Release | undefined, LastOutcomeRow | undefined, release: unknown]>([
    ['nothing', undefined, undefined, undefined],
    ['the last good release', good, undefined, { version: '1', batch_id: 'A', at: 10 }],
    ['what a later failure left open', good, last, { batch_id: 'B', at: 20, ended, last_verified: '1' }],
    ['what a later failure left there', good, { ...last, release_after: '1' }, { version: '1', batch_id: 'B', at: 20 }],
    ['the good release after a failure', { ...good, at: 20 }, last, { version: '1', batch_id: 'A', at: 20 }],
    ['what the only failure left open', undefined, last, { batch_id: 'B', at: 20, ended }],
    [
      'the containers that a good release could not distinguish',
      { ...good, containers: ['a', 'b'] },
      undefined,
      { version: '1', batch_id: 'A', at: 10, containers: ['a', 'b'] },
    ],
    [
      'the containers that a later failure could not distinguish',
      good,
      { ...last, release_after: '1', containers: ['a', 'b'] },
      { version: '1', batch_id: 'B', at: 20, containers: ['a', 'b'] },
    ],
  ])('%s', (_, one, other, release) => {
    expect(recordedRelease(one, other)).toEqual(release);
  });
});

describe('an upload', () => {
  it.each([
    ['0123456789abcdef'.repeat(3).slice(0, 40), true],
    ['0'.repeat(39), false],
    ['0'.repeat(41), false],
    [`${'0'.repeat(39)}g`, false],
    [`${'0'.repeat(39)}/`, false],
    [`g${'0'.repeat(39)}`, false],
  ])('%s is an id: %s', (id, is) => {
    const check = () => checkUploadId(id);
    if (is) expect(check).not.toThrow();
    else expect(check).toThrow('This is not an upload id: it needs 40 digits and letters from a to f.');
  });

  it('arrives with its size and type', () => {
    expect(uploadIdBytes * 2).toBe(40);
    expect(uploadHeaders({ bytes: 7 })).toEqual({ 'content-type': 'application/yaml', 'content-length': '7' });
    const { details, message, name } = uploadTooLarge(20_000_000, 16 * 1024 * 1024);
    expect([name, message, details]).toEqual([
      'PayloadTooLarge',
      'The upload has 20000000 bytes; 16 MiB are allowed.',
      {},
    ]);
  });
});

test('recognises an error by its name', () => {
  const cause = new Error('below');
  const error = new FlotillaError('TableBusy', 'busy', { a: 1 }, cause);
  expect([error.name, error.message, error.details, error.cause]).toEqual(['TableBusy', 'busy', { a: 1 }, cause]);
  expect(new FlotillaError('TableBusy', 'busy')).not.toHaveProperty('cause');
  expect([isFlotillaError(error), isFlotillaError(error, 'TableBusy')]).toEqual([true, true]);
  expect([isFlotillaError(error, 'TokenGone'), isFlotillaError(cause), isFlotillaError(undefined)]).toEqual([
    false,
    false,
    false,
  ]);
});

test('counts and truncates texts, and splits lists', () => {
  expect([0, 1, 2].map((count) => counted(count, 'run'))).toEqual(['0 runs', '1 run', '2 runs']);
  expect([1, 2].map((count) => counted(count, 'try', 'tries'))).toEqual(['1 try', '2 tries']);
  expect(['', 'abc', 'abcd'].map((text) => cut(text, 3))).toEqual(['', 'abc', 'abc…']);
  expect([partsOf([], 2), partsOf([1, 2], 2), partsOf([1, 2, 3], 2)]).toEqual([[], [[1, 2]], [[1, 2], [3]]]);
});

test('the largest number of an event has the last key', () => {
  expect(keys.feed('b', lastFeedNumber).sk).toBe('999999999');
  expect(keys.feed('b', 1).sk).toHaveLength(9);
});

test('the prefix of a batch id covers twelve days', () => {
  expect(shortestPrefix).toBe(4);
});

test('a planned batch is shown as running, any other with its reason', () => {
  const shown = (
    [
      ['PROCESSING', 'Planned'],
      ['PROCESSING', 'Resumed'],
      ['PENDING', 'Planned'],
    ] as const
  ).map(([status, reason]) => shownReason({ status, reason }));
  expect(shown).toEqual(['Running', 'Resumed', 'Planned']);
});

test('recognises an event by its fields, whatever is in its detail', () => {
  const { row, writes } = changeItem(pendingItem('B', 2, 'k'), told, { at: 12, actor: 'x' });
  const [ofDeployment, ofBatch] = [writes, changeHeader(header, told, { at: 12, actor: 'x' }).writes].map(
    ([, write]) => ('put' in write ? write.put : {}),
  ) as [Item, Item];
  const events = [ofDeployment, ofBatch, { ...ofDeployment, detail: 7, more: true }];
  expect(events.map(eventIn)).toEqual(events);
  const others = [itemOf(keys.item('B', 2), row), { ...ofDeployment, seq: 0 }, { ...ofBatch, to: 'DONE' }];
  expect(others.map(eventIn)).toEqual([undefined, undefined, undefined]);
});
