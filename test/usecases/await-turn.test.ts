import { expect, test } from 'vitest';
import { changeItem, pendingItem } from '../../lib/domain/record/change.ts';
import type { Outcome } from '../../lib/domain/record/rows.ts';
import { awaitTurn } from '../../lib/usecases/await-turn.ts';
import { makeWorld, planned } from './api-world.ts';

const outcome: Outcome = {
  status: 'SUCCESS',
  reason: 'Verified',
  message: '2 of 2 replicas are ready.',
  evidence: [],
  warnings: [],
  attempts: 1,
  runs: [],
  ended_at: 1,
};

/** Begins a child, and gives what its token is answered. */
const begin = async (ended: boolean): Promise<readonly unknown[]> => {
  const world = makeWorld();
  const { batchId } = await planned(world);
  const change = changeItem(
    pendingItem(batchId, 0, 'shared/login-api'),
    { ...outcome, ...(ended ? { outcome } : {}) },
    { at: 1, actor: 'test' },
  );
  await world.table.transact(change.writes);
  const told: unknown[] = [];
  const workflow = Object.assign(world.workflow, {
    fail: async (...given: unknown[]) => void told.push(given),
  });
  const task = { token: 'token-1', execution_arn: 'arn', batch_id: batchId, index: 0 };
  await awaitTurn({ ...world.deps, workflow }, task);
  return told;
};

test('a child that begins again after its deployment has ended ends at once', async () => {
  expect(await begin(true)).toEqual([['token-1', 'TurnRefused', 'It has ended already: 2 of 2 replicas are ready.']]);
});

test('one that has no turn yet is not answered', async () => {
  expect(await begin(false)).toEqual([]);
});
