import { describe, expect, test } from 'vitest';
import type { Hold, HoldScope } from '../../../lib/domain/holds/hold.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { cancelled, chain, finished, free, recorded, Scheduler, type SheetSketch, sketchSheet } from './scheduler.ts';

const minute = 60_000;

const hold = (id: string, scope: HoldScope, fields: Partial<Hold> = {}): InboxMessage => ({
  type: 'hold',
  hold: { id, kind: 'pause', scope, rollbacks: false, reason: 'Because.', by: 'alice', since: 0, ...fields },
});
const resume = (id: string): InboxMessage => ({ type: 'resume', id, by: 'bob' });
const returned = (index: number, fence: number, batch_id = 'one'): InboxMessage => ({
  ...{ type: 'returned', batch_id, index, fence },
});

const uat = ['environment:uat', 'pillar:risk', 'cluster:eu', 'executor:acme'];
const prod = ['environment:prod', 'pillar:risk', 'cluster:us', 'executor:acme'];
const keys = ['risk/cva', 'risk/fva', 'data/cva'];

/** Three of a kind, one at a time. */
const sketch = (id: string, names: readonly string[], fields: Partial<SheetSketch> = {}) => ({
  ...sketchSheet({ id, waits: free(3), counts: free(3).map(() => names), concurrency: 1, ...fields }),
  keys,
});

const events = (scheduler: Scheduler): string[] =>
  scheduler.rounds.flatMap((round) => round.events.map(({ reason, hold: id }) => `${id} ${reason}`));

describe('grants no turn to anything a hold covers, and all of them when it is lifted', () => {
  test.each<[scope: HoldScope, held: readonly string[]]>([
    [{}, ['uat', 'prod']],
    [{ environment: 'uat' }, ['uat']],
    [{ pillar: 'risk' }, ['uat', 'prod']],
    [{ cluster: 'us' }, ['prod']],
    [{ executor: 'acme' }, ['uat', 'prod']],
    [{ environment: 'uat', cluster: 'us' }, []],
    [{ batch: 'uat' }, ['uat']],
    [{ batch: 'uat', environment: 'uat' }, ['uat']],
    [{ batch: 'uat', environment: 'prod' }, []],
    [{ pillar: 'data' }, []],
  ])('%j', (scope, held) => {
    const scheduler = new Scheduler();
    scheduler.plan(sketch('uat', uat), sketch('prod', prod));
    scheduler.tell(hold('H', scope));
    const ends = ['uat', 'prod'].map((id) => recorded(0, 'SUCCESS', id));
    const rest = ['uat', 'prod'].filter((id) => !held.includes(id)).map((id) => `${id}:1 granted`);
    expect(scheduler.tell(...ends)).toEqual(rest);
    expect(scheduler.tell(resume('H'))).toEqual(held.map((id) => `${id}:1 granted`));
    expect(events(scheduler)).toEqual(['H HoldBegan', 'H HoldLifted']);
  });

  test.each<[service: string, order: readonly number[]]>([
    ['risk/cva', [1, 2]],
    ['cva', [1]],
    ['data/cva', [0, 1]],
  ])('a service: %s', (service, order) => {
    const scheduler = new Scheduler();
    scheduler.tell(hold('H', { service, environment: 'uat' }), hold('other', { service, environment: 'prod' }));
    scheduler.plan(sketch('uat', uat));
    const ends = order.flatMap((index) => scheduler.tell(recorded(index, 'SUCCESS', 'uat')));
    const granted = scheduler.rounds.flatMap(({ grants }) => grants.map(({ index }) => index));
    expect([granted, ends.length]).toEqual([order, order.length - 1]);
    const left = [0, 1, 2].filter((index) => !order.includes(index));
    expect(scheduler.tell(resume('H'))).toEqual([`uat:${left[0]} granted`]);
  });

  test('a batch that is planned under a hold', () => {
    const scheduler = new Scheduler();
    scheduler.tell(hold('H', { batch: 'uat' }), hold('I', { cluster: 'us' }));
    expect(scheduler.plan(sketch('uat', uat), sketch('prod', prod))).toEqual([]);
    expect(scheduler.tell(resume('H'))).toEqual(['uat:0 granted']);
    expect(scheduler.tell(resume('I'))).toEqual(['prod:0 granted']);
  });

  test('two holds on the same: until both are lifted', () => {
    const scheduler = new Scheduler();
    scheduler.tell(hold('H', { cluster: 'eu' }), hold('I', {}), hold('J', { service: 'cva' }));
    scheduler.plan(sketch('uat', uat));
    expect([resume('H'), resume('I'), resume('J')].map((one) => scheduler.tell(one))).toEqual([
      [],
      ['uat:1 granted'],
      [],
    ]);
    expect(scheduler.tell(recorded(1, 'SUCCESS', 'uat'))).toEqual(['uat:0 granted']);
  });

  test('rollbacks continue, unless the hold says otherwise', () => {
    const scheduler = new Scheduler();
    scheduler.tell(hold('H', {}));
    expect(scheduler.plan(sketch('back', uat, { lane: 'rollback' }))).toEqual(['back:0 granted']);
    scheduler.tell(hold('all', {}, { rollbacks: true }));
    expect(scheduler.tell(recorded(0, 'SUCCESS', 'back'))).toEqual([]);
    expect(scheduler.tell(resume('all'))).toEqual(['back:1 granted']);
  });
});

