import { expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf, rowOf, type TurnRow } from '../../../lib/domain/record/rows.ts';
import type { Decisions } from '../../../lib/domain/schedule/decisions.ts';
import { emptySchedule } from '../../../lib/domain/schedule/state.ts';
import { turnWrites } from '../../../lib/usecases/schedule/turn-writes.ts';

const place = { batch_id: 'B', index: 0, key: 'risk/a', target: 'T' };
const nothing: Decisions = {
  ...{ consumed: 0, grants: [], refusals: [], revoked: [], forestalled: [], more: false },
  ...{ heads: new Set(), pages: new Map(), locks: new Map(), dropped: new Map() },
  ...{ marks: [], holds: new Map(), outages: new Map(), events: [] },
};
const refusal = { ...place, status: 'SKIPPED', reason: 'BatchStopped', message: 'It stops.' } as const;

test.each<[string, Partial<Decisions>]>([
  ['granted', { grants: [{ ...place, locks: ['T'], fence: 1 }] }],
  ['refused', { refusals: [refusal] }],
])('a turn is %s once, no matter what else the row of the deployment allows', async (state, decided) => {
  const table = new SqliteTable(':memory:');
  const writes = turnWrites(emptySchedule(), { ...nothing, ...decided }, { at: 5, again: new Map() });
  await table.transact(writes);
  expect(rowOf<TurnRow>(await table.get(keys.turn('B', 0)))).toMatchObject({ state, at: 5 });
  const other = new SqliteTable(':memory:');
  await other.transact([{ put: itemOf(keys.turn('B', 0), { state: 'refused' }) }]);
  await expect(other.transact(writes)).rejects.toThrow();
  expect(await other.get(keys.item('B', 0))).toBeUndefined();
});
