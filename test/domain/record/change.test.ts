import { describe, expect, test } from 'vitest';
import type { Write } from '../../../lib/domain/ports.ts';
import { changeHeader, changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { type EventRow, type HeaderRow, rowOf } from '../../../lib/domain/record/rows.ts';

const occasion = { at: 7, actor: 'test' };
const told = { status: 'PROCESSING', reason: 'TurnGranted', message: 'Its turn has come.' } as const;
const header: HeaderRow = {
  ...{ batch_id: 'B', name: 'n', status: 'PENDING', reason: 'Submitted', message: 'm', seq: 0, total: 1 },
  ...{ submitted_by: 'ada', warnings: [], created_at: 1, updated_at: 1 },
};
const eventOf = ({ writes }: { readonly writes: readonly [Write, Write, ...Write[]] }): EventRow => {
  const [, write] = writes;
  return rowOf<EventRow>('put' in write ? write.put : undefined)!;
};

/** Other tests check what `GET` shows. These check that an event reports the same about the state before it. */
describe('an event starts from the state that the API showed', () => {
  test.each([
    ['a new batch', changeHeader(header, told, occasion), null, undefined],
    ['a submitted batch', changeHeader({ ...header, seq: 1 }, told, occasion), 'PENDING', 'Submitted'],
    [
      'a planned batch, which is shown as running',
      changeHeader({ ...header, seq: 2, status: 'PROCESSING', reason: 'Planned' }, told, occasion),
      'PROCESSING',
      'Running',
    ],
    [
      'a batch that is asked to stop',
      changeHeader({ ...header, seq: 3, status: 'PROCESSING', reason: 'CancelRequested' }, told, occasion),
      'PROCESSING',
      'CancelRequested',
    ],
    ['a deployment without a row', changeItem(pendingItem('B', 0, 'k'), told, occasion), 'PENDING', 'AwaitingTurn'],
    [
      'a deployment in progress',
      changeItem({ ...pendingItem('B', 0, 'k'), ...told, seq: 1 }, { ...told, reason: 'RunStarted' }, occasion),
      'PROCESSING',
      'TurnGranted',
    ],
  ] as const)('%s', (_, change, from, reason) => {
    const event = eventOf(change);
    expect([event.from, event.from_reason]).toEqual([from, reason]);
  });
});
