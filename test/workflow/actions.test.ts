import { describe, expect, test } from 'vitest';
import { keys } from '../../lib/domain/record/keys.ts';
import { resolveDeployment } from '../../lib/usecases/deployment/resolve-deployment.ts';
import { readPlanned } from '../../lib/usecases/plan/plan-store.ts';
import { readRecorded } from '../../lib/usecases/plan/read-recorded.ts';
import { readTarget } from '../../lib/usecases/targets/read-now.ts';
import { retryBatch } from '../../lib/usecases/undo/retry-batch.ts';
import { rollBackTarget } from '../../lib/usecases/undo/roll-back-target.ts';
import type { Wanted } from './batch-text.ts';
import { wrongIndex } from './index-law.ts';
import { expectAllInOrder, reportOf } from './report.ts';
import { roll, startedIn, toldOf } from './rollback-world.ts';
import type { Submission } from './world.ts';
import { World } from './world.ts';

/** Deletes and scales, on their way through the machines. */

const target = (name: string): string => `staging/cluster-eu-1/shared/${name}`;

const nowOf = async (world: World, name = 'a'): Promise<string> => {
  const { now } = await readTarget(world.deps, target(name));
  return now === undefined ? 'nothing' : `${now.state} ${now.version ?? '-'}`;
};

const run = async (world: World, wanted: readonly Wanted[], submission: Submission = {}): Promise<string> => {
  const batchId = await world.submit(wanted, submission);
  await world.settled(batchId);
  await expectAllInOrder(world, batchId);
  return batchId;
};

const deployed = async (world: World, ...versions: readonly string[]): Promise<void> => {
  for (const version of versions) await run(world, [{ name: 'a', version, executor: 'kubernetes' }]);
};

const outcomeOf = async (world: World, batchId: string, name = 'a') => {
  const { outcome, item } = (await reportOf(world, batchId))[name]!;
  const { message, release_before: before, release_after: after } = item.outcome!;
  return { outcome, message, before, after };
};

const remove: Wanted = { name: 'a', action: 'delete' };
const scaled = (replicas: number): Wanted => ({ name: 'a', action: 'scale', replicas });

describe('a delete', () => {
  test('is verified as gone, leaves a tombstone, and a later deploy makes it live again', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    const batchId = await run(world, [remove]);
    expect(await outcomeOf(world, batchId)).toEqual({
      outcome: 'SUCCESS / Deleted',
      message: 'deployment shared/a is gone.',
      before: '2.0.0',
      after: undefined,
    });
    expect(await nowOf(world)).toBe('deleted -');
    expect(world.cluster.running('a')).toBeUndefined();
    const planned = await readPlanned(world.deps, batchId, 0);
    expect(await readRecorded(world.deps, [planned])).toEqual([undefined]);
    await deployed(world, '3.0.0');
    expect(await nowOf(world)).toBe('verified 3.0.0');
    expect(await wrongIndex(world)).toEqual([]);
  });

  test('of a missing service succeeds all the same', async () => {
    const world = await World.make();
    const batchId = await run(world, [remove], { without: ['a'] });
    expect(await outcomeOf(world, batchId)).toMatchObject({
      outcome: 'SUCCESS / AlreadyGone',
      message: 'there was no deployment shared/a to delete.',
    });
    expect(await nowOf(world)).toBe('deleted -');
    await expect(roll(world, batchId)).rejects.toMatchObject({ name: 'NothingToRollBack' });
  });

  test('is tried again, even if the previous attempt has deleted it', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    world.executor.scripts.set('a#1', { ends: 'failed', leaves: 'gone' });
    const batchId = await run(world, [{ ...remove, retries: 1 }]);
    expect(await outcomeOf(world, batchId)).toMatchObject({ outcome: 'SUCCESS / Deleted', before: '2.0.0' });
  });

  test('that fails restores the last good release, although it may still run', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    world.executor.scripts.set('a#1', { ends: 'failed' });
    const batchId = await run(world, [remove]);
    expect(await reportOf(world, batchId)).toMatchObject({
      a: { outcome: 'FAILED / RestoredPreviousRelease', starts: '1, restore' },
    });
    expect(await nowOf(world)).toBe('restored 2.0.0');
    expect(world.cluster.running('a')).toBe('2.0.0');
  });

  test('that fails restores what was only observed there, too: we never deployed it', async () => {
    const world = await World.make();
    world.executor.scripts.set('a#1', { ends: 'failed', leaves: 'gone' });
    const batchId = await run(world, [remove]);
    expect(await outcomeOf(world, batchId)).toMatchObject({ outcome: 'FAILED / RestoredPreviousRelease' });
    expect(world.cluster.running('a')).toBe('1.0.0');
    expect(world.executor.runs.map(({ request }) => request.deployment.action)).toEqual(['delete', undefined]);
  });

  test('that fails without a restore leaves open what is there', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    world.executor.scripts.set('a#1', { ends: 'failed' });
    await run(world, [{ ...remove, rollback: 'manual' }]);
    expect(await nowOf(world)).toBe('failed -');
  });

  test('fails when the executor says that it is done, and the object still exists', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    world.executor.scripts.set('a#1', { leaves: 'nothing' });
    const batchId = await run(world, [{ ...remove, rollback: 'manual' }]);
    expect(await outcomeOf(world, batchId)).toMatchObject({ outcome: 'FAILED / NotDeleted' });
  });

  test('no restore goes back to a deleted service', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    await run(world, [remove]);
    world.executor.scripts.set('a@3.0.0', { ends: 'failed' });
    const batchId = await run(world, [{ name: 'a', version: '3.0.0', executor: 'kubernetes' }], { without: ['a'] });
    const { outcome, before } = await outcomeOf(world, batchId);
    expect([outcome, before]).toEqual(['FAILED / NoPreviousVersion', undefined]);
  });

  test('comes after the deletes of its dependents', async () => {
    const world = await World.make();
    const names = [{ name: 'db' }, { name: 'api', needs: ['db'] }, { name: 'web', needs: ['api'] }];
    await run(
      world,
      names.map((one) => ({ ...one, executor: 'kubernetes' })),
    );
    const batchId = await run(
      world,
      names.map((one) => ({ ...one, action: 'delete' as const })),
    );
    expect(await startedIn(world, batchId)).toEqual(['web', 'api', 'db']);
    const back = await roll(world, batchId);
    await world.settled(back);
    await expectAllInOrder(world, back);
    expect(await startedIn(world, back)).toEqual(['db', 'api', 'web']);
  });

  test.each([
    ['SUCCESS', 'deleted -'],
    ['FAILED', 'failed -'],
  ] as const)('with an unknown result is resolved as %s', async (status, told) => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    world.executor.scripts.set('a', { start: 'unknown', appears: Number.POSITIVE_INFINITY });
    const batchId = await run(world, [remove]);
    expect(await nowOf(world)).toBe('unknown -');
    await resolveDeployment(world.deps, { batchId, key: 'shared/a', status, reason: 'I looked.', actor: 'ada' });
    expect(await nowOf(world)).toBe(told);
    expect(await wrongIndex(world)).toEqual([]);
  });
});

