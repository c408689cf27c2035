import { expect, test } from 'vitest';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import type { Outcome } from '../../../lib/domain/record/rows.ts';
import { finishBatch } from '../../../lib/usecases/batch/finish-batch.ts';
import { makeWorld, planned, readHeader } from './api-world.ts';

test('seals a batch once, no matter how often it is finished', async () => {
  const world = makeWorld();
  const { batchId, plan } = await planned(world);
  for (const { index, key } of plan.deployments) {
    const told = { status: 'SKIPPED', reason: 'BatchStopped', message: 'Not started.' } as const;
    const outcome: Outcome = { ...told, evidence: [], warnings: [], attempts: 0, runs: [], ended_at: 1 };
    const change = changeItem(pendingItem(batchId, index, key), { ...told, outcome }, { at: 1, actor: 'test' });
    await world.table.transact(change.writes);
  }
  const first = await finishBatch(world.deps, { batch_id: batchId });
  const sealed = await readHeader(world, batchId);
  world.clock.time += 60_000;
  expect(await finishBatch(world.deps, { batch_id: batchId })).toEqual(first);
  expect(await readHeader(world, batchId)).toEqual(sealed);
  expect((await world.table.query({ pk: 'INBOX', limit: 10 })).items).toHaveLength(1);
});
