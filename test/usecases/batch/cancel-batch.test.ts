import { describe, expect, test } from 'vitest';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type ItemRow, itemOf, type Step, type TurnRow } from '../../../lib/domain/record/rows.ts';
import { cancelBatch } from '../../../lib/usecases/batch/cancel-batch.ts';
import { changeBatch, makeWorld, planned, readHeader, type World } from './api-world.ts';

const turn = async (world: World, batchId: string, index: number, state: TurnRow['state']): Promise<void> => {
  const row: TurnRow = {
    batch_id: batchId,
    index,
    key: `k/${index}`,
    state,
    target: 't',
    reason: '',
    message: '',
    at: 1,
  };
  await world.table.transact([{ put: itemOf(keys.turn(batchId, index), row) }]);
};

const item = async (world: World, batchId: string, index: number, patch: Partial<ItemRow>): Promise<void> => {
  const told = { status: 'PROCESSING', reason: 'R', message: 'M' } as const;
  const change = changeItem(pendingItem(batchId, index, `k/${index}`), { ...told, ...patch }, { at: 1, actor: 'test' });
  await world.table.transact(change.writes);
};

const notStarted = 'No run has started, and none will.';
const restoring = 'The last good release is being restored. A restore is not interrupted.';

const run = (ref: string) => ({ executor: 'harness', key: 'a', attempt: 1, ref });

const steps: readonly (readonly [Step, 'stopping' | 'continues', why: string])[] = [
  ['turn', 'stopping', notStarted],
  ['capture', 'stopping', notStarted],
  ['deploy', 'stopping', 'Run run-7 is aborted if the executor still can; the outcome tells how it ended.'],
  ['verify', 'continues', 'Its run is over. Flotilla still checks what runs now, to record how it ended.'],
  ['restore', 'continues', restoring],
  ['verify-restore', 'continues', restoring],
  ['recorded', 'continues', 'It has ended; its outcome is being recorded.'],
];

describe('cancelBatch', () => {
  test('marks the header and sends the dispatcher a message in one transaction', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    const answer = await cancelBatch(world.deps, { batchId, actor: 'ada' });
    expect(answer).toEqual({ batch_id: batchId, cancel_requested_at: '2026-09-30T06:00:00.000Z', in_flight: [] });
    expect(await readHeader(world, batchId)).toMatchObject({
      status: 'PROCESSING',
      reason: 'CancelRequested',
      message: 'ada asked to cancel. Nothing new starts; runs are stopped where possible.',
      cancel_requested_at: world.clock.now(),
    });
    const { items } = await world.table.query({ pk: 'INBOX', limit: 10 });
    expect(items).toMatchObject([{ message: { type: 'cancelled', batch_id: batchId } }]);
  });

  test('reads hundreds in flight in parallel, and lists them in order', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    for (let index = 0; index < 120; index += 1) await turn(world, batchId, index, 'granted');
    const get = world.table.get.bind(world.table);
    let reading = 0;
    let most = 0;
    world.table.get = async (key) => {
      reading += 1;
      most = Math.max(most, reading);
      await new Promise((resolve) => setImmediate(resolve));
      reading -= 1;
      return get(key);
    };
    const { in_flight } = await cancelBatch(world.deps, { batchId, actor: 'ada' });
    expect(in_flight.map(({ index }) => index)).toEqual(Array.from({ length: 120 }, (_, index) => index));
    expect(most).toBe(50);
  });

  test('asking twice changes nothing', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    const first = await cancelBatch(world.deps, { batchId, actor: 'ada' });
    const { seq } = await readHeader(world, batchId);
    await world.clock.sleep(1000);
    expect(await cancelBatch(world.deps, { batchId, actor: 'eve' })).toEqual(first);
    expect((await readHeader(world, batchId)).seq).toBe(seq);
    expect((await world.table.query({ pk: 'INBOX', limit: 10 })).items).toHaveLength(1);
  });

  test.each(steps)('a deployment in step %s: %s', async (step, effect, why) => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    await turn(world, batchId, 1, 'granted');
    if (step !== 'turn') {
      await item(world, batchId, 1, { step, runs: [run('run-6'), run('run-7')] });
    }
    const { in_flight } = await cancelBatch(world.deps, { batchId, actor: 'ada' });
    expect(in_flight).toEqual([{ index: 1, key: 'k/1', step, effect, why }]);
  });

  test('leaves out the name of a run that has no known name yet', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    await turn(world, batchId, 1, 'granted');
    await item(world, batchId, 1, { step: 'deploy', runs: [{ executor: 'harness', key: 'a', attempt: 1 }] });
    const { in_flight } = await cancelBatch(world.deps, { batchId, actor: 'ada' });
    expect(in_flight[0]!.why).toBe('Its run is aborted if the executor still can; the outcome tells how it ended.');
  });

  test('counts no refused or ended deployment as in flight', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    await turn(world, batchId, 0, 'granted');
    await turn(world, batchId, 1, 'refused');
    const end = {
      status: 'SUCCESS',
      reason: 'R',
      message: 'M',
      evidence: [],
      attempts: 1,
      runs: [],
      warnings: [],
      ended_at: 1,
    } as const;
    await item(world, batchId, 0, { step: 'recorded', outcome: end });
    expect((await cancelBatch(world.deps, { batchId, actor: 'ada' })).in_flight).toEqual([]);
  });

  test('a sealed batch cannot be cancelled', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    await changeBatch(world, batchId, { status: 'SUCCESS', reason: 'AllSucceeded', message: 'Good.', ended_at: 1 });
    await expect(cancelBatch(world.deps, { batchId, actor: 'ada' })).rejects.toMatchObject({
      name: 'StatusConflict',
      message: `Batch ${batchId} has ended: SUCCESS / AllSucceeded. There is nothing to cancel.`,
      details: { batch_id: batchId, status: 'SUCCESS' },
    });
  });

  test('is recorded although the header changes meanwhile', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    let changes = 0;
    const table = {
      get: world.table.get.bind(world.table),
      query: world.table.query.bind(world.table),
      transact: async (writes: Parameters<typeof world.table.transact>[0]) => {
        if (changes++ < 2)
          await changeBatch(world, batchId, { status: 'PROCESSING', reason: 'Other', message: 'Other.' });
        await world.table.transact(writes);
      },
      synced: () => world.table.synced(),
    };
    await cancelBatch({ ...world.deps, table }, { batchId, actor: 'ada' });
    expect(await readHeader(world, batchId)).toMatchObject({ reason: 'CancelRequested', seq: 5 });
  });
});