describe('a scale', () => {
  test.each([0, 1, 5])('to %i is verified, and leaves the version as it is', async (replicas) => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    const batchId = await run(world, [scaled(replicas)]);
    expect(await outcomeOf(world, batchId)).toMatchObject({
      ...{ outcome: 'SUCCESS / Scaled', before: '2.0.0', after: '2.0.0' },
      message:
        replicas === 0
          ? 'nothing runs any more, as requested: 0 replicas.'
          : `${replicas} of ${replicas} replicas are ready.`,
    });
    expect(await nowOf(world)).toBe('verified 2.0.0');
    const { item } = (await reportOf(world, batchId)).a!;
    expect(item.outcome?.warnings).toEqual([]);
    expect(await wrongIndex(world)).toEqual([]);
    const good = await world.table.get(keys.goodRelease(target('a')));
    expect(good).toMatchObject({ version: '2.0.0', deployment: { docker_image_version: '2.0.0' } });
  });

  test('that does not come up restores the previous number of replicas', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    world.executor.scripts.set('a#1', { leaves: 'stuck' });
    const batchId = await run(world, [scaled(5)]);
    expect(await reportOf(world, batchId)).toMatchObject({
      a: { outcome: 'FAILED / RestoredPreviousRelease', starts: '1, restore' },
    });
    expect(world.cluster.replicas('a')).toBe(2);
    expect(await nowOf(world)).toBe('restored 2.0.0');
  });

  test('of a missing service fails', async () => {
    const world = await World.make();
    world.executor.scripts.set('a#1', { leaves: 'nothing' });
    const batchId = await run(world, [{ ...scaled(3), rollback: 'manual' }], { without: ['a'] });
    expect(await outcomeOf(world, batchId)).toMatchObject({ outcome: 'FAILED / WorkloadNotFound' });
  });

  test('that somebody has undone meanwhile fails', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    world.executor.scripts.set('a#1', { leaves: 'nothing' });
    const batchId = await run(world, [{ ...scaled(3), rollback: 'manual' }]);
    expect(await outcomeOf(world, batchId)).toMatchObject({ outcome: 'FAILED / ReplicasNotSet', after: '2.0.0' });
  });

  test('can apply to a release that fails, to stop it', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    world.executor.scripts.set('a@3.0.0', { leaves: 'crash' });
    await run(world, [{ name: 'a', version: '3.0.0', executor: 'kubernetes', rollback: 'manual' }]);
    world.cluster.set('a', '3.0.0', 'good');
    const batchId = await run(world, [scaled(0)]);
    expect(await outcomeOf(world, batchId)).toMatchObject({ outcome: 'SUCCESS / Scaled' });
  });
});

