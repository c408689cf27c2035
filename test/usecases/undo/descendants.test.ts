import { describe, expect, test } from 'vitest';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import { retriesAfter } from '../../../lib/domain/undo/retries.ts';
import { readBatch } from '../../../lib/usecases/batch/read-batch.ts';
import { submitBatch } from '../../../lib/usecases/batch/submit-batch.ts';
import {
  noRetrySince,
  openRetryOf,
  readFamily,
  readRetries,
  readRollbacks,
  retryWrite,
} from '../../../lib/usecases/undo/descendants.ts';
import { makeWorld, readHeader, releaseYaml } from '../batch/api-world.ts';

type World = ReturnType<typeof makeWorld>;

const submit = async ({ deps }: World): Promise<string> =>
  (await submitBatch(deps, { text: releaseYaml, actor: 'ada' })).header.batch_id;

const retry = async (world: World, of: string): Promise<string> => {
  const family = await readFamily(world.deps, await readHeader(world, of));
  const origin = { kind: 'retry', of, root: family.root } as const;
  const { header } = await submitBatch(world.deps, { text: releaseYaml, actor: 'ada', origin });
  await world.table.transact([retryWrite(family, { batch_id: header.batch_id, of, by: 'ada', at: 1 })]);
  return header.batch_id;
};

const end = async (world: World, batchId: string): Promise<void> =>
  world.table.transact([{ update: keys.header(batchId), set: { ended_at: 5, totals: {} } }]);

const idsOf = (rows: readonly { readonly batch_id: string }[]): readonly string[] =>
  rows.map(({ batch_id }) => batch_id);

describe('retries', () => {
  test('of a batch and of its retries are listed in order, each with its own', async () => {
    const world = makeWorld();
    const [original, other] = [await submit(world), await submit(world)];
    const first = await retry(world, original);
    const ofFirst = await retry(world, first);
    const second = await retry(world, original);
    const told = async (id: string) => idsOf(await readRetries(world.deps, id));
    expect(await told(original)).toEqual([first, ofFirst, second]);
    expect(await told(first)).toEqual([ofFirst]);
    expect(await told(ofFirst)).toEqual([]);
    expect(await told(second)).toEqual([]);
    expect(await told(other)).toEqual([]);
    const family = await readFamily(world.deps, await readHeader(world, ofFirst));
    expect(family.root).toBe(original);
    expect(idsOf(retriesAfter(family, original))).toEqual([first, ofFirst, second]);
    expect(idsOf(retriesAfter(family, first))).toEqual([ofFirst, second]);
    expect(idsOf(retriesAfter(family, second))).toEqual([]);
  });

  test('an open one shows for any batch of the family, and none does once it has ended', async () => {
    const world = makeWorld();
    const original = await submit(world);
    const open = async (id: string) =>
      (await openRetryOf(world.deps, await readFamily(world.deps, await readHeader(world, id))))?.batch_id;
    expect(await open(original)).toBeUndefined();
    const first = await retry(world, original);
    expect([await open(original), await open(first)]).toEqual([first, first]);
    await end(world, first);
    expect(await open(original)).toBeUndefined();
  });

  test('a write that relies on that read fails once there is another one', async () => {
    const world = makeWorld();
    const original = await submit(world);
    const read = await readFamily(world.deps, await readHeader(world, original));
    await world.table.transact([noRetrySince(read)]);
    await retry(world, original);
    await expect(world.table.transact([noRetrySince(read)])).rejects.toMatchObject({ name: 'ConditionFailed' });
    const again = retryWrite(read, { batch_id: 'another', of: original, by: 'ada', at: 1 });
    await expect(world.table.transact([again])).rejects.toMatchObject({ name: 'ConditionFailed' });
  });
});

test('a batch shows its origin, and its retries and rollbacks', async () => {
  const world = makeWorld();
  const original = await submit(world);
  const view = (id: string) => readBatch(world.deps, { named: id, actor: 'ada' });
  for (const field of ['origin', 'retries', 'rollbacks']) expect(await view(original)).not.toHaveProperty(field);
  const first = await retry(world, original);
  await world.table.transact([{ put: itemOf(keys.rollback(original, 1), { batch_id: 'back', by: 'ada', at: 1 }) }]);
  const again = await retry(world, first);
  expect(await view(original)).toMatchObject({ retries: [first, again], rollbacks: ['back'] });
  expect((await view(first)).origin).toEqual({ kind: 'retry', of: original });
  expect(await view(first)).toMatchObject({ retries: [again] });
  expect((await view(again)).origin).toEqual({ kind: 'retry', of: first });
});

test('lists rollbacks of a batch in order', async () => {
  const world = makeWorld();
  const rows = [1, 2].map((n) => ({ batch_id: `back-${n}`, covers: ['one'], by: 'ada', at: n }));
  await world.table.transact(rows.map((row, at) => ({ put: itemOf(keys.rollback('one', at + 1), row) })));
  expect(idsOf(await readRollbacks(world.deps, 'one'))).toEqual(['back-1', 'back-2']);
  expect(await readRollbacks(world.deps, 'two')).toEqual([]);
});
