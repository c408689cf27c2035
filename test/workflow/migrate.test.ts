import { describe, expect, test } from 'vitest';
import type { Item, Write } from '../../lib/domain/ports.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { submitBatch } from '../../lib/usecases/batch/submit-batch.ts';
import { resolveDeployment } from '../../lib/usecases/deployment/resolve-deployment.ts';
import { type Migrated, migrate } from '../../lib/usecases/migrate/migrate.ts';
import { retryBatch } from '../../lib/usecases/undo/retry-batch.ts';
import { batchText } from './batch-text.ts';
import { wrongIndex } from './index-law.ts';
import { roll } from './rollback-world.ts';
import { World } from './world.ts';

const migrated = async (world: World): Promise<Migrated> => {
  const { next_after, ...counts } = await migrate(world.deps, {});
  expect(next_after).toBeUndefined();
  return counts;
};

const nothing = { targets: 0, index_rows: 0, deleted: 0 };

/** What the previous version did not write. */
const isNew = (write: Write): boolean => {
  const { pk, sk } = 'put' in write ? write.put : 'delete' in write ? write.delete : { pk: '', sk: '' };
  return /^(?:BY|CHANGES|SERVICES)#|^ENVIRONMENTS$/.test(pk) || sk.startsWith('OUTCOME#');
};

const asBefore = (write: Write): Write => {
  if (!('put' in write) || !/^TARGETS?#/.test(write.put.pk)) return write;
  const { by, by_name, health, digest, ...row } = write.put;
  return { ...write, put: row as Item };
};

/**
 * The functions of the previous version are at work, as far as the table can tell. Returns the way back to this
 * version's functions.
 */
const deployBefore = (world: World): (() => void) => {
  const { transact } = world.table;
  world.table.transact = (writes) =>
    transact.call(
      world.table,
      writes.filter((write) => !isNew(write)).map((write) => asBefore(write)),
    );
  return () => {
    world.table.transact = transact;
  };
};

const stack = [{ name: 'db' }, { name: 'api', needs: ['db'] }, { name: 'web', needs: ['api'] }];

/** Deployments that end in all the ways in which a target changes. */
const goThroughMuch = async (world: World): Promise<void> => {
  const settled = async (...submission: Parameters<World['submit']>): Promise<string> => {
    const batch = await world.submit(...submission);
    await world.settled(batch);
    return batch;
  };
  await settled(stack);
  world.executor.scripts.set('api@3.0.0', { ends: 'failed' });
  const failed = await settled(stack.map((one) => ({ ...one, version: '3.0.0' })));
  world.executor.scripts.clear();
  await world.settled((await retryBatch(world.deps, { batchId: failed, actor: 'bob' })).header.batch_id);
  for (const [status, version] of [
    ['SUCCESS', '4.0.0'],
    ['FAILED', '4.1.0'],
  ] as const) {
    world.executor.scripts.set('db', { start: 'unknown', appears: Number.POSITIVE_INFINITY });
    const batchId = await settled([{ name: 'db', version }]);
    await world.pass(60);
    await resolveDeployment(world.deps, { batchId, key: 'shared/db', status, reason: 'I looked.', actor: 'ada' });
    world.executor.scripts.clear();
  }
  const last = await settled(stack.map((one) => ({ ...one, version: '5.0.0' })));
  await roll(world, last);
  await world.settled(last);
};

test('the rows of all changes match the record, and migrate finds nothing to do', async () => {
  const world = await World.make();
  await goThroughMuch(world);
  expect(await migrated(world)).toMatchObject({ batches: 7, deployments: 16, ...nothing });
  expect(await wrongIndex(world)).toEqual([]);
});

test('records of the previous version get the same rows', async () => {
  const world = await World.make();
  const deployNew = deployBefore(world);
  await goThroughMuch(world);
  deployNew();
  const { index_rows, deleted, targets } = await migrated(world);
  expect({ some: index_rows > 50, deleted, targets }).toEqual({ some: true, deleted: 0, targets: 3 });
  expect(await migrated(world)).toMatchObject(nothing);
  expect(await wrongIndex(world)).toEqual([]);
});

test("a batch is found by all its tags, even by more than the submit's transaction has room for", async () => {
  const world = await World.make();
  const tags = Array.from({ length: 100 }, (_, nth) => `tag-${nth}`);
  const text = JSON.stringify({ ...JSON.parse(batchText(stack)), metadata: { tags } });
  for (const { name } of stack) world.cluster.set(name, '1.0.0', 'good');
  const { header } = await submitBatch(world.deps, { text, actor: 'ada' });
  await world.settled(header.batch_id);
  for (const tag of tags) expect(await world.table.get(keys.batchBy('tag', tag, header))).toBeDefined();
  expect(await wrongIndex(world)).toEqual([]);
});

describe('while the previous version is still at work', () => {
  test.each([
    ['as soon as it is planned', 0],
    ['while it deploys', 40],
    ['when the first of its deployments has ended', 120],
  ])('the next migration fixes a batch that it ends after a migration (%s)', async (_, seconds) => {
    const world = await World.make();
    for (const { name } of stack) world.executor.scripts.set(name, { takes: 90 });
    const deployNew = deployBefore(world);
    const batch = await world.submit(stack);
    await world.pass(seconds);
    deployNew();
    await migrated(world);
    const deployAgain = deployBefore(world);
    await world.settled(batch);
    deployAgain();
    const stale = keys.batchBy('status', 'PROCESSING', await world.header(batch));
    expect(await world.table.get(stale)).toBeDefined();
    await migrated(world);
    expect(await world.table.get(stale)).toBeUndefined();
    expect(await migrated(world)).toMatchObject(nothing);
    expect(await wrongIndex(world)).toEqual([]);
  });

  test('a batch that it began and this version ends has all that a list by its status needs', async () => {
    const world = await World.make();
    const deployNew = deployBefore(world);
    const batch = await world.submit(stack);
    deployNew();
    await world.settled(batch);
    const header = await world.header(batch);
    expect(await world.table.get(keys.batchBy('status', 'SUCCESS', header))).toBeDefined();
    await migrated(world);
    expect(await wrongIndex(world)).toEqual([]);
  });
});
