import { describe, expect, test } from 'vitest';
import { endOf, listed, roll, rollbacksOf, startedIn, startedTwice, toldOf } from './rollback-world.ts';
import { World } from './world.ts';

const stack = [{ name: 'db' }, { name: 'api', needs: ['db'] }, { name: 'web', needs: ['api'] }];

describe('on_failure: rollback', () => {
  test('changes go back in the reverse order, and the batch ends with its rollback', async () => {
    const world = await World.make();
    world.executor.scripts.set('web@2.0.0', { ends: 'failed' });
    const batch = await world.submit(stack, { strategy: { on_failure: 'rollback' } });
    await world.settled(batch);
    expect(await endOf(world, batch)).toBe('ROLLBACK RolledBack');
    expect(await toldOf(world, batch)).toEqual({
      db: 'ROLLBACK RolledBack',
      api: 'ROLLBACK RolledBack',
      web: 'FAILED RestoredPreviousRelease',
    });
    const [rollback] = await rollbacksOf(world, batch);
    expect(await startedIn(world, rollback!)).toEqual(['api', 'db']);
    expect(await endOf(world, rollback!)).toBe('SUCCESS AllSucceeded');
    expect(stack.map(({ name }) => world.cluster.running(name))).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    expect(await world.header(rollback!)).toMatchObject({
      submitted_by: 'ada',
      origin: { kind: 'rollback', of: batch, automatic: true },
    });
    expect(await world.header(batch)).toMatchObject({ totals: { ROLLBACK: 2, FAILED: 1 } });
    expect((await world.header(batch)).rolling_back).toBeUndefined();
    expect(startedTwice(world)).toEqual([]);
  });

  test('a batch that succeeds stays', async () => {
    const world = await World.make();
    const batch = await world.submit(stack, { strategy: { on_failure: 'rollback' } });
    await world.settled(batch);
    expect([await endOf(world, batch), await listed(world)]).toMatchObject(['SUCCESS AllSucceeded', { length: 1 }]);
  });

  test('where nothing was changed it ends as usual, and says why', async () => {
    const world = await World.make();
    world.executor.scripts.set('db@2.0.0', { ends: 'failed' });
    const batch = await world.submit(stack, { strategy: { on_failure: 'rollback' } });
    await world.settled(batch);
    expect(await world.header(batch)).toMatchObject({
      status: 'FAILED',
      reason: 'DeploymentsFailed',
      message:
        '3 deployments: 1 failed, 2 skipped. There is nothing to roll back. It changed nothing, or its changes are already back.',
    });
    expect(await listed(world)).toHaveLength(1);
  });

  test('a cancelled batch is not rolled back', async () => {
    const world = await World.make();
    const { cancelBatch } = await import('../../lib/usecases/batch/cancel-batch.ts');
    const batch = await world.submit(stack, { strategy: { on_failure: 'rollback' } });
    await world.until(async () => (await toldOf(world, batch)).db === 'SUCCESS Verified');
    await cancelBatch(world.deps, { batchId: batch, actor: 'ada' });
    await world.settled(batch);
    const { status, message } = await world.header(batch);
    expect(status).toBe('CANCELLED');
    expect(message).toContain(
      `It was not rolled back because it was cancelled. To roll it back: flotilla rollback ${batch}.`,
    );
  });
});

