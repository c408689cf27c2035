import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../lib/domain/errors.ts';
import { readBatch } from '../../lib/usecases/batch/read-batch.ts';
import { listDeployments } from '../../lib/usecases/deployment/list-deployments.ts';
import { resolveDeployment } from '../../lib/usecases/deployment/resolve-deployment.ts';
import { readEvents } from '../../lib/usecases/record/read-events.ts';
import { previewRollback } from '../../lib/usecases/undo/preview-rollback.ts';
import { rollBackBatch } from '../../lib/usecases/undo/roll-back-batch.ts';
import { endOf, roll, rollbacksOf, startedIn, toldOf } from './rollback-world.ts';
import { World } from './world.ts';

const stack = [{ name: 'db' }, { name: 'api', needs: ['db'] }, { name: 'web', needs: ['api'] }];
const lost = { start: 'unknown', appears: Number.POSITIVE_INFINITY } as const;

const rolledBack = async (world: World, batchId: string): Promise<readonly string[]> => {
  const { deployments } = await listDeployments(world.deps, { batchId, limit: 10, status: 'ROLLBACK' });
  return deployments.map(({ key }) => key);
};

const resolveAs = (world: World, batchId: string, key: string, status: 'SUCCESS' | 'FAILED') =>
  resolveDeployment(world.deps, { batchId, key, status, reason: 'looked at it', actor: 'ada' });

const feedOf = (world: World, batchId: string) => readEvents(world.deps, { batchId, after: 0, limit: 1000, wait: 0 });

test('a batch that is to go back says so while it waits for what is in flight', async () => {
  const world = await World.make();
  const batch = await world.submit(stack);
  await world.until(async () => (await startedIn(world, batch)).includes('api'));
  const rollback = await roll(world, batch);
  const view = () => readBatch(world.deps, { named: batch, actor: 'ada' });
  expect((await view()).rollback_requested).toMatchObject({ batch_id: rollback, by: 'ada' });
  expect(await view()).not.toHaveProperty('rolling_back');
  await world.until(async () => (await view()).rolling_back === rollback);
  expect(await view()).not.toHaveProperty('rollback_requested');
  await world.settled(batch);
  expect((await view()).status).toBe('ROLLBACK');
});

describe('what a batch shows during a rollback, and afterwards', () => {
  test('counts and the filter by status know what is back already', async () => {
    const world = await World.make();
    const batch = await world.submit(stack);
    await world.settled(batch);
    const rollback = await roll(world, batch);
    await world.until(async () => (await toldOf(world, rollback)).web === 'SUCCESS Verified');
    await world.idle();
    expect(await rolledBack(world, batch)).toEqual(['shared/web']);
    const view = await readBatch(world.deps, { named: batch, actor: 'ada' });
    expect(view).toMatchObject({
      status: 'PROCESSING',
      reason: 'RollingBack',
      counts: { SUCCESS: 2, ROLLBACK: 1 },
      rollbacks: [rollback],
      rolling_back: rollback,
      links: { rolling_back: `/batches/${rollback}` },
    });
    const { deployments } = await listDeployments(world.deps, { batchId: batch, limit: 10 });
    expect(deployments.map(({ rolled_back_by }) => rolled_back_by).sort()).toEqual([rollback, undefined, undefined]);
    // A client that follows it stays until it has ended again.
    expect((await feedOf(world, batch)).ended).toBe(false);
    expect(view.message).toContain(`Batch ${rollback} puts 3 deployments back.`);
    await world.settled(batch);
    expect(await rolledBack(world, batch)).toHaveLength(3);
    const after = await readBatch(world.deps, { named: batch, actor: 'ada' });
    expect(after).toMatchObject({ counts: { ROLLBACK: 3 } });
    expect(after).not.toHaveProperty('rolling_back');
    expect(after.links).not.toHaveProperty('rolling_back');
    const feed = await feedOf(world, batch);
    expect([feed.ended, feed.events.at(-1)!.reason]).toEqual([true, 'RolledBack']);
  });

  test('it stays in its rollback, no matter how an UNKNOWN of it is resolved', async () => {
    const world = await World.make();
    world.executor.scripts.set('other@2.0.0', lost);
    const batch = await world.submit([...stack, { name: 'other' }]);
    await world.settled(batch);
    await roll(world, batch);
    await resolveAs(world, batch, 'shared/other', 'SUCCESS');
    expect(await endOf(world, batch)).toBe('PROCESSING RollingBack');
    await world.settled(batch);
    expect(await world.header(batch)).toMatchObject({
      reason: 'RollbackIncomplete',
      totals: { ROLLBACK: 3, SUCCESS: 1 },
    });
    await roll(world, batch, { only: ['shared/other'] });
    await world.settled(batch);
    expect(await world.header(batch)).toMatchObject({ reason: 'RolledBack', totals: { ROLLBACK: 4 } });
  });

  test('an UNKNOWN of a rollback that turns out to be back changes what it took back', async () => {
    const world = await World.make();
    const batch = await world.submit([{ name: 'db' }]);
    await world.settled(batch);
    world.executor.scripts.set('db@1.0.0', lost);
    const rollback = await roll(world, batch);
    await world.settled(batch);
    expect(await endOf(world, batch)).toBe('FAILED RollbackIncomplete');
    await resolveAs(world, rollback, 'shared/db', 'SUCCESS');
    expect(await toldOf(world, batch)).toEqual({ db: 'ROLLBACK RolledBack' });
    expect(await rolledBack(world, batch)).toEqual(['shared/db']);
    expect(await world.header(batch)).toMatchObject({ totals: { ROLLBACK: 1 } });
  });

  test('a rollback that left something to others succeeds, even if its end was found out later', async () => {
    const world = await World.make();
    const batch = await world.submit([{ name: 'db' }, { name: 'web' }]);
    await world.settled(batch);
    world.cluster.set('web', '2.0.0-hotfix', 'good');
    world.executor.scripts.set('db@1.0.0', lost);
    const rollback = await roll(world, batch);
    await world.settled(batch);
    expect([await toldOf(world, rollback), await endOf(world, rollback)]).toMatchObject([
      { web: 'SKIPPED Superseded' },
      'UNKNOWN DeploymentsUnknown',
    ]);
    await resolveAs(world, rollback, 'shared/db', 'SUCCESS');
    expect(await endOf(world, rollback)).toBe('SUCCESS AllSucceeded');
  });

  test('a preview says all that a rollback then does, and writes nothing', async () => {
    const world = await World.make();
    const batch = await world.submit([...stack, { name: 'new' }], { without: ['new'] });
    await world.settled(batch);
    expect(await previewRollback(world.deps, { batchId: batch })).toEqual({
      rolls_back: batch,
      name: 'Unnamed batch',
      ended: true,
      covers: [batch],
      deployments: [
        {
          key: 'shared/web',
          target: 'staging/cluster-eu-1/shared/web',
          step: 0,
          from: '2.0.0',
          to: '1.0.0',
          waits_for: [],
        },
        {
          key: 'shared/api',
          target: 'staging/cluster-eu-1/shared/api',
          step: 1,
          from: '2.0.0',
          to: '1.0.0',
          waits_for: ['shared/web'],
        },
        {
          key: 'shared/db',
          target: 'staging/cluster-eu-1/shared/db',
          step: 2,
          from: '2.0.0',
          to: '1.0.0',
          waits_for: ['shared/api'],
        },
      ],
      left: [
        {
          key: 'shared/new',
          target: 'staging/cluster-eu-1/shared/new',
          reason: 'NoPreviousVersion',
          message: 'There is no known good previous release.',
          version: '2.0.0',
        },
      ],
      nothing_to_undo: 0,
    });
    expect((await world.header(batch)).rolling_back).toBeUndefined();
  });

  test('says what the rollback of a rollback means', async () => {
    const world = await World.make();
    const batch = await world.submit(stack);
    await world.settled(batch);
    const rollback = await roll(world, batch);
    await world.settled(batch);
    expect((await previewRollback(world.deps, { batchId: rollback })).means).toContain(
      `rolled batch ${batch} back. Rolling that back deploys the versions again`,
    );
    expect((await previewRollback(world.deps, { batchId: batch })).means).toContain('Nothing goes back.');
  });

  test('where nothing goes back each deployment says why, once', async () => {
    const world = await World.make();
    const batch = await world.submit(stack);
    await world.settled(batch);
    const preview = await previewRollback(world.deps, { batchId: batch, only: ['shared/db'] });
    expect(preview.means).toBe('Nothing goes back.');
    expect(preview.left.map(({ key, reason }) => [key, reason])).toEqual([['shared/db', 'DependentNotRolledBack']]);
  });

  test('a name with a typo gets the suggestion of the right one', async () => {
    const world = await World.make();
    const batch = await world.submit(stack);
    await world.settled(batch);
    await expect(previewRollback(world.deps, { batchId: batch, only: ['shared/wep'] })).rejects.toThrow(
      'shared/wep (did you mean shared/web?)',
    );
  });
});

