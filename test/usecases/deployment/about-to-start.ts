import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf, type LockRow, type TurnRow } from '../../../lib/domain/record/rows.ts';
import { makeWorld, planned } from '../batch/api-world.ts';

/** A deployment that has its turn and its locks. Its first attempt is about to start. */
export const aboutToStart = async () => {
  const world = makeWorld();
  const { batchId, plan } = await planned(world);
  const deployment = plan.deployments[0]!;
  const turn: TurnRow = {
    batch_id: batchId,
    index: 0,
    key: deployment.key,
    state: 'granted',
    fence: 7,
    target: deployment.target,
    locks: [...plan.locks[0]!, deployment.target],
    reason: 'TurnGranted',
    message: 'Its turn has come.',
    at: 0,
  };
  const locks = turn.locks!.map((name): LockRow => ({ name, batch_id: batchId, index: 0, fence: 7, state: 'held' }));
  const told = { status: 'PROCESSING', reason: 'TurnGranted', message: 'Its turn has come.', step: 'capture' } as const;
  const change = changeItem(pendingItem(batchId, 0, deployment.key), told, { at: 0, actor: 'test' });
  await world.table.transact([
    ...change.writes,
    { put: itemOf(keys.turn(batchId, 0), turn) },
    ...locks.map((lock) => ({ put: itemOf(keys.lock(lock.name), lock) })),
  ]);
  return { world, batchId, deployment, turn, locks, item: change.row };
};