describe('a batch that has ended', () => {
  const done = async (world: World, wanted = stack, strategy = {}) => {
    const batch = await world.submit(wanted, { strategy });
    await world.settled(batch);
    return batch;
  };

  test('goes back when somebody asks for it, and meanwhile it has no end', async () => {
    const world = await World.make();
    const batch = await done(world);
    const rollback = await roll(world, batch);
    expect(await world.header(batch)).toMatchObject({
      status: 'PROCESSING',
      reason: 'RollingBack',
      rolling_back: rollback,
    });
    expect((await world.header(batch)).ended_at).toBeUndefined();
    await world.settled(batch);
    expect(await startedIn(world, rollback)).toEqual(['web', 'api', 'db']);
    expect(await endOf(world, batch)).toBe('ROLLBACK RolledBack');
    expect(await world.header(batch)).toMatchObject({ totals: { ROLLBACK: 3 } });
  });

  test('one at a time, and afterwards there is nothing left to roll back', async () => {
    const world = await World.make();
    const batch = await done(world);
    const rollback = await roll(world, batch);
    await expect(roll(world, batch)).rejects.toMatchObject({ name: 'RollbackRuns', details: { rollback } });
    await world.settled(batch);
    await expect(roll(world, batch)).rejects.toMatchObject({ name: 'NothingToRollBack' });
  });

  test('what does not go back leaves its dependencies too, and both batches say so', async () => {
    const world = await World.make();
    const batch = await done(world);
    world.executor.scripts.set('api@1.0.0', { ends: 'failed' });
    const rollback = await roll(world, batch);
    await world.settled(batch);
    expect(await toldOf(world, rollback)).toMatchObject({
      web: 'SUCCESS Verified',
      db: 'SKIPPED DependentNotRolledBack',
    });
    expect((await toldOf(world, rollback)).api).toMatch(/^FAILED/);
    expect((await toldOf(world, rollback)).api).not.toContain('Restored');
    expect(await endOf(world, batch)).toBe('FAILED RollbackIncomplete');
    expect(await toldOf(world, batch)).toEqual({
      web: 'ROLLBACK RolledBack',
      api: 'SUCCESS Verified',
      db: 'SUCCESS Verified',
    });
    // A second request continues with what is left.
    world.executor.scripts.clear();
    const again = await roll(world, batch);
    await world.settled(batch);
    expect(await startedIn(world, again)).toEqual(['api', 'db']);
    expect(await endOf(world, batch)).toBe('ROLLBACK RolledBack');
  });

  test('forced, it goes back although its dependents did not', async () => {
    const world = await World.make();
    const batch = await done(world);
    world.executor.scripts.set('api@1.0.0', { ends: 'failed' });
    const rollback = await roll(world, batch, {
      force: ['shared/db'],
      only: stack.map(({ name }) => `shared/${name}`),
    });
    await world.settled(batch);
    expect((await toldOf(world, rollback)).db).toBe('SUCCESS Verified');
    expect(world.cluster.running('db')).toBe('1.0.0');
  });

  test('changes of a later batch are left, and reported', async () => {
    const world = await World.make();
    const batch = await done(world);
    await done(world, [{ name: 'api', version: '3.0.0' }] as never);
    const rollback = await roll(world, batch);
    await world.settled(batch);
    expect(await startedIn(world, rollback)).toEqual(['web', 'db']);
    expect(world.cluster.running('api')).toBe('3.0.0');
    expect((await world.header(batch)).message).toContain('Left: 1 Superseded.');
  });

  test('changes of a later batch between plan and start are skipped, and the others go on', async () => {
    const world = await World.make();
    const batch = await done(world);
    // It holds the lock of api until the rollback waits for it.
    const later = await world.submit([{ name: 'api', version: '3.0.0' }]);
    await world.until(async () => (await startedIn(world, later)).includes('api'));
    const rollback = await roll(world, batch);
    await world.settled(batch);
    expect(await toldOf(world, rollback)).toEqual({
      web: 'SUCCESS Verified',
      api: 'SKIPPED Superseded',
      db: 'SUCCESS Verified',
    });
    expect(world.cluster.running('api')).toBe('3.0.0');
    expect(await endOf(world, rollback)).toBe('SUCCESS AllSucceeded');
    expect(await endOf(world, batch)).toBe('ROLLBACK RolledBack');
  });

  test('a hotfix that somebody has deployed there is left alone', async () => {
    const world = await World.make();
    const batch = await done(world);
    world.cluster.set('api', '2.0.0-hotfix', 'good');
    const rollback = await roll(world, batch);
    await world.settled(batch);
    expect(await toldOf(world, rollback)).toMatchObject({ api: 'SKIPPED Superseded', db: 'SUCCESS Verified' });
    expect(world.cluster.running('api')).toBe('2.0.0-hotfix');
  });

  test('what an UNKNOWN depends on stays, unless it is forced', async () => {
    const world = await World.make();
    world.executor.scripts.set('web@2.0.0', { start: 'unknown', appears: Number.POSITIVE_INFINITY });
    const batch = await done(world);
    expect((await toldOf(world, batch)).web).toMatch(/^UNKNOWN/);
    await expect(roll(world, batch)).rejects.toMatchObject({ name: 'NothingToRollBack' });
    const rollback = await roll(world, batch, { force: ['shared/api', 'shared/db'] });
    await world.settled(batch);
    expect(await startedIn(world, rollback)).toEqual(['api', 'db']);
    expect(await endOf(world, batch)).toBe('FAILED RollbackIncomplete');
  });

  test('what was the first there, and what must never be rolled back, stays', async () => {
    const world = await World.make();
    const batch = await world.submit(
      [{ name: 'db', rollback: 'none' }, { name: 'new' }, { name: 'api', needs: ['new'] }],
      { without: ['new'] },
    );
    await world.settled(batch);
    const rollback = await roll(world, batch);
    await world.settled(batch);
    expect(await startedIn(world, rollback)).toEqual(['api']);
    expect((await world.header(batch)).message).toContain('Left: 1 NoPreviousVersion, 1 StrategyNone.');
    await expect(roll(world, batch, { only: ['shared/db'] })).rejects.toMatchObject({ name: 'NotRolledBack' });
  });

  test('the rollback of a rollback deploys the new versions again', async () => {
    const world = await World.make();
    const batch = await done(world);
    const rollback = await roll(world, batch);
    await world.settled(batch);
    const again = await roll(world, rollback);
    await world.settled(rollback);
    expect(await startedIn(world, again)).toEqual(['db', 'api', 'web']);
    expect(stack.map(({ name }) => world.cluster.running(name))).toEqual(['2.0.0', '2.0.0', '2.0.0']);
    expect([await endOf(world, batch), await endOf(world, rollback)]).toEqual([
      'ROLLBACK RolledBack',
      'ROLLBACK RolledBack',
    ]);
  });

  test('a rollback that is cancelled closes the batch as incomplete', async () => {
    const world = await World.make();
    const { cancelBatch } = await import('../../lib/usecases/batch/cancel-batch.ts');
    const batch = await done(world);
    const rollback = await roll(world, batch);
    await expect(cancelBatch(world.deps, { batchId: batch, actor: 'ada' })).rejects.toThrow(rollback);
    await world.until(async () => (await toldOf(world, rollback)).web === 'SUCCESS Verified');
    await cancelBatch(world.deps, { batchId: rollback, actor: 'ada' });
    await world.settled(batch);
    expect(await endOf(world, batch)).toBe('FAILED RollbackIncomplete');
    expect((await toldOf(world, batch)).web).toBe('ROLLBACK RolledBack');
  });
});

