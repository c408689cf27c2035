import { expect, test } from 'vitest';
import { previewRollback } from '../../lib/usecases/undo/preview-rollback.ts';
import { retryBatch } from '../../lib/usecases/undo/retry-batch.ts';
import { endOf, roll, startedIn, toldOf } from './rollback-world.ts';
import { World } from './world.ts';

const stack = [{ name: 'db' }, { name: 'api', needs: ['db'] }, { name: 'web', needs: ['api'] }];

test('the rollback of a batch includes its retry: back to the version before the first', async () => {
  const world = await World.make();
  world.executor.scripts.set('api@2.0.0', { ends: 'failed' });
  // What the batch left there is broken, and stays: the retry finds it.
  const batch = await world.submit(stack.map((one) => ({ ...one, rollback: 'manual' as const })));
  await world.settled(batch);
  world.executor.scripts.clear();
  const { header } = await retryBatch(world.deps, { batchId: batch, actor: 'ada' });
  await world.settled(header.batch_id);
  expect(await endOf(world, header.batch_id)).toBe('SUCCESS AllSucceeded');
  const preview = await previewRollback(world.deps, { batchId: batch });
  expect(preview.covers).toEqual([batch, header.batch_id]);
  expect(preview.deployments.map(({ key, to }) => `${key} ${to}`)).toEqual([
    'shared/web 1.0.0',
    'shared/api 1.0.0',
    'shared/db 1.0.0',
  ]);
  const rollback = await roll(world, batch);
  expect(await world.header(header.batch_id)).toMatchObject({ reason: 'RollingBack', rolling_back: rollback });
  await world.settled(batch);
  expect(await startedIn(world, rollback)).toEqual(['web', 'api', 'db']);
  expect(stack.map(({ name }) => world.cluster.running(name))).toEqual(['1.0.0', '1.0.0', '1.0.0']);
  expect([await endOf(world, batch), await endOf(world, header.batch_id)]).toEqual([
    'ROLLBACK RolledBack',
    'ROLLBACK RolledBack',
  ]);
  expect(await toldOf(world, header.batch_id)).toEqual({ api: 'ROLLBACK RolledBack', web: 'ROLLBACK RolledBack' });
  expect((await world.header(header.batch_id)).rolling_back).toBeUndefined();
});

test('when its documents are gone, a batch is not rolled back, and says why', async () => {
  const world = await World.make();
  const batch = await world.submit(stack);
  await world.settled(batch);
  const gone = { ...world.deps, documents: { ...world.deps.documents, get: async () => undefined } };
  await expect(previewRollback(gone, { batchId: batch })).rejects.toMatchObject({
    name: 'RecordExpired',
    message: `The plan of batch ${batch} is no longer kept, so its changes are unknown. Deploy the versions that you want.`,
  });
  await expect(roll({ deps: gone }, batch)).rejects.toMatchObject({ name: 'RecordExpired' });
  expect(await endOf(world, batch)).toBe('SUCCESS AllSucceeded');
});