describe('the end of a hold', () => {
  test('happens by itself, without any message', () => {
    const scheduler = new Scheduler();
    scheduler.tell(hold('H', {}, { until: minute }), hold('I', { cluster: 'us' }, { until: 2 * minute }));
    scheduler.plan(sketch('uat', uat), sketch('prod', prod));
    const at = (now: number) => {
      scheduler.now = now;
      scheduler.round();
      return scheduler.rounds.at(-1)!.grants.map(({ batch_id }) => batch_id);
    };
    expect([minute - 1, minute, 2 * minute].map(at)).toEqual([[], ['uat'], ['prod']]);
    expect(events(scheduler)).toEqual(['H HoldBegan', 'I HoldBegan', 'H HoldEnded', 'I HoldEnded']);
    expect(scheduler.state.holds.size).toBe(0);
  });

  test('happens with the end of the batch that it names', () => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ waits: free(1) }));
    scheduler.tell(hold('H', { batch: 'one' }), recorded(0, 'SUCCESS'), finished());
    expect([scheduler.state.batches.size, scheduler.state.holds.size]).toEqual([0, 0]);
    expect(events(scheduler)).toEqual(['H HoldBegan', 'H HoldEnded']);
  });

  test('repeated or late messages begin and end nothing', () => {
    const scheduler = new Scheduler();
    scheduler.now = minute;
    scheduler.tell(hold('H', {}), hold('H', {}), hold('over', {}, { until: minute }), resume('other'));
    scheduler.tell(resume('H'), resume('H'));
    expect(events(scheduler)).toEqual(['H HoldBegan', 'H HoldLifted']);
  });

  test('each event has a greater number, even for a hold that returns', () => {
    const scheduler = new Scheduler();
    scheduler.tell(hold('H', {}), resume('H'), hold('H', {}), resume('H'));
    const numbers = scheduler.rounds.flatMap((round) => round.events.map(({ seq }) => seq));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(numbers).toHaveLength(4);
  });
});

describe('granted turns', () => {
  const marks = (scheduler: Scheduler) => scheduler.rounds.at(-1)!.marks;

  test('are marked as held, and freed after the hold', () => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ waits: free(2), counts: [uat, prod] }));
    scheduler.tell(hold('H', { cluster: 'eu' }));
    expect(marks(scheduler)).toEqual([{ batch_id: 'one', index: 0, held_by: 'H' }]);
    expect(scheduler.state.batches.get('one')!.cells.page(0)).toBe('HG');
    scheduler.tell(resume('H'));
    expect(marks(scheduler)).toEqual([{ batch_id: 'one', index: 0 }]);
    expect(scheduler.state.batches.get('one')!.cells.page(0)).toBe('GG');
  });

  test('stay marked while another hold covers them, and may still end', () => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ waits: chain(2), counts: [uat, prod] }));
    scheduler.tell(hold('H', { cluster: 'eu' }), hold('I', { environment: 'uat' }));
    scheduler.tell(resume('H'));
    expect(scheduler.state.batches.get('one')!.cells.at(0)).toBe('H');
    expect(scheduler.tell(recorded(0, 'SUCCESS'))).toEqual(['one:1 granted']);
  });

  test('are not marked when they are withdrawn', () => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ waits: free(2) }));
    expect(scheduler.tell(cancelled(), hold('H', {}))).toEqual(['one:0 revoked', 'one:1 revoked']);
    expect(marks(scheduler)).toEqual([]);
    scheduler.tell(resume('H'));
    expect(marks(scheduler)).toEqual([]);
  });

  test('a few at a time: 1,000 of them in rounds of a transaction each', () => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ waits: free(1_000) }));
    const planning = scheduler.rounds.length;
    scheduler.tell(hold('H', {}));
    const marking = scheduler.rounds.slice(planning);
    expect(marking.flatMap((round) => round.marks)).toHaveLength(1_000);
    expect(marking.length).toBeLessThan(20);
  });

  test('reserves nothing for a held deployment', () => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ id: 'works', waits: free(1), locks: [['/b']] }));
    scheduler.plan(sketchSheet({ waits: free(1), locks: [['/a', '/b']], counts: [uat] }));
    expect(scheduler.state.locks.get('/a')).toMatchObject({ batch_id: 'one', state: 'reserved' });
    scheduler.tell(hold('H', { cluster: 'eu' }));
    expect(scheduler.plan(sketchSheet({ id: 'other', waits: free(1), locks: [['/a']] }))).toEqual(['other:0 granted']);
    scheduler.tell(resume('H'), recorded(0, 'SUCCESS', 'works'));
    expect(scheduler.tell(recorded(0, 'SUCCESS', 'other'))).toEqual(['one:0 granted']);
  });
});