describe('a batch that still runs', () => {
  test('nothing new starts, what is in flight ends, and then it goes back', async () => {
    const world = await World.make();
    const batch = await world.submit(stack);
    await world.until(async () => (await startedIn(world, batch)).includes('api'));
    const rollback = await roll(world, batch);
    await expect(roll(world, batch)).rejects.toMatchObject({ name: 'RollbackRuns' });
    await world.settled(batch);
    expect(await startedIn(world, batch)).toEqual(['db', 'api']);
    expect(await startedIn(world, rollback)).toEqual(['api', 'db']);
    expect(await endOf(world, batch)).toBe('ROLLBACK RolledBack');
    expect(stack.map(({ name }) => world.cluster.running(name))).toEqual(['1.0.0', '1.0.0', '1.0.0']);
  });

  test('a cancel wins over it', async () => {
    const world = await World.make();
    const { cancelBatch } = await import('../../lib/usecases/batch/cancel-batch.ts');
    const batch = await world.submit(stack);
    await world.until(async () => (await startedIn(world, batch)).includes('api'));
    await roll(world, batch);
    await cancelBatch(world.deps, { batchId: batch, actor: 'ada' });
    await world.settled(batch);
    expect((await world.header(batch)).message).toContain('It was not rolled back because it was cancelled');
    expect(await listed(world)).toHaveLength(1);
    // Its end is sealed, so it can still be rolled back.
    await roll(world, batch);
    await world.settled(batch);
    expect(await endOf(world, batch)).toBe('ROLLBACK RolledBack');
  });
});
