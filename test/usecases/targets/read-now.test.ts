import { describe, expect, test } from 'vitest';
import type { Key, Table } from '../../../lib/domain/ports.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import type { LastOutcomeRow } from '../../../lib/domain/record/recorded-release.ts';
import { itemOf, type Release } from '../../../lib/domain/record/rows.ts';
import type { TargetRow } from '../../../lib/domain/targets/target-row.ts';
import { readNow } from '../../../lib/usecases/targets/read-now.ts';
import { makeWorld } from '../batch/api-world.ts';

const target = 'uat/eu-1/risk/cva';
const good = {
  version: '1.0.0',
  image: 'reg/cva:1.0.0',
  deployment: { index: 4, infrastructure_id: 'eu' },
  at: 10,
  batch_id: 'GOOD',
} as unknown as Release;
const last: LastOutcomeRow = {
  batch_id: 'LAST',
  index: 2,
  key: 'risk/cva',
  status: 'FAILED',
  reason: 'CrashLoop',
  version: '2.0.0',
  at: 20,
};
const verified = {
  target,
  batch_id: 'GOOD',
  index: 4,
  state: 'verified',
  version: '1.0.0',
  image: 'reg/cva:1.0.0',
  infrastructure_id: 'eu',
  since: 10,
};

describe('where there is no row, the record says what runs', () => {
  test.each<[what: string, good: Release | undefined, last: LastOutcomeRow | undefined, now: object | undefined]>([
    ['nothing', undefined, undefined, undefined],
    ['a good release', good, undefined, verified],
    ['a good release after a failure', good, { ...last, at: 5 }, verified],
    [
      'a failure after a good release',
      good,
      last,
      { target, batch_id: 'LAST', index: 2, state: 'failed', version: '2.0.0', since: 20 },
    ],
    [
      'a failure that says where it was',
      undefined,
      { ...last, infrastructure_id: 'eu' },
      { target, batch_id: 'LAST', index: 2, state: 'failed', version: '2.0.0', infrastructure_id: 'eu', since: 20 },
    ],
    [
      'one with an unknown end',
      good,
      { ...last, status: 'UNKNOWN' },
      { target, batch_id: 'LAST', index: 2, state: 'unknown', since: 20 },
    ],
    [
      'one that was restored',
      good,
      { ...last, reason: 'RestoredPreviousRelease', release_after: '1.0.0' },
      { target, batch_id: 'LAST', index: 2, state: 'restored', version: '1.0.0', since: 20 },
    ],
  ])('%s', async (_, release, outcome, now) => {
    const { table } = makeWorld();
    await table.transact([
      { put: itemOf({ pk: 'OTHER', sk: 'row' }, {}) },
      ...(release === undefined ? [] : [{ put: itemOf(keys.goodRelease(target), release) }]),
      ...(outcome === undefined ? [] : [{ put: itemOf(keys.lastOutcome(target), outcome) }]),
    ]);
    const [read] = await readNow({ table }, [target]);
    expect(read === undefined ? undefined : fieldsOf(read)).toEqual(now);
  });
});

/** Without the key of the item that it is read from. */
const fieldsOf = (row: TargetRow): object => {
  const { pk: _, sk: __, ...fields } = row as TargetRow & Key;
  return fields;
};

test('an existing row counts, no matter what else is recorded', async () => {
  const { table } = makeWorld();
  const row: TargetRow = { target, batch_id: 'B', index: 0, state: 'changing', version: '3', since: 1 };
  await table.transact([{ put: itemOf(keys.goodRelease(target), good) }, { put: itemOf(keys.targetNow(target), row) }]);
  expect(await readNow({ table }, [target])).toMatchObject([row]);
});

test('reads many in order, fifty at once, and each one by one read where its row exists', async () => {
  const { table } = makeWorld();
  const targets = Array.from({ length: 120 }, (_, at) => `uat/eu-1/risk/s${at}`);
  for (const [index, one] of targets.entries()) {
    const row: TargetRow = { target: one, batch_id: 'B', index, state: 'verified', since: 1 };
    await table.transact([{ put: itemOf(keys.targetNow(one), row) }]);
  }
  let open = 0;
  let most = 0;
  const counting: Table = {
    transact: (writes) => table.transact(writes),
    synced: () => table.synced(),
    get: async (key) => {
      open += 1;
      most = Math.max(most, open);
      const item = await table.get(key);
      await new Promise((done) => setImmediate(done));
      open -= 1;
      return item;
    },
    query: () => Promise.reject(new Error('one read is enough')),
  };
  const read = await readNow({ table: counting }, targets.toReversed());
  expect(read.map((row) => row?.target)).toEqual(targets.toReversed());
  expect(most).toBe(50);
});