describe('a turn that is given back', () => {
  const begun = () => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ waits: chain(2), counts: [uat, uat], limits: { 'cluster:eu': 1 } }));
    scheduler.tell(hold('H', {}));
    const { fence } = scheduler.rounds.flatMap(({ grants }) => grants)[0]!;
    return { scheduler, fence };
  };

  test('becomes a candidate again, with its locks and slots free, and its row remains', () => {
    const { scheduler, fence } = begun();
    expect(scheduler.tell(returned(0, fence))).toEqual([]);
    const { cells, head } = scheduler.state.batches.get('one')!;
    expect([cells.page(0), head.inFlight, head.counts]).toEqual(['B1', 0, { PENDING: 2, PROCESSING: 0 }]);
    expect([scheduler.state.locks.size, scheduler.state.used.get('cluster:eu')]).toEqual([0, 0]);
    expect(scheduler.tell(resume('H'))).toEqual(['one:0 granted']);
    expect(scheduler.rounds.at(-1)!.grants).toMatchObject([{ index: 0, again: true }]);
    expect(scheduler.tell(recorded(0, 'SUCCESS'))).toEqual(['one:1 granted']);
    expect(scheduler.rounds.at(-1)!.grants[0]).not.toHaveProperty('again');
  });

  test.each<[what: string, messages: (fence: number) => readonly InboxMessage[], decided: readonly string[]]>([
    ['twice', (fence) => [returned(0, fence), returned(0, fence), resume('H')], ['one:0 granted']],
    ['for another turn', (fence) => [returned(0, fence + 1), resume('H')], []],
    ['after its end', (fence) => [recorded(0, 'SUCCESS'), returned(0, fence), resume('H')], ['one:1 granted']],
    ['and then ends', (fence) => [returned(0, fence), recorded(0, 'SUCCESS'), resume('H')], ['one:1 granted']],
    ['in a forgotten batch', (fence) => [returned(0, fence, 'gone')], []],
    [
      'in a cancelled batch',
      (fence) => [cancelled(), returned(0, fence)],
      ['one:0 CANCELLED BatchCancelled', 'one:1 CANCELLED BatchCancelled'],
    ],
  ])('%s', (_, messages, decided) => {
    const { scheduler, fence } = begun();
    expect(scheduler.tell(...messages(fence))).toEqual(decided);
  });

  test('with a late message after the turn was granted again: nothing changes', () => {
    const { scheduler, fence } = begun();
    scheduler.tell(returned(0, fence), resume('H'));
    expect(scheduler.tell(returned(0, fence))).toEqual([]);
    expect(scheduler.state.batches.get('one')!.cells.page(0)).toBe('G1');
  });

  test('after the refusals of its batch: it is refused', () => {
    const { scheduler, fence } = begun();
    expect(scheduler.tell(cancelled())).toEqual(['one:1 CANCELLED BatchCancelled', 'one:0 revoked']);
    expect(scheduler.tell(returned(0, fence))).toEqual(['one:0 CANCELLED BatchCancelled']);
  });
});

test('forgets a batch that ends under more holds than fit in a transaction, with all of them, and others get their turns', () => {
  const scheduler = new Scheduler();
  const ids = Array.from({ length: 60 }, (_, at) => `H${at}`);
  scheduler.plan(sketchSheet({ waits: free(1) }));
  scheduler.tell(...ids.map((id) => hold(id, { batch: 'one' })));
  scheduler.post(recorded(0, 'SUCCESS'), finished());
  for (let rounds = 0; scheduler.isAsked && rounds < 20; rounds += 1) scheduler.round();
  expect([scheduler.state.batches.size, scheduler.state.holds.size]).toEqual([0, 0]);
  expect(events(scheduler).filter((event) => event.endsWith('HoldEnded'))).toHaveLength(60);
  expect(scheduler.plan(sketchSheet({ id: 'two', waits: free(1) }))).toEqual(['two:0 granted']);
});

test('a batch in the place of a forgotten one is only in its own queues', () => {
  const [x, y, z, w] = ['x', 'y', 'z', 'w'].map((name) => [`environment:${name}`]) as [
    string[],
    string[],
    string[],
    string[],
  ];
  const scheduler = new Scheduler();
  scheduler.plan(sketchSheet({ id: 'stays', waits: free(2), counts: [x, x], concurrency: 1 }));
  scheduler.tell(hold('H', { environment: 'x' }), hold('I', { environment: 'w' }));
  scheduler.plan(sketchSheet({ id: 'goes', waits: free(2), counts: [y, x] }));
  scheduler.tell(cancelled('goes'), recorded(0, 'CANCELLED', 'goes'), finished('goes'));
  expect(scheduler.plan(sketchSheet({ id: 'comes', waits: free(2), counts: [z, w] }))).toEqual(['comes:0 granted']);
  expect(scheduler.state.batches.get('comes')!.head.order).toBe(2);
  expect(scheduler.tell(resume('H'))).toEqual([]);
  expect(scheduler.tell(resume('I'))).toEqual(['comes:1 granted']);
});
