import { describe, expect, test } from 'vitest';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { chain, free, recorded, Scheduler, type SheetSketch, sketchSheet } from './scheduler.ts';

const passing = (index: number, batch_id = 'one'): InboxMessage => ({
  ...{ type: 'recorded', batch_id, index, status: 'SKIPPED' },
  passes: true,
});

const back: SheetSketch = { id: 'back', waits: [[]], lane: 'rollback' };

test('serves rollbacks before all other batches, in their own order', () => {
  const limited = { counts: free(2).map(() => ['cluster:eu']), limits: { 'cluster:eu': 1 } };
  const scheduler = new Scheduler();
  scheduler.plan(
    sketchSheet({ id: 'one', waits: free(2), ...limited }),
    sketchSheet({ id: 'two', waits: free(2), ...limited, lane: 'rollback' }),
    sketchSheet({ id: 'three', waits: free(2), ...limited, lane: 'rollback' }),
  );
  const order = ['two', 'two', 'three', 'three', 'one', 'one'].map((id, at) => [id, at % 2] as const);
  expect(scheduler.rounds.flatMap(({ grants }) => grants)).toMatchObject([{ batch_id: 'two', index: 0 }]);
  const granted = order.flatMap(([id, index]) => scheduler.tell(recorded(index, 'SUCCESS', id)));
  expect(granted).toEqual(['two:1', 'three:0', 'three:1', 'one:0', 'one:1'].map((name) => `${name} granted`));
});

describe('a deployment that waits for one that was not rolled back', () => {
  test.each(['FAILED', 'UNKNOWN', 'CANCELLED', 'SKIPPED'] as const)('is left: %s', (status) => {
    const scheduler = new Scheduler();
    scheduler.plan(sketchSheet({ ...back, waits: chain(3) }));
    expect(scheduler.tell(recorded(0, status, 'back'))).toEqual([
      'back:1 SKIPPED DependentNotRolledBack',
      'back:2 SKIPPED DependentNotRolledBack',
    ]);
    expect(scheduler.rounds.flatMap(({ refusals }) => refusals.map(({ message }) => message))).toEqual([
      `Not rolled back: svc-0, which depends on it, was not rolled back (${status}).`,
      'Not rolled back: svc-1, which depends on it, was not rolled back (SKIPPED).',
    ]);
  });

  test.each(['FAILED', 'UNKNOWN', 'CANCELLED', 'SKIPPED'] as const)(
    'is rolled back when it is forced: %s',
    (status) => {
      const scheduler = new Scheduler();
      scheduler.plan(sketchSheet({ ...back, waits: [[], [], [0, 1], [0]], forced: [2] }));
      expect(scheduler.tell(recorded(0, status, 'back'))).toEqual(['back:3 SKIPPED DependentNotRolledBack']);
      expect(scheduler.tell(recorded(1, 'SUCCESS', 'back'))).toEqual(['back:2 granted']);
    },
  );
});

test('one that is left, and passes, releases those that wait for it', () => {
  const scheduler = new Scheduler();
  scheduler.plan(sketchSheet({ ...back, waits: chain(3) }));
  expect(scheduler.tell(passing(0, 'back'))).toEqual(['back:1 granted']);
  expect(scheduler.tell(passing(1, 'back'), passing(1, 'back'))).toEqual(['back:2 granted']);
  expect(scheduler.state.batches.get('back')!.head.counts).toEqual({ PENDING: 0, PROCESSING: 1, SKIPPED: 2 });
  expect(scheduler.state.batches.get('back')!.cells.page(0)).toBe('LLG');
});

test('and releases them if it was left before its rollback was planned', () => {
  const scheduler = new Scheduler();
  const sheet = sketchSheet({ ...back, waits: chain(2) });
  scheduler.news.set('back', { sheet, cancelled: false, recorded: [{ index: 0, status: 'SKIPPED', passes: true }] });
  expect(scheduler.tell({ type: 'planned', batch_id: 'back' })).toEqual(['back:1 granted']);
});
