import { describe, expect, test } from 'vitest';
import type { Catalogue } from '../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import type { ClusterRow } from '../../lib/domain/record/cluster-row.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf, rowOf } from '../../lib/domain/record/rows.ts';
import { listDeployments } from '../../lib/usecases/deployment/list-deployments.ts';
import { resolveDeployment } from '../../lib/usecases/deployment/resolve-deployment.ts';
import type { Wanted } from './batch-text.ts';
import { expectAllInOrder, reportOf } from './report.ts';
import { World } from './world.ts';

/**
 * A deployment that works on an object works on it alone, no matter what the services, environments, infrastructures
 * and clusters are called.
 */

const { catalogue } = simulatedConfiguration();

/**
 * `blue` and `green` are one object. `cluster-eu-1` and `twin` are one cluster, but nobody knows that before both were
 * reached.
 */
const sharing: Catalogue = {
  ...catalogue,
  services: {
    shared: Object.fromEntries(
      ['blue', 'green'].map((name) => [name, { kind: 'deployment', name: 'api', namespace: 'ops' }] as const),
    ),
  },
  clusters: { ...catalogue.clusters, twin: { simulated: true } },
};

const outcomeOf = async (world: World, batchId: string): Promise<string[]> =>
  Object.values(await reportOf(world, batchId)).map(({ outcome }) => outcome);

const startsOf = (world: World, batchId: string): number =>
  [...world.executor.starts.keys()].filter((key) => key.startsWith(batchId)).length;

const messageOf = async (world: World, batchId: string): Promise<string> =>
  (await listDeployments(world.deps, { batchId, limit: 1 })).deployments[0]!.message;

/**
 * Sends one and then the other, and checks that the second one starts when the first has ended. Returns what the second
 * said meanwhile.
 */
const oneAfterTheOther = async (world: World, [first, second]: readonly [Wanted, Wanted]): Promise<string> => {
  for (const { name } of [first, second]) world.executor.scripts.set(name, { takes: 100 });
  const one = await world.submit([first]);
  await world.pass(10);
  const two = await world.submit([second]);
  await world.pass(60);
  expect([one, two].map((batchId) => startsOf(world, batchId))).toEqual([1, 0]);
  const message = await messageOf(world, two);
  await world.settled(one);
  await world.settled(two);
  for (const batchId of [one, two]) {
    expect(await outcomeOf(world, batchId)).toEqual(['SUCCESS / Verified']);
    expect(startsOf(world, batchId)).toBe(1);
    await expectAllInOrder(world, batchId);
  }
  expect((await world.header(two)).ended_at! - (await world.header(one)).ended_at!).toBeGreaterThanOrEqual(100_000);
  return message.replaceAll(one, 'ONE');
};

describe('two batches that change one object have one run at a time', () => {
  test('the same service in two environments on one cluster', async () => {
    const world = await World.make();
    const message = await oneAfterTheOther(world, [
      { name: 'a', environment: 'dev' },
      { name: 'a', environment: 'sit', version: '3.0.0' },
    ]);
    expect(message).toBe(
      'Waits for shared/a of batch ONE in dev, which is working on deployment shared/a on cluster-eu-1.',
    );
    expect(world.cluster.running('a')).toBe('3.0.0');
  });

  test('two services that are mapped to it', async () => {
    const world = await World.make({ catalogue: sharing });
    world.cluster.set('api', '1.0.0', 'good');
    const message = await oneAfterTheOther(world, [{ name: 'blue' }, { name: 'green' }]);
    expect(message).toBe('Waits for shared/blue of batch ONE, which is working on deployment ops/api on cluster-eu-1.');
  });
});

