import { expect, test } from 'vitest';
import { previewPlan } from '../../lib/usecases/plan/preview-plan.ts';
import { batchText } from './batch-text.ts';
import { itemsOf } from './report.ts';
import type { Script } from './scripted-executor.ts';
import { World } from './world.ts';

/** Services with a proxy beside each, and nothing says which container is the service. */
const withProxy = async (proxy: string): Promise<World> => {
  const world = await World.make();
  world.cluster.sidecars = [{ name: 'proxy', image: `registry.test/proxy:${proxy}` }];
  return world;
};

const deployed = async (world: World, version: string, script: Script = {}) => {
  world.executor.scripts.set('a', script);
  const batchId = await world.submit([{ name: 'a', version, timeout: 600 }]);
  await world.settled(batchId);
  const [item] = await itemsOf(world, batchId);
  return item?.outcome;
};

const warningsOf = async (world: World): Promise<readonly string[]> =>
  (await previewPlan(world.deps, { text: batchText([{ name: 'a', version: '3.0.0' }]) })).warnings;

const asks =
  /its workload has several containers \(app, proxy\) and it is not clear which is the service\. .* Name its `container`/;

test('the one that gets the version is the service, which is reported, and remembered', async () => {
  const world = await withProxy('7');
  const first = await deployed(world, '2.0.0');
  expect([first?.status, first?.warnings]).toEqual(['SUCCESS', [expect.stringMatching(asks)]]);
  expect(await warningsOf(world)).toEqual([]);
  // By now it is known. The same again is no news, and a proxy with the version does not count as the service.
  const again = await deployed(world, '2.0.0');
  expect([again?.status, again?.warnings]).toEqual(['SUCCESS', []]);
  world.cluster.sidecars = [{ name: 'proxy', image: 'registry.test/proxy:3.0.0' }];
  const third = await deployed(world, '3.0.0', { leaves: 'nothing' });
  expect([third?.failure?.reason, third?.failure?.message]).toEqual(['Timeout', expect.stringContaining('still')]);
});

test('a container that had the version before proves nothing, and the next plan asks', async () => {
  const world = await withProxy('2.0.0');
  const outcome = await deployed(world, '2.0.0', { leaves: 'nothing' });
  expect([outcome?.failure?.reason, outcome?.warnings]).toEqual(['Timeout', [expect.stringMatching(asks)]]);
  expect(outcome?.failure?.message).toContain('That proxy had this version before proves nothing');
  expect(await warningsOf(world)).toEqual([expect.stringMatching(asks)]);
});
