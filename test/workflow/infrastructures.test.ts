import { expect, test } from 'vitest';
import { create } from '../../functions/api.ts';
import { readSource } from '../../lib/usecases/batch/read-source.ts';
import { submitBatch } from '../../lib/usecases/batch/submit-batch.ts';
import { readNow } from '../../lib/usecases/targets/read-now.ts';
import { previewRetry } from '../../lib/usecases/undo/preview-retry.ts';
import { retryBatch } from '../../lib/usecases/undo/retry-batch.ts';
import { callApi } from '../functions/api-call.ts';
import { endOf, roll, rollbacksOf, startedIn, toldOf } from './rollback-world.ts';
import { World } from './world.ts';

const [eu, us] = ['cluster-eu-1', 'cluster-us-1'];
const text = (strategy = {}): string =>
  JSON.stringify({
    version: 'v1.0',
    strategy,
    defaults: {
      environment_id: 'staging',
      infrastructure_id: [eu, us],
      docker_artifact_type: 'docker',
      rollback_strategy: 'automatic',
      retry_count: 0,
    },
    releases: {
      shared: {
        db: { version: '2.0.0' },
        web: { version: '2.0.0', dependencies: [{ key: 'db', same_infrastructure: true }] },
        report: { version: '2.0.0', infrastructure_id: eu, dependencies: ['web'] },
      },
    },
  });

/** Everything runs in 1.0.0 on both clusters. */
const makeWorld = async (): Promise<World> => {
  const world = await World.make();
  for (const cluster of [world.cluster, world.otherCluster])
    for (const name of ['db', 'web', 'report']) cluster.set(name, '1.0.0', 'good');
  return world;
};

const submit = async (world: World, strategy = {}): Promise<string> => {
  const { header } = await submitBatch(world.deps, { text: text(strategy), actor: 'ada' });
  await world.settled(header.batch_id);
  return header.batch_id;
};

const running = (world: World, name: string) => [world.cluster.running(name), world.otherCluster.running(name)];

/** It fails in us-1, and leaves the previous version. */
const failInUs = async (world: World, strategy = {}): Promise<string> => {
  world.executor.scripts.set(`shared/db@${us}`, { ends: 'failed', leaves: 'nothing' });
  const batch = await submit(world, strategy);
  world.executor.scripts.clear();
  return batch;
};

test('one fails on its infrastructure; on the other one all goes on', async () => {
  const world = await makeWorld();
  const batch = await failInUs(world);
  expect(await toldOf(world, batch)).toEqual({
    [`db@${eu}`]: 'SUCCESS Verified',
    [`db@${us}`]: expect.stringMatching(/^FAILED/),
    [`web@${eu}`]: 'SUCCESS Verified',
    [`web@${us}`]: 'SKIPPED DependencyFailed',
    report: 'SKIPPED DependencySkipped',
  });
  expect([running(world, 'db'), running(world, 'web')]).toEqual([
    ['2.0.0', '1.0.0'],
    ['2.0.0', '1.0.0'],
  ]);
});

test('a retry tries failed deployments on their infrastructure, under the same keys', async () => {
  const world = await makeWorld();
  const batch = await failInUs(world);
  const preview = await previewRetry(world.deps, { batchId: batch });
  expect(preview.members.map(({ key, dependencies }) => [key, dependencies])).toEqual([
    [`shared/db@${us}`, []],
    [`shared/web@${us}`, [`shared/db@${us}`]],
    ['shared/report', [`shared/web@${us}`]],
  ]);
  const { header } = await retryBatch(world.deps, { batchId: batch, actor: 'ada' });
  await world.settled(header.batch_id);
  expect(await toldOf(world, header.batch_id)).toEqual({
    [`db@${us}`]: 'SUCCESS Verified',
    [`web@${us}`]: 'SUCCESS Verified',
    report: 'SUCCESS Verified',
  });
  expect(running(world, 'web')).toEqual(['2.0.0', '2.0.0']);
});

