import { describe, expect, test } from 'vitest';
import type { HoldScope } from '../../../lib/domain/holds/hold.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { free, recorded, Scheduler, type SheetSketch, sketchSheet } from './scheduler.ts';

const second = 1_000;
const minute = 60 * second;
const eu: HoldScope = { cluster: 'eu' };
const outage = (at: number, scope = eu): InboxMessage => ({ type: 'outage', scope, seen: 'connection refused', at });
const answered = (at: number, scope = eu): InboxMessage => ({ type: 'answered', scope, at });

const names = ['environment:uat', 'cluster:eu', 'executor:acme'];
const sketch = (fields: Partial<SheetSketch> = {}) =>
  sketchSheet({ waits: free(5), counts: free(5).map(() => names), concurrency: 1, ...fields });

const circuitOf = (scheduler: Scheduler) => [...scheduler.state.holds.values()][0];
const tellAt = (scheduler: Scheduler, now: number, ...messages: readonly InboxMessage[]): string[] => {
  scheduler.now = now;
  scheduler.post(...messages);
  const before = scheduler.rounds.length;
  scheduler.round();
  scheduler.tell();
  return scheduler.rounds.slice(before).flatMap(({ grants }) => grants.map(({ index }) => `${index}`));
};

const opened = (fields: Partial<SheetSketch> = {}): Scheduler => {
  const scheduler = new Scheduler();
  scheduler.plan(sketch(fields));
  tellAt(scheduler, 20 * second, outage(0), outage(10 * second), outage(20 * second));
  return scheduler;
};

describe('a circuit opens', () => {
  test.each<[what: string, messages: readonly InboxMessage[], open: boolean]>([
    ['with the third outage', [outage(1), outage(2), outage(3)], true],
    ['not with the second', [outage(1), outage(2)], false],
    ['in any order', [outage(3), outage(1), outage(2)], true],
    ['not with one reported three times', [outage(1), outage(1), outage(1)], false],
    ['not with three in more than five minutes', [outage(1), outage(2), outage(5 * minute + 1)], false],
    ['not with an answer in between', [outage(1), outage(2), answered(3), outage(4)], false],
    ['but with an earlier answer', [outage(1), outage(5), answered(3), outage(6)], true],
    ['of an executor', [1, 2, 3].map((at) => outage(at, { executor: 'acme' })), true],
    ['not for something without a name', [1, 2, 3].map((at) => outage(at, { pillar: 'risk' })), false],
    ['not for two things together', [outage(1), outage(2, { executor: 'acme' }), outage(3)], false],
  ])('%s', (_, messages, open) => {
    const scheduler = new Scheduler();
    scheduler.tell(...messages);
    expect(scheduler.state.holds.size).toBe(open ? 1 : 0);
    if (open) expect(scheduler.state.outages.size).toBe(0);
  });

  test('and says since when, until when, and what was seen', () => {
    const scheduler = opened();
    expect(circuitOf(scheduler)).toMatchObject({
      ...{ kind: 'circuit', scope: eu, rollbacks: true, since: 0, until: 80 * second, by: 'dispatcher' },
      circuit: { opened: 1, seen: 'connection refused', seen_at: 20 * second },
    });
    expect(tellAt(scheduler, 21 * second, recorded(0, 'SUCCESS'))).toEqual([]);
  });

  test('for rollbacks, too', () => {
    const scheduler = opened({ lane: 'rollback' });
    expect(tellAt(scheduler, 21 * second, recorded(0, 'SUCCESS'))).toEqual([]);
  });
});

describe('after its hold', () => {
  test('lets one through, and no other until there is an answer', () => {
    const scheduler = opened({ concurrency: 3 });
    const ends = [0, 1, 2].map((index) => recorded(index, 'SUCCESS'));
    expect(tellAt(scheduler, 79 * second, ...ends)).toEqual([]);
    expect(tellAt(scheduler, 80 * second)).toEqual(['3']);
    expect(scheduler.rounds.flatMap(({ grants }) => grants).at(-1)).toMatchObject({ tries: ['cluster:eu'] });
    expect(circuitOf(scheduler)?.circuit).toMatchObject({ trying: true, tried_by: { batch_id: 'one', index: 3 } });
    expect(tellAt(scheduler, 90 * second)).toEqual([]);
    expect(tellAt(scheduler, 91 * second, answered(91 * second))).toEqual(['4']);
    expect(scheduler.rounds.flatMap(({ grants }) => grants).at(-1)).not.toHaveProperty('tries');
    expect(scheduler.state.holds.size).toBe(0);
  });

  test('lets the next one through when that one has ended without an answer', () => {
    const scheduler = opened();
    tellAt(scheduler, 80 * second, recorded(0, 'SUCCESS'));
    expect(tellAt(scheduler, 90 * second, recorded(1, 'FAILED'))).toEqual(['2']);
  });

  test('opens for twice as long after another outage, at most ten minutes; not after an earlier outage', () => {
    const scheduler = opened();
    tellAt(scheduler, 70 * second, recorded(0, 'SUCCESS'));
    let now = 80 * second;
    const lengths = [1, 2, 3, 4, 5].map(() => {
      scheduler.now = now;
      scheduler.round();
      scheduler.tell(outage(now - 1));
      expect(circuitOf(scheduler)?.circuit?.trying).toBe(true);
      scheduler.tell(outage(now));
      const length = circuitOf(scheduler)!.until! - now;
      now = circuitOf(scheduler)!.until!;
      return length / minute;
    });
    expect(lengths).toEqual([2, 4, 8, 10, 10]);
    expect(circuitOf(scheduler)?.since).toBe(0);
  });

  test('keeps earlier turns marked until it is closed', () => {
    const scheduler = opened({ concurrency: 2 });
    const page = () => scheduler.state.batches.get('one')!.cells.page(0);
    expect(page()).toBe('HH000');
    tellAt(scheduler, 80 * second, recorded(0, 'SUCCESS'));
    expect(page()).toBe('SHG00');
    tellAt(scheduler, 81 * second, answered(81 * second));
    expect(page()).toBe('SGG00');
  });
});

test('closes at once after an answer, but not after one from before the outage', () => {
  const scheduler = opened();
  tellAt(scheduler, 30 * second, answered(19 * second), recorded(0, 'SUCCESS'));
  expect(scheduler.state.holds.size).toBe(1);
  expect(tellAt(scheduler, 31 * second, answered(20 * second))).toEqual(['1']);
  expect(scheduler.rounds.flatMap(({ events }) => events.map(({ reason }) => reason))).toEqual([
    'CircuitOpened',
    'CircuitClosed',
  ]);
});

test('one that needs an executor and a cluster tries both', () => {
  const scheduler = new Scheduler();
  scheduler.tell(...[1, 2, 3].flatMap((at) => [outage(at), outage(at, { executor: 'acme' })]));
  scheduler.plan(sketch());
  expect(tellAt(scheduler, 2 * minute)).toEqual(['0']);
  expect(scheduler.rounds.flatMap(({ grants }) => grants)).toMatchObject([{ tries: ['cluster:eu', 'executor:acme'] }]);
});
