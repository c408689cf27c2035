import { describe, expect, test } from 'vitest';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import { countOpenBatches } from '../../../lib/usecases/batch/count-open-batches.ts';
import { listBatches } from '../../../lib/usecases/batch/list-batches.ts';
import { readBatch } from '../../../lib/usecases/batch/read-batch.ts';
import { executionTold } from '../../../lib/usecases/execution-told.ts';
import { changeBatch, makeWorld, planned, publish, readHeader, releaseYaml, submitted } from './api-world.ts';

describe('readBatch', () => {
  test('shows everything as pending before the plan', async () => {
    const world = makeWorld();
    const batchId = await submitted(world);
    const view = await readBatch(world.deps, { named: batchId, actor: 'ada' });
    expect(view).toMatchObject({
      status: 'PENDING',
      counts: { PENDING: 3 },
      strategy: { mode: 'parallel' },
      created_at: '2026-09-30T06:00:00.000Z',
      links: { self: `/batches/${batchId}`, events: `/batches/${batchId}/events` },
    });
    expect(view).not.toHaveProperty('plan_hash');
    expect(view).not.toHaveProperty('ended_at');
  });

  test('shows what its file says about itself; an older batch has none of it', async () => {
    const world = makeWorld();
    const tags = Array.from({ length: 12 }, (_, at) => `tag ${at}`);
    const metadata = { description: 'All of it.', author: 'Ada', created: '2026-01-31T08:00:00Z', tags };
    const written = JSON.stringify({ name: 'Autumn', ...metadata });
    const batchId = await submitted(world, releaseYaml.replace('{ name: Autumn release }', written));
    expect(await readBatch(world.deps, { named: batchId, actor: 'ada' })).toMatchObject({ name: 'Autumn', metadata });
    const { batches } = await listBatches(world.deps, { limit: 1 });
    expect(batches[0]).toMatchObject({ name: 'Autumn' });
    expect(batches[0]!.metadata).toEqual({ author: 'Ada', tags: tags.slice(0, 10), more_tags: 2 });
    const { metadata: _, ...earlier } = await readHeader(world, batchId);
    await world.table.transact([{ put: itemOf(keys.header(batchId), earlier) }]);
    expect((await readBatch(world.deps, { named: batchId, actor: 'ada' })).metadata).toEqual({});
    expect((await listBatches(world.deps, { limit: 1 })).batches[0]!.metadata).toEqual({});
  });

  test('adds the counts of its scheduling head while it runs', async () => {
    const world = makeWorld();
    const { batchId, plan } = await planned(world);
    const counts = { PENDING: 1, PROCESSING: 1, SUCCESS: 1, FAILED: 0 };
    await world.table.transact([
      { put: itemOf(keys.scheduleBatch(batchId), { batch_id: batchId, telling: [], counts }) },
    ]);
    const view = await readBatch(world.deps, { named: batchId, actor: 'ada' });
    expect(view).toMatchObject({
      status: 'PROCESSING',
      reason: 'Running',
      message: '3 deployments: 1 succeeded, 1 in work, 1 waiting.',
      counts: { PENDING: 1, PROCESSING: 1, SUCCESS: 1 },
    });
    expect(view.plan_hash).toBe(plan.plan_hash);
  });

  test('shows its final totals when it is sealed', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    const totals = { SUCCESS: 2, FAILED: 1 };
    const told = { status: 'FAILED', reason: 'DeploymentsFailed', message: 'Bad.' } as const;
    await changeBatch(world, batchId, { ...told, totals, ended_at: world.clock.now() });
    expect(await readBatch(world.deps, { named: batchId, actor: 'ada' })).toMatchObject({
      counts: totals,
      ended_at: '2026-09-30T06:00:00.000Z',
    });
  });

  test('was last updated when one of its deployments last changed', async () => {
    const world = makeWorld();
    const { batchId, plan } = await planned(world);
    for (const { index, key } of plan.deployments) {
      world.clock.time += 60_000;
      const told = { status: 'PROCESSING', reason: 'TurnGranted', message: 'Its turn has come.' } as const;
      const occasion = { at: world.clock.now(), actor: 'dispatcher' };
      await world.table.transact(changeItem(pendingItem(batchId, index, key), told, occasion).writes);
    }
    await publish(world, batchId);
    expect((await readBatch(world.deps, { named: batchId, actor: 'ada' })).updated_at).toBe('2026-09-30T06:03:00.000Z');
    world.clock.time += 60_000;
    const told = { status: 'PROCESSING', reason: 'CancelRequested', message: 'ada asked to cancel.' } as const;
    await changeBatch(world, batchId, told);
    expect((await readBatch(world.deps, { named: batchId, actor: 'ada' })).updated_at).toBe('2026-09-30T06:04:00.000Z');
  });

  test('takes the latest change as its update time', async () => {
    const world = makeWorld();
    const { batchId, plan } = await planned(world);
    let item = pendingItem(batchId, 0, plan.deployments[0]!.key);
    for (let minute = 1; minute <= 30; minute += 1) {
      const told = { status: 'PROCESSING', reason: 'RunStarted', message: 'Run.' } as const;
      const change = changeItem(item, told, { at: world.clock.now() + minute * 60_000, actor: 'executor' });
      await world.table.transact(change.writes);
      item = change.row;
    }
    await publish(world, batchId);
    expect((await readBatch(world.deps, { named: batchId, actor: 'ada' })).updated_at).toBe('2026-09-30T06:30:00.000Z');
  });

  test('reports an unknown batch as not found', async () => {
    await expect(readBatch(makeWorld().deps, { named: 'none', actor: 'ada' })).rejects.toMatchObject({
      name: 'BatchNotFound',
    });
  });
});