describe('undo', () => {
  test('of a delete deploys the last good release again, and undoing that deletes it again', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    const batchId = await run(world, [remove]);
    const back = await roll(world, batchId);
    await world.settled(back);
    await expectAllInOrder(world, back);
    expect(world.cluster.running('a')).toBe('2.0.0');
    expect(await toldOf(world, batchId)).toEqual({ a: 'ROLLBACK RolledBack' });
    expect(await nowOf(world)).toBe('verified 2.0.0');
    const again = await roll(world, back);
    await world.settled(again);
    await expectAllInOrder(world, again);
    expect(world.cluster.running('a')).toBeUndefined();
    expect(await nowOf(world)).toBe('deleted -');
    expect(await outcomeOf(world, back)).toMatchObject({ outcome: 'ROLLBACK / RolledBack' });
    expect(await wrongIndex(world)).toEqual([]);
  });

  test('of a scale restores the previous number of replicas, and undoing that the new number', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    const batchId = await run(world, [scaled(5)]);
    const back = await roll(world, batchId);
    await world.settled(back);
    await expectAllInOrder(world, back);
    expect(world.cluster.replicas('a')).toBe(2);
    expect(await outcomeOf(world, batchId)).toMatchObject({
      outcome: 'ROLLBACK / RolledBack',
      message: `2 replicas are set again: batch ${back} rolled it back.`,
      after: '2.0.0',
    });
    const again = await roll(world, back);
    await world.settled(again);
    expect(world.cluster.replicas('a')).toBe(5);
    expect(await nowOf(world)).toBe('verified 2.0.0');
    expect(await wrongIndex(world)).toEqual([]);
  });

  test('of a scale leaves alone what somebody has scaled since', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    const batchId = await run(world, [scaled(5)]);
    world.cluster.scale('a', 7);
    const back = await roll(world, batchId);
    await world.settled(back);
    expect(await toldOf(world, back)).toEqual({ a: 'SKIPPED Superseded' });
    expect(world.cluster.replicas('a')).toBe(7);
  });

  test('of a batch that deploys, scales and deletes takes all of it back', async () => {
    const world = await World.make();
    const names = ['a', 'b', 'c'].map((name) => ({ name, executor: 'kubernetes' }));
    await run(
      world,
      names.map((one) => ({ ...one, version: '2.0.0' })),
    );
    const batchId = await run(world, [
      { name: 'a', version: '3.0.0', executor: 'kubernetes' },
      { name: 'b', action: 'scale', replicas: 4 },
      { name: 'c', action: 'delete' },
    ]);
    const back = await roll(world, batchId);
    await world.settled(back);
    await expectAllInOrder(world, back);
    expect([world.cluster.running('a'), world.cluster.replicas('b'), world.cluster.running('c')]).toEqual([
      '2.0.0',
      2,
      '2.0.0',
    ]);
    expect(await wrongIndex(world)).toEqual([]);
  });

  test('happens by itself, where the batch says so', async () => {
    const world = await World.make();
    await run(world, [
      { name: 'a', executor: 'kubernetes' },
      { name: 'b', executor: 'kubernetes' },
    ]);
    world.executor.scripts.set('b@3.0.0', { ends: 'failed' });
    const wanted: Wanted[] = [remove, { name: 'b', version: '3.0.0', executor: 'kubernetes' }];
    const batchId = await world.submit(wanted, { strategy: { on_failure: 'rollback' } });
    await world.settled(batchId);
    expect(await toldOf(world, batchId)).toMatchObject({ a: 'ROLLBACK RolledBack' });
    expect(world.cluster.running('a')).toBe('2.0.0');
  });

  test('takes one deleted target back to its last release', async () => {
    const world = await World.make();
    await deployed(world, '2.0.0');
    await run(world, [remove]);
    const asked = { key: 'shared/a', environment: 'staging', reason: 'it was needed', actor: 'ada' };
    const { batch_id, message } = await rollBackTarget(world.deps, asked);
    expect(message).toBe(`Puts version 2.0.0 of ${target('a')} back, in place of deleted.`);
    await world.settled(batch_id);
    expect(await nowOf(world)).toBe('verified 2.0.0');
  });
});

test('a retry tries a failed delete again, in its order', async () => {
  const world = await World.make();
  const names = [{ name: 'db' }, { name: 'api', needs: ['db'] }];
  await run(
    world,
    names.map((one) => ({ ...one, executor: 'kubernetes' })),
  );
  world.executor.scripts.set('api', { ends: 'failed' });
  const batchId = await run(
    world,
    names.map((one) => ({ ...one, action: 'delete' as const, rollback: 'manual' as const })),
  );
  expect(await toldOf(world, batchId)).toEqual({ api: 'FAILED PipelineFailed', db: 'SKIPPED DependencyFailed' });
  world.executor.scripts.delete('api');
  const { header } = await retryBatch(world.deps, { batchId, actor: 'ada' });
  const { batch_id } = header;
  await world.settled(batch_id);
  await expectAllInOrder(world, batch_id);
  expect(await startedIn(world, batch_id)).toEqual(['api', 'db']);
  expect(await toldOf(world, batch_id)).toEqual({ api: 'SUCCESS Deleted', db: 'SUCCESS Deleted' });
});