describe('two names of one cluster', () => {
  const onEu: Wanted = { name: 'blue', infrastructure: 'cluster-eu-1' };
  const onTwin: Wanted = { name: 'blue', infrastructure: 'twin', version: '3.0.0' };

  const reached = async (world: World, cluster: string): Promise<ClusterRow | undefined> =>
    rowOf<ClusterRow>(await world.table.get(keys.cluster(cluster)));

  test('share their locks once both have been reached', async () => {
    const world = await World.make({ catalogue: sharing });
    world.cluster.set('api', '1.0.0', 'good');
    for (const wanted of [onEu, onTwin]) await world.settled(await world.submit([wanted]));
    expect(await reached(world, 'twin')).toMatchObject({
      names: ['cluster:twin'],
      identities: ['kube-system:scripted'],
    });
    const message = await oneAfterTheOther(world, [{ ...onEu, version: '4.0.0' }, onTwin]);
    expect(message).toBe('Waits for shared/blue of batch ONE, which is working on deployment ops/api on twin.');
  });

  test('share them even with one in flight that was planned before anybody knew', async () => {
    const world = await World.make({ catalogue: sharing });
    world.cluster.set('api', '1.0.0', 'good');
    await world.settled(await world.submit([onEu]));
    expect([await reached(world, 'cluster-eu-1'), await reached(world, 'twin')]).toEqual([
      expect.anything(),
      undefined,
    ]);
    const message = await oneAfterTheOther(world, [onTwin, { ...onEu, version: '4.0.0' }]);
    expect(message).toBe('Waits for shared/blue of batch ONE, which is working on deployment ops/api on cluster-eu-1.');
  });

  test('whose identity was unknown when both were planned: only one starts, the other one says so', async () => {
    const world = await World.make({ catalogue: sharing });
    world.cluster.set('api', '1.0.0', 'good');
    const [one, two] = [await world.submit([onEu]), await world.submit([onTwin])];
    await world.settled(one);
    await world.settled(two);
    expect([startsOf(world, one), startsOf(world, two)]).toEqual([1, 0]);
    expect(await outcomeOf(world, one)).toEqual(['SUCCESS / Verified']);
    expect((await reportOf(world, two)).blue?.item.outcome).toMatchObject({
      reason: 'NotStarted',
      message: `Nothing was started: ObjectBusy: shared/blue of batch ${one} works on deployment ops/api on twin, under another name of that cluster that was not known when this was planned. Deploy this again.`,
    });
    await expectAllInOrder(world, two);
  });

  test('that were one before the configuration changed share locks, and are no error of a batch', async () => {
    const world = await World.make({ catalogue: sharing });
    world.cluster.set('api', '1.0.0', 'good');
    await world.settled(await world.submit([onEu]));
    const before: ClusterRow = {
      ...{ cluster: 'twin', fingerprint: 'cluster:old http://old', at: 0 },
      ...{ names: ['cluster:old'], identities: ['kube-system:scripted'] },
    };
    await world.table.transact([{ put: itemOf(keys.cluster('twin'), before) }]);
    const both = await world.submit([onEu, { ...onTwin, name: 'green' }]);
    await world.settled(both);
    expect(await outcomeOf(world, both)).toEqual(['SUCCESS / Verified', 'SUCCESS / Verified']);
    await expectAllInOrder(world, both);
  });

  test('in one batch are refused, with both infrastructures', async () => {
    const world = await World.make({ catalogue: sharing });
    world.cluster.set('api', '1.0.0', 'good');
    for (const wanted of [onEu, onTwin]) await world.settled(await world.submit([wanted]));
    const issue = {
      message: expect.stringMatching(/green on twin leads to .* and so does shared\/blue on cluster-eu-1/),
    };
    await expect(world.submit([onEu, { ...onTwin, name: 'green' }])).rejects.toMatchObject({
      details: { issues: [issue] },
    });
  });
});

test('an UNKNOWN deployment keeps the object from all others, under any name, until it is resolved', async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { start: 'unknown', appears: Number.POSITIVE_INFINITY });
  const lost = await world.submit([{ name: 'a', environment: 'dev' }]);
  await world.settled(lost);
  world.executor.scripts.clear();
  const next = await world.submit([
    { name: 'a', environment: 'sit' },
    { name: 'b', environment: 'sit', needs: ['a'] },
  ]);
  await world.settled(next);
  const told = await reportOf(world, next);
  expect(told.a?.item.outcome).toMatchObject({
    reason: 'TargetUnknown',
    message: `Not started: shared/a of batch ${lost} left deployment shared/a on cluster-eu-1 UNKNOWN; resolve it first.`,
  });
  expect(told.b?.outcome).toBe('SKIPPED / DependencySkipped');
  const found = { status: 'FAILED', reason: 'nothing was started', actor: 'ada' } as const;
  await resolveDeployment(world.deps, { batchId: lost, key: 'shared/a', ...found });
  const last = await world.submit([{ name: 'a', environment: 'sit' }]);
  await world.settled(last);
  expect(await outcomeOf(world, last)).toEqual(['SUCCESS / Verified']);
  await expectAllInOrder(world, last);
});