describe('says where an execution runs on AWS, and says nothing for the embedded engine', () => {
  test.each([
    ['arn:aws:states:eu-central-1:111122223333:execution:Batch:01J', true],
    ['arn:aws-us-gov:states:us-gov-east-1:111122223333:execution:Batch:01J', 'without a page'],
    ['arn:aws:states:us-east-1:000000000000:execution:batch:01J', false],
    ['arn', false],
    [undefined, false],
  ])('%s: %s', async (arn, isTold) => {
    const page = isTold === true ? { console: expect.stringContaining(`/v2/executions/details/${arn}`) } : {};
    expect(executionTold(arn)).toEqual(isTold ? { execution_arn: arn, ...page } : {});
    const world = makeWorld();
    const { batchId } = await planned(world);
    await changeBatch(world, batchId, {
      status: 'PROCESSING',
      reason: 'Planned',
      message: '',
      execution_arn: arn ?? '',
    });
    const view = await readBatch(world.deps, { named: batchId, actor: 'ada' });
    expect([view.execution_arn, 'console' in view.links]).toEqual([isTold ? arn : undefined, isTold === true]);
  });
});

test('counts open batches', async () => {
  const world = makeWorld();
  expect(await countOpenBatches(world.deps)).toBe(0);
  await submitted(world);
  const second = await submitted(world);
  expect(await countOpenBatches(world.deps)).toBe(2);
  await world.table.transact([{ delete: keys.open(second) }]);
  expect(await countOpenBatches(world.deps)).toBe(1);
});

describe('listBatches', () => {
  test('lists the newest first, page by page', async () => {
    const world = makeWorld();
    const ids = [await submitted(world), await submitted(world), await submitted(world)];
    const first = await listBatches(world.deps, { limit: 2 });
    expect(first.batches.map(({ batch_id }) => batch_id)).toEqual([ids[2], ids[1]]);
    const second = await listBatches(world.deps, { limit: 2, after: first.next_after });
    expect(second.batches).toMatchObject([{ batch_id: ids[0], status: 'PENDING', total: 3, name: 'Autumn release' }]);
    expect(second).not.toHaveProperty('next_after');
  });

  test('shows the progress of a batch in work', async () => {
    const world = makeWorld();
    const { batchId } = await planned(world);
    const counts = { PENDING: 2, PROCESSING: 1, FAILED: 0 };
    await world.table.transact([
      { put: itemOf(keys.scheduleBatch(batchId), { batch_id: batchId, telling: [], counts }) },
    ]);
    const message = '3 deployments: 1 in work, 2 waiting.';
    const { batches } = await listBatches(world.deps, { limit: 1 });
    expect(batches).toMatchObject([{ status: 'PROCESSING', reason: 'Running', message }]);
    expect(batches[0]!.counts).toEqual({ PENDING: 2, PROCESSING: 1 });
    const told = { status: 'PROCESSING', reason: 'CancelRequested', message: 'ada asked to cancel.' } as const;
    await changeBatch(world, batchId, told);
    expect((await listBatches(world.deps, { limit: 1 })).batches).toMatchObject([
      { reason: 'CancelRequested', message: `ada asked to cancel. ${message}` },
    ]);
  });
});