describe('a reply of the table that is lost', () => {
  const once = (world: World): World['deps'] => {
    let lost = false;
    const transact: World['table']['transact'] = async (writes) => {
      await world.table.transact(writes);
      if (lost) return;
      lost = true;
      throw new FlotillaError('TableBusy', 'too many requests');
    };
    // Time passes only when nobody waits for it.
    const clock = { now: () => world.clock.now(), sleep: async () => {} };
    return { ...world.deps, clock, table: { ...tableOf(world), transact } };
  };
  const tableOf = ({ table }: World): World['table'] => ({
    get: (key) => table.get(key),
    query: (query) => table.query(query),
    transact: (writes) => table.transact(writes),
    synced: () => table.synced(),
  });
  const asked = { reason: 'it went wrong', actor: 'ada' };

  test('after the end of the batch: the answer is the rollback that it accepted, and it runs', async () => {
    const world = await World.make();
    const batch = await world.submit(stack);
    await world.settled(batch);
    const accepted = await rollBackBatch(once(world), { ...asked, batchId: batch });
    expect(accepted).toMatchObject({ state: 'begun', message: expect.stringContaining('3 deployments') });
    await world.settled(batch);
    expect([await rollbacksOf(world, batch), await endOf(world, batch)]).toEqual([
      [accepted.batch_id],
      'ROLLBACK RolledBack',
    ]);
  });

  test('while it runs: the answer is the request that it accepted', async () => {
    const world = await World.make();
    world.executor.scripts.set('db', { takes: 60 });
    const batch = await world.submit(stack);
    await world.until(async () => world.executor.starts.size > 0);
    const accepted = await rollBackBatch(once(world), { ...asked, batchId: batch });
    expect(accepted).toMatchObject({ state: 'waits', message: expect.stringContaining('Nothing new starts') });
    await world.settled(batch);
    expect(await rollbacksOf(world, batch)).toEqual([accepted.batch_id]);
  });

  test('more names than a row has room for are refused while it runs', async () => {
    const world = await World.make();
    world.executor.scripts.set('db', { takes: 60 });
    const batch = await world.submit(stack);
    await world.until(async () => world.executor.starts.size > 0);
    const only = Array.from({ length: 10_000 }, () => 'shared/db');
    await expect(roll(world, batch, { only })).rejects.toMatchObject({ name: 'RequestInvalid' });
  });
});
