import { describe, expect, test } from 'vitest';
import { billedBytes } from '../../lib/adapters/table-use.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import type { Place } from '../../lib/domain/schedule/place.ts';
import type { TargetRow } from '../../lib/domain/targets/target-row.ts';
import { resolveDeployment } from '../../lib/usecases/deployment/resolve-deployment.ts';
import { readPlanned } from '../../lib/usecases/plan/plan-store.ts';
import { readNow } from '../../lib/usecases/targets/read-now.ts';
import { expectAllInOrder } from './report.ts';
import { type InvokeFault, World } from './world.ts';

/** What runs where, and who changed it last, on the way of a deployment through the machines. */

const nowOf = async (world: World, { batch_id, index }: Place): Promise<TargetRow | undefined> => {
  const { target } = await readPlanned(world.deps, batch_id, index);
  return (await readNow(world.deps, [target]))[0];
};

const shortly = (row: TargetRow | undefined): string =>
  row === undefined ? 'nothing' : `${row.state} ${row.version ?? '?'} by ${row.batch_id.slice(-4)}`;

const deploy = async (world: World, version: string): Promise<string> => {
  const batchId = await world.submit([{ name: 'a', version }]);
  await world.settled(batchId);
  await expectAllInOrder(world, batchId);
  return batchId;
};

test('a target is changing while a deployment is at work there, and says what was there before', async () => {
  const world = await World.make();
  const first = await deploy(world, '2.0.0');
  world.executor.scripts.set('a', { takes: 200 });
  const second = await world.submit([{ name: 'a', version: '3.0.0' }]);
  await world.pass(100);
  expect(await nowOf(world, { batch_id: second, index: 0 })).toMatchObject({
    ...{ batch_id: second, index: 0, state: 'changing', version: '3.0.0' },
    before: { batch_id: first, index: 0, state: 'verified', version: '2.0.0' },
  });
  await world.settled(second);
  await expectAllInOrder(world, second);
  const row = await nowOf(world, { batch_id: second, index: 0 });
  expect(row).toMatchObject({ batch_id: second, state: 'verified', version: '3.0.0' });
  expect(row).not.toHaveProperty('before');
});

test('before its start, or after a refusal, nothing is shown of a target that nobody has changed', async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { start: { kind: 'rejected', retryable: false, reason: 'Refused', message: 'No.' } });
  const batchId = await deploy(world, '2.0.0');
  expect(await nowOf(world, { batch_id: batchId, index: 0 })).toBeUndefined();
});

test('a restore puts back what ran, and names the deployment that did both', async () => {
  const world = await World.make();
  await deploy(world, '2.0.0');
  world.executor.scripts.set('a#1', { ends: 'failed' });
  world.executor.scripts.set('a#restore', { takes: 200 });
  const batchId = await world.submit([{ name: 'a', version: '3.0.0' }]);
  await world.pass(100);
  const place = { batch_id: batchId, index: 0 };
  expect(shortly(await nowOf(world, place))).toBe(`changing 2.0.0 by ${batchId.slice(-4)}`);
  await world.settled(batchId);
  await expectAllInOrder(world, batchId);
  expect(shortly(await nowOf(world, place))).toBe(`restored 2.0.0 by ${batchId.slice(-4)}`);
});

test.each([
  ['SUCCESS', 'verified 3.0.0'],
  ['FAILED', 'failed ?'],
] as const)('an unknown result is known when it is resolved as %s', async (status, told) => {
  const world = await World.make();
  await deploy(world, '2.0.0');
  world.executor.scripts.set('a', { start: 'unknown', appears: Number.POSITIVE_INFINITY });
  const batchId = await deploy(world, '3.0.0');
  const place = { batch_id: batchId, index: 0 };
  expect(shortly(await nowOf(world, place))).toBe(`unknown ? by ${batchId.slice(-4)}`);
  await resolveDeployment(world.deps, { batchId, key: 'shared/a', status, reason: 'I looked.', actor: 'ada' });
  expect(shortly(await nowOf(world, place))).toBe(`${told} by ${batchId.slice(-4)}`);
});

test('with all that is known, a row is usually a single write unit', () => {
  const row: TargetRow = {
    target: 'production/cluster-eu-west-1/payments/settlement-gateway',
    ...{ batch_id: '01M7Z82VGHV3GT6X1EMB454VBS', index: 1234, state: 'changing', version: '2026.11.30-rc.1' },
    ...{ infrastructure_id: 'cluster-eu-west-1', by: '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9', by_name: 'Ada Lovelace' },
    since: 1_796_000_000_000,
    before: {
      ...{ batch_id: '01M7Z82VGHV3GT6X1EMB454VBR', index: 1234, state: 'verified', version: '2026.11.23' },
      image: 'registry.example.com/payments/settlement-gateway:2026.11.23',
      ...{ infrastructure_id: 'cluster-eu-west-1', digest: `sha256:${'5e8b'.repeat(16)}` },
      ...{ by: '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9', by_name: 'Ada Lovelace' },
      health: { healthy: true, reason: 'RolloutComplete', at: 1_796_000_000_000 },
      since: 1_795_000_000_000,
    },
  };
  expect(billedBytes(itemOf(keys.targetNow(row.target), row))).toBeLessThan(1024);
});

describe('NOW agrees with the record in the end, no matter what dies on the way', () => {
  const functions = ['capture-baseline', 'start-deployment', 'verify-rollout', 'start-restore', 'record-outcome'];
  const watchers = ['watch-executor', 'watch-cluster'];
  const deaths = [...functions, ...watchers].flatMap((name) =>
    (['before', 'after'] as const).flatMap((when) => [true, false].map((fails) => ({ name, when, fails }))),
  );

  test.each(deaths)('$name dies $when its work; the run fails: $fails', async ({ name, when, fails }) => {
    const world = await World.make();
    await deploy(world, '2.0.0');
    if (fails) world.executor.scripts.set('a#1', { ends: 'failed' });
    let left = 1;
    const fault: InvokeFault = (call) =>
      call.name === name && left-- > 0 ? { error: new Error('it died'), when } : undefined;
    world.invokeFault = fault;
    await deploy(world, '3.0.0');
  });
});

describe('a table that accepted a write and lost the answer', () => {
  test.each([
    ['with the intent', 'ATTEMPT#'],
    ['with the outcome', 'RELEASE#'],
  ])('%s: NOW is written once', async (_, sk) => {
    const world = await World.make();
    await deploy(world, '2.0.0');
    const { transact } = world.table;
    let lost = 0;
    world.table.transact = async (writes) => {
      await transact.call(world.table, writes);
      if (lost === 0 && writes.some((write) => 'put' in write && write.put.sk.startsWith(sk))) {
        lost += 1;
        throw new FlotillaError('TableBusy', 'the answer was lost');
      }
    };
    const batchId = await deploy(world, '3.0.0');
    expect(lost).toBe(1);
    expect(shortly(await nowOf(world, { batch_id: batchId, index: 0 }))).toBe(`verified 3.0.0 by ${batchId.slice(-4)}`);
  });
});
