import { expect, test } from 'vitest';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import type { Stuck } from '../../lib/domain/stuck/stuck.ts';
import { readBatch } from '../../lib/usecases/batch/read-batch.ts';
import { setHold } from '../../lib/usecases/holds/set-hold.ts';
import { itemsOf } from './report.ts';
import { World } from './world.ts';

/** What GET /batches/{id} says does not move: only the root of each chain, since when, and what to do. */

const stuckOf = async (world: World, batchId: string): Promise<readonly Stuck[]> =>
  (await readBatch(world.deps, { named: batchId, actor: 'ada' })).stuck;

const isHeld = (world: World, batchId: string) => async () =>
  (await itemsOf(world, batchId)).some(({ held }) => held !== undefined);

test('a batch that moves has nothing that is stuck, from its submission to its end', async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { takes: 200 });
  const batchId = await world.submit([{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c' }], {
    strategy: { max_concurrency: 1 },
  });
  for (let moment = 0; moment < 30; moment += 1) {
    expect(await stuckOf(world, batchId)).toEqual([]);
    await world.pass(10);
  }
  expect((await world.header(batchId)).status).toBe('SUCCESS');
});

test('a person needed in the executor, and none of those behind', async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { takes: 400, asks: { after: 20, for: 300 } });
  const batchId = await world.submit([{ name: 'a' }, { name: 'b', needs: ['a'] }]);
  await world.until(isHeld(world, batchId));
  expect(await stuckOf(world, batchId)).toEqual([
    {
      what: 'person',
      message: '1 deployment in flight waits for a person in the executor (ApprovalWaiting).',
      waits_for: expect.objectContaining({ kind: 'executor', why: 'person', url: expect.stringContaining('https://') }),
      since: expect.stringMatching(/^2026-09-30T06:00:/),
      ...{ count: 1, keys: ['shared/a'], who: 'a person in Harness' },
    },
  ]);
});

test('a person needed in the executor, also while a hold keeps others from their turns', async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { takes: 400, asks: { after: 20, for: 300 } });
  const batchId = await world.submit([{ name: 'a' }]);
  await world.until(isHeld(world, batchId));
  await setHold(world.deps, { scope: {}, reason: 'a freeze', rollbacks: false });
  await world.pass(10);
  expect(await stuckOf(world, batchId)).toMatchObject([{ what: 'person', count: 1, keys: ['shared/a'] }]);
});

const setExecutor = (world: World, isAway: boolean): void => {
  world.executor.isAway = isAway;
};
const setCluster = (world: World, isAway: boolean): void => {
  const from = world.clock.now();
  world.cluster.away = isAway ? { from, until: from + 600_000 } : undefined;
};

test.each([
  ['executor', setExecutor],
  ['cluster', setCluster],
] as const)('%s: one that does not answer, once it lasts', async (what, set) => {
  const world = await World.make();
  world.executor.scripts.set('a', what === 'executor' ? { takes: 250 } : { takes: 5, settles: 400 });
  const batchId = await world.submit([{ name: 'a', timeout: 600 }]);
  await world.pass(30);
  set(world, true);
  await world.pass(40);
  expect(await stuckOf(world, batchId)).toEqual([]);
  await world.pass(60);
  expect(await stuckOf(world, batchId)).toMatchObject([
    { what, count: 1, who: expect.stringContaining('the owner of') },
  ]);
  set(world, false);
  await world.pass(30);
  expect(await stuckOf(world, batchId)).toEqual([]);
});

test('another batch that is at work there, since when', async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { takes: 250 });
  const first = await world.submit([{ name: 'a' }]);
  await world.pass(20);
  const second = await world.submit([{ name: 'a' }, { name: 'b', needs: ['a'] }]);
  await world.pass(20);
  expect(await stuckOf(world, second)).toEqual([]);
  await world.pass(60);
  expect(await stuckOf(world, second)).toMatchObject([
    {
      what: 'lock',
      message: `1 deployment waits for shared/a of batch ${first}.`,
      since: '2026-09-30T06:00:00.000Z',
      keys: ['shared/a'],
      command: `flotilla status ${first}`,
    },
  ]);
  expect(await stuckOf(world, first)).toEqual([]);
});

test('a limit that another batch has filled, since its last turn', async () => {
  const { catalogue } = simulatedConfiguration();
  const world = await World.make({ catalogue: { ...catalogue, environments: { staging: { max_concurrency: 1 } } } });
  world.executor.scripts.set('a', { takes: 250 });
  await world.submit([{ name: 'a' }]);
  await world.pass(20);
  const second = await world.submit([{ name: 'b' }, { name: 'c' }]);
  await world.pass(70);
  expect(await stuckOf(world, second)).toMatchObject([
    { what: 'limit', count: 2, waits_for: { name: 'environment:staging' }, since: '2026-09-30T06:00:00.000Z' },
  ]);
});

test('what is UNKNOWN, in its own batch and in those that wait for it', async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { start: 'unknown', appears: Number.POSITIVE_INFINITY });
  const first = await world.submit([{ name: 'a' }, { name: 'b', needs: ['a'] }]);
  await world.sealed(first);
  expect(await stuckOf(world, first)).toMatchObject([
    { what: 'unknown', count: 1, keys: ['shared/a'], command: `flotilla resolve ${first} --all` },
  ]);
  world.executor.scripts.set('c', { takes: 250 });
  const second = await world.submit([{ name: 'c' }, { name: 'a', needs: ['c'] }]);
  await world.pass(20);
  expect(await stuckOf(world, second)).toMatchObject([
    {
      what: 'unknown-elsewhere',
      keys: ['shared/a'],
      who: 'a person who may resolve shared in staging',
      command: `flotilla resolve ${first} --all`,
    },
  ]);
});

test('a dispatcher that decides nothing', async () => {
  const world = await World.make({ pace: { lease: 3_600_000 } });
  const lease = { holder: 'somebody', until: world.clock.now() + 3_600_000, fence: 9 };
  await world.table.transact([{ put: itemOf(keys.lease, lease) }]);
  const batchId = await world.submit([{ name: 'a' }]);
  await world.pass(30);
  expect(await stuckOf(world, batchId)).toEqual([]);
  await world.pass(60);
  expect(await stuckOf(world, batchId)).toMatchObject([{ what: 'dispatcher', who: 'the operators of Flotilla' }]);
});

test('a watcher that does not look any more', async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { takes: 40 });
  const batchId = await world.submit([{ name: 'a' }]);
  await world.pass(10);
  world.invokeFault = ({ name }) =>
    name === 'watch-executor' || name === 'watch-cluster' ? { error: new Error('broken'), when: 'before' } : undefined;
  await world.pass(600);
  const [stuck] = await stuckOf(world, batchId);
  expect(stuck).toMatchObject({ what: 'watcher', keys: ['shared/a'], who: 'the operators of Flotilla' });
  world.invokeFault = undefined;
  await world.settled(batchId);
});
