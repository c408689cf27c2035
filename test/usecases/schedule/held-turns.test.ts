import { expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import { changeItem } from '../../../lib/domain/record/change.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type EventRow, type ItemRow, itemOf, rowOf, type TurnRow } from '../../../lib/domain/record/rows.ts';
import { dispatchTurns } from '../../../lib/usecases/schedule/dispatch-turns.ts';
import { free, sketchSheet } from '../../domain/schedule/scheduler.ts';

const sheet = sketchSheet({ waits: free(2), counts: [['cluster:eu'], ['cluster:us']] });

/** A dispatcher with a batch of two that have their turns. */
const begin = async () => {
  const table = new SqliteTable(':memory:');
  const clock = { time: 1_000, now: () => clock.time, sleep: async () => {} };
  const deps = {
    ...{ table, clock, pace: { lease: 20_000 } },
    documents: { get: async () => JSON.stringify(sheet), put: async () => undefined, remove: async () => undefined },
    workflow: {},
  } as unknown as Parameters<typeof dispatchTurns>[0];
  const memory = { holder: 'one' };
  let messages = 0;
  const tell = async (message?: InboxMessage): Promise<void> => {
    messages += 1;
    const id = String(messages).padStart(5, '0');
    if (message !== undefined) await table.transact([{ put: itemOf(keys.inbox(id), { message }) }]);
    await dispatchTurns(deps, memory);
  };
  await table.transact([{ put: itemOf(keys.header('one'), { batch_id: 'one' }) }]);
  await tell({ type: 'planned', batch_id: 'one' });
  const turn = async (index: number) => rowOf<TurnRow>(await table.get(keys.turn('one', index)));
  const item = async (index: number) => {
    const { pk: _pk, sk: _sk, ...row } = (await table.get(keys.item('one', index)))!;
    return row as unknown as ItemRow;
  };
  return { table, clock, tell, turn, item };
};

const hold = (until?: number): InboxMessage => ({
  type: 'hold',
  hold: {
    ...{ id: 'H', kind: 'pause', scope: { cluster: 'eu' }, rollbacks: false, reason: 'Because.', by: 'alice' },
    ...{ since: 1_000, ...(until === undefined ? {} : { until }) },
  },
});

test('a hold marks the turns it covers, shows itself in the feed, and ends by itself without a message', async () => {
  const { table, clock, tell, turn } = await begin();
  await tell(hold(5_000));
  expect([(await turn(0))?.state, (await turn(0))?.held_by, (await turn(1))?.state]).toEqual(['held', 'H', 'granted']);
  expect(await table.get(keys.hold('H'))).toMatchObject({ id: 'H', until: 5_000, changed_at: 1_000 });
  clock.time = 5_000;
  await tell();
  expect((await turn(0))?.state).toBe('granted');
  expect(await table.get(keys.hold('H'))).toBeUndefined();
  const events = (await table.query({ pk: 'EVENTS#stage', limit: 10 })).items.map((row) => rowOf<EventRow>(row)!);
  expect(events.map(({ type, hold: id, reason, from, to }) => [type, id, reason, from, to])).toEqual([
    ['hold', 'H', 'HoldBegan', null, 'PROCESSING'],
    ['hold', 'H', 'HoldEnded', 'PROCESSING', 'SUCCESS'],
  ]);
});

test('a deployment that gave its turn back has it again on the same row, with a new fence', async () => {
  const { table, tell, turn, item } = await begin();
  await tell(hold());
  const first = (await turn(0))!.fence!;
  const told = { status: 'PENDING', reason: 'Held', message: 'Waits.', step: 'turn' } as const;
  const change = changeItem(await item(0), told, { at: 2_000, actor: 'executor' });
  await table.transact([{ delete: keys.turn('one', 0) }, ...change.writes]);
  await tell({ type: 'returned', batch_id: 'one', index: 0, fence: first });
  expect(await turn(0)).toBeUndefined();
  await tell({ type: 'resume', id: 'H', by: 'bob' });
  expect(await item(0)).toMatchObject({ status: 'PROCESSING', reason: 'TurnGranted', seq: 3 });
  expect((await turn(0))!.fence).toBeGreaterThan(first);
  const again = (await turn(0))!.fence;
  await tell({ type: 'returned', batch_id: 'one', index: 0, fence: first });
  expect((await turn(0))?.fence).toBe(again);
});
