import { describe, expect, test } from 'vitest';
import { readTarget } from '../../lib/usecases/targets/read-now.ts';
import { previewTarget, rollBackTarget } from '../../lib/usecases/undo/roll-back-target.ts';
import { endOf, toldOf } from './rollback-world.ts';
import { World } from './world.ts';

const db = { key: 'shared/db', environment: 'staging' } as const;
const asked = { ...db, reason: 'orders are lost', actor: 'ada' };

const deployed = async (world: World, ...versions: readonly string[]): Promise<void> => {
  for (const version of versions) await world.settled(await world.submit([{ name: 'db', version }]));
};

describe('one target goes back', () => {
  test('to the previous release', async () => {
    const world = await World.make();
    await deployed(world, '1.3.1', '1.3.2', '1.4.0');
    expect(await previewTarget(world.deps, db)).toMatchObject({
      target: 'staging/cluster-eu-1/shared/db',
      from: '1.4.0',
      to: '1.3.2',
    });
    const { batch_id } = await rollBackTarget(world.deps, asked);
    await world.settled(batch_id);
    expect(world.cluster.running('db')).toBe('1.3.2');
    expect(await world.header(batch_id)).toMatchObject({
      status: 'SUCCESS',
      origin: { kind: 'rollback', target: 'staging/cluster-eu-1/shared/db', reason: 'orders are lost' },
    });
  });

  test('to a chosen one that was verified there', async () => {
    const world = await World.make();
    await deployed(world, '1.3.1', '1.3.2', '1.4.0');
    await world.settled((await rollBackTarget(world.deps, { ...asked, to: '1.3.1' })).batch_id);
    expect(world.cluster.running('db')).toBe('1.3.1');
  });

  test('after a failure without a restore: to the last good one', async () => {
    const world = await World.make();
    await deployed(world, '1.3.2');
    world.executor.scripts.set('db@1.4.0', { ends: 'failed' });
    await world.settled(await world.submit([{ name: 'db', version: '1.4.0', rollback: 'manual' }]));
    await world.settled((await rollBackTarget(world.deps, asked)).batch_id);
    expect(world.cluster.running('db')).toBe('1.3.2');
  });

  test('not over what somebody has deployed there since', async () => {
    const world = await World.make();
    await deployed(world, '1.3.2', '1.4.0');
    world.cluster.set('db', '1.4.0-hotfix', 'good');
    const { batch_id } = await rollBackTarget(world.deps, asked);
    await world.settled(batch_id);
    expect(await toldOf(world, batch_id)).toEqual({ db: 'SKIPPED Superseded' });
    expect([world.cluster.running('db'), await endOf(world, batch_id)]).toEqual([
      '1.4.0-hotfix',
      'SUCCESS AllSucceeded',
    ]);
  });
});

describe('a repeated request', () => {
  const keyed = { ...asked, idempotencyKey: 'once' };

  test('is the same batch by its key, even after it ran: the release that it removed stays away', async () => {
    const world = await World.make();
    await deployed(world, '1.3.2', '1.4.0');
    const first = await rollBackTarget(world.deps, keyed);
    await world.settled(first.batch_id);
    expect(await rollBackTarget(world.deps, keyed)).toMatchObject({
      batch_id: first.batch_id,
      target: 'staging/cluster-eu-1/shared/db',
      message: 'shared/db in staging back to 1.3.2',
    });
    expect(world.cluster.running('db')).toBe('1.3.2');
  });

  test('without a key is refused while the first is at work', async () => {
    const world = await World.make();
    await deployed(world, '1.3.2', '1.4.0');
    world.executor.scripts.set('db@1.3.2', { takes: 60 });
    const { batch_id } = await rollBackTarget(world.deps, asked);
    const target = 'staging/cluster-eu-1/shared/db';
    await world.until(async () => (await readTarget(world.deps, target)).now?.state === 'changing');
    await expect(rollBackTarget(world.deps, asked)).rejects.toMatchObject({
      name: 'RollbackRuns',
      details: { rollback: batch_id },
    });
  });
});

describe('what cannot go back gets a readable problem', () => {
  const refused = async (wished: object, versions: readonly string[] = ['1.3.2', '1.4.0']) => {
    const world = await World.make();
    await deployed(world, ...versions);
    return rollBackTarget(world.deps, { ...asked, ...wished }).catch(
      (error: Error) => `${error.name}: ${error.message}`,
    );
  };

  test.each([
    [
      { to: '1.2.0' },
      'ReleaseNotFound: Version 1.2.0 was never verified at staging/cluster-eu-1/shared/db; these were: 1.3.2.',
    ],
    [{ to: '1.4.0' }, 'NothingToRollBack: Version 1.4.0 already runs at staging/cluster-eu-1/shared/db.'],
    [
      { key: 'shared/no' },
      'TargetNotFound: Nothing is recorded for shared/no in staging. GET /targets shows what there is.',
    ],
    [
      { cluster: 'cluster-eu-9' },
      'TargetNotFound: Nothing is recorded for shared/db in staging on cluster-eu-9. Did you mean cluster-eu-1? GET /targets shows what there is.',
    ],
  ])('%j', async (wished, said) => {
    expect(await refused(wished)).toBe(said);
  });

  test('nothing was verified before', async () => {
    expect(await refused({}, ['1.4.0'])).toBe(
      'ReleaseNotFound: There is no release before at staging/cluster-eu-1/shared/db; no other version was.',
    );
  });
});
