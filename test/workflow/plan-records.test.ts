import { describe, expect, test } from 'vitest';
import { resolveDeployment } from '../../lib/usecases/deployment/resolve-deployment.ts';
import { previewPlan } from '../../lib/usecases/plan/preview-plan.ts';
import { batchText, type Wanted } from './batch-text.ts';
import type { Script } from './scripted-executor.ts';
import { World } from './world.ts';

/** What a plan would say of `a` in this version. */
const planned = async (world: World, version: string) => {
  const { deployments } = await previewPlan(world.deps, { text: batchText([{ name: 'a', version }]) });
  const { recorded, change, held_by } = deployments[0]!;
  return { recorded, change, held_by };
};

const deployed = async (world: World, wanted: Wanted, script: Script = {}): Promise<string> => {
  world.executor.scripts.set('a', script);
  const batchId = await world.submit([wanted]);
  await world.settled(batchId);
  return batchId;
};

test('a plan shows the record: verified, left open by a failure, and restored', async () => {
  const world = await World.make();
  expect(await planned(world, '1.4.0')).toEqual({ change: 'new' });

  const good = await deployed(world, { name: 'a', version: '1.4.0' });
  const { recorded } = await planned(world, '1.4.0');
  expect(recorded).toEqual({ version: '1.4.0', batch_id: good, at: expect.stringMatching(/Z$/) });
  const changes = ['1.4.0', '1.1.0', '1.10.0', 'main'].map(async (version) => (await planned(world, version)).change);
  expect(await Promise.all(changes)).toEqual(['same', 'older', 'newer', 'other']);

  const bad = await deployed(world, { name: 'a', version: '1.5.0', rollback: 'none' }, { ends: 'failed' });
  expect(await planned(world, '1.6.0')).toEqual({
    recorded: {
      batch_id: bad,
      at: expect.any(String),
      ended: { status: 'FAILED', reason: 'PipelineFailed', version: '1.5.0' },
      last_verified: '1.4.0',
    },
  });

  world.executor.scripts.set('a#restore', {});
  const restored = await deployed(world, { name: 'a', version: '1.6.0' }, { leaves: 'crash' });
  expect(await planned(world, '1.6.0')).toMatchObject({
    recorded: { version: '1.4.0', batch_id: restored },
    change: 'newer',
  });
});

test('a plan shows who works on a target, and what is UNKNOWN until somebody has resolved it', async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { takes: 100, ends: 'succeeded' });
  const first = await world.submit([{ name: 'a', version: '1.0.0' }]);
  await world.until(() => world.executor.starts.size > 0);
  expect((await planned(world, '1.1.0')).held_by).toMatchObject([
    { batch_id: first, key: 'shared/a', status: 'PROCESSING' },
  ]);
  await world.settled(first);
  expect((await planned(world, '1.1.0')).held_by).toBeUndefined();

  const lost: Script = { start: 'unknown', appears: Number.POSITIVE_INFINITY };
  const second = await deployed(world, { name: 'a', version: '2.0.0' }, lost);
  expect(await planned(world, '1.1.0')).toMatchObject({
    recorded: { batch_id: second, ended: { status: 'UNKNOWN', reason: 'StartUnknown', version: '2.0.0' } },
    held_by: [{ batch_id: second, key: 'shared/a', status: 'UNKNOWN' }],
  });
  const found = { key: 'shared/a', reason: 'looked', actor: 'ada' } as const;
  await resolveDeployment(world.deps, { batchId: second, status: 'FAILED', ...found });
  await world.idle();
  expect(await planned(world, '1.1.0')).toEqual({
    recorded: {
      batch_id: second,
      at: expect.any(String),
      ended: { status: 'FAILED', reason: 'ResolvedByOperator', version: '2.0.0' },
      last_verified: '1.0.0',
    },
  });

  const third = await deployed(world, { name: 'a', version: '3.0.0' }, lost);
  await resolveDeployment(world.deps, { batchId: third, status: 'SUCCESS', ...found });
  await world.idle();
  expect(await planned(world, '3.0.0')).toMatchObject({
    recorded: { version: '3.0.0', batch_id: third },
    change: 'same',
  });
});

describe('one object that two environments lead to', () => {
  const inProduction = { name: 'a', environment: 'production' } as const;
  const plannedIn = async (world: World, wanted: Wanted) => {
    const { deployments } = await previewPlan(world.deps, { text: batchText([wanted]) });
    return deployments[0]!;
  };

  test('a plan shows what runs there, no matter who deployed it last', async () => {
    const world = await World.make();
    await deployed(world, { name: 'a', version: '1.0.0' });
    const second = await deployed(world, { ...inProduction, version: '2.0.0' });
    const last = { version: '2.0.0', batch_id: second };
    expect(await plannedIn(world, { name: 'a', version: '1.0.0' })).toMatchObject({
      recorded: { ...last, target: 'production/cluster-eu-1/shared/a' },
      change: 'older',
    });
    const own = await plannedIn(world, { ...inProduction, version: '2.1.0' });
    expect(own).toMatchObject({ recorded: last, change: 'newer' });
    expect(own.recorded).not.toHaveProperty('target');
  });

  test('a plan says that it is unknown what runs since the other one failed', async () => {
    const world = await World.make();
    await deployed(world, { name: 'a', version: '1.0.0' });
    const bad = { ...inProduction, version: '2.0.0', rollback: 'none' } as const;
    const batch_id = await deployed(world, bad, { ends: 'failed' });
    const { recorded, change } = await plannedIn(world, { name: 'a', version: '1.0.0' });
    expect([recorded, change]).toEqual([
      {
        ...{ target: 'production/cluster-eu-1/shared/a', batch_id, at: expect.any(String) },
        ended: { status: 'FAILED', reason: 'PipelineFailed', version: '2.0.0' },
      },
      undefined,
    ]);
  });

  test('a plan says who works on it, and so does not claim what will run', async () => {
    const world = await World.make();
    world.executor.scripts.set('a', { takes: 100 });
    const first = await world.submit([{ name: 'a', version: '1.0.0' }]);
    await world.until(() => world.executor.starts.size > 0);
    const plan = await plannedIn(world, { ...inProduction, version: '2.0.0' });
    expect(plan.held_by).toMatchObject([
      { batch_id: first, key: 'shared/a', status: 'PROCESSING', name: expect.stringContaining('deployment') },
    ]);
    expect(plan).not.toHaveProperty('change');
  });
});