test('a service as a whole may be named, and two infrastructures may get two versions', async () => {
  const world = await makeWorld();
  world.executor.scripts.set('db', { ends: 'failed', leaves: 'nothing' });
  const batch = await submit(world);
  world.executor.scripts.clear();
  const versions = { 'shared/db': '2.0.1', [`shared/db@${us}`]: '2.0.2' };
  const { header } = await retryBatch(world.deps, { batchId: batch, actor: 'ada', only: ['shared/db'], versions });
  await world.settled(header.batch_id);
  expect(Object.keys(await toldOf(world, header.batch_id)).sort()).toEqual([`db@${eu}`, `db@${us}`]);
  expect(running(world, 'db')).toEqual(['2.0.1', '2.0.2']);
  const { text: source } = await readSource(world.deps, { batchId: header.batch_id });
  expect(source).toContain('# Some services appear several times, each for its own infrastructures.');
});

test('a version for a service as a whole applies to its retried deployments', async () => {
  const world = await makeWorld();
  const batch = await failInUs(world);
  const versions = { 'shared/db': '2.0.1' };
  const preview = await previewRetry(world.deps, { batchId: batch, versions });
  expect(preview.members.map(({ key, version }) => [key, version])).toContainEqual([`shared/db@${us}`, '2.0.1']);
  const succeeded = previewRetry(world.deps, { batchId: batch, versions: { [`shared/db@${eu}`]: '2.0.1' } });
  await expect(succeeded).rejects.toThrow(`shared/db@${eu} is SUCCESS`);
});

test('on_failure: rollback restores what was changed, under the same keys', async () => {
  const world = await makeWorld();
  const batch = await failInUs(world, { on_failure: 'rollback' });
  expect(await endOf(world, batch)).toBe('ROLLBACK RolledBack');
  const [rollback] = await rollbacksOf(world, batch);
  expect((await startedIn(world, rollback!)).filter((name) => name.endsWith(us))).toEqual([]);
  expect(running(world, 'db')).toEqual(['1.0.0', '1.0.0']);
});

test('a rollback takes a service as a whole, even if each was deployed alone before', async () => {
  const world = await makeWorld();
  for (const infrastructure of [eu, us]) {
    const alone = text()
      .replace(JSON.stringify([eu, us]), JSON.stringify(infrastructure))
      .replaceAll('"version":"2.0.0"', '"version":"1.5.0"');
    const { header } = await submitBatch(world.deps, {
      text: alone.replace(`"infrastructure_id":"${eu}","dependencies":["web"]`, '"priority":1'),
      actor: 'ada',
    });
    await world.settled(header.batch_id);
    expect(await endOf(world, header.batch_id)).toBe('SUCCESS AllSucceeded');
  }
  const batch = await submit(world);
  expect(running(world, 'web')).toEqual(['2.0.0', '2.0.0']);
  const rollback = await roll(world, batch, { only: ['shared/web', 'shared/report'] });
  await world.settled(batch);
  expect((await startedIn(world, rollback)).toSorted()).toEqual(['report', `web@${eu}`, `web@${us}`]);
  expect([running(world, 'web'), running(world, 'db')]).toEqual([
    ['1.5.0', '1.5.0'],
    ['2.0.0', '2.0.0'],
  ]);
});

test('the target of a deployment is the same whether the batch has one infrastructure or several', async () => {
  const world = await makeWorld();
  const batch = await submit(world);
  const [now] = await readNow(world.deps, [`staging/${us}/shared/web`]);
  expect(now).toMatchObject({ batch_id: batch, version: '2.0.0', state: 'verified' });
  const handler = create(world.deps);
  const { body: list } = await callApi(handler, 'GET', '/batches?service=shared/web');
  expect(list.batches).toMatchObject([{ batch_id: batch }]);
  const { body: targets } = await callApi(handler, 'GET', '/targets?service=shared/web');
  expect(targets.targets.map(({ key, cluster }: Record<string, string>) => [key, cluster]).sort()).toEqual([
    ['shared/web', eu],
    ['shared/web', us],
  ]);
});
