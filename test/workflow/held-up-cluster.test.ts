import { expect, test } from 'vitest';
import { listDeployments } from '../../lib/usecases/deployment/list-deployments.ts';
import { readHealth } from '../../lib/usecases/read-health.ts';
import { eventsOf, expectAllInOrder, itemsOf } from './report.ts';
import { World } from './world.ts';

/**
 * A cluster that cannot be asked during a verification. It is shown as long as it lasts, with one event at its start
 * and one at its end.
 */

interface Case {
  readonly what: string;
  readonly begin: (world: World) => void;
  readonly end: (world: World) => void;
  readonly answered: string;
  /** What health says of its rights meanwhile. */
  readonly missing: readonly string[];
  readonly log: readonly string[];
}

const begun = 'a cluster cannot be asked';
const ended = 'a cluster can be asked again';

const cases: readonly Case[] = [
  {
    what: 'does not answer',
    begin: ({ cluster, clock }) => {
      cluster.away = { from: clock.now(), until: Number.POSITIVE_INFINITY };
    },
    end: ({ cluster }) => {
      cluster.away = undefined;
    },
    answered: 'cluster cluster-eu-1 does not answer',
    missing: [],
    log: [begun, ended],
  },
  {
    what: 'has no role for us any more',
    begin: ({ cluster }) => cluster.lack('list pods', 'watch pods'),
    end: ({ cluster }) => cluster.lack(),
    answered: 'cluster cluster-eu-1 says no',
    missing: ['list pods', 'watch pods'],
    log: [begun, 'a cluster does not give all rights', ended, 'a cluster gives all rights now'],
  },
];

/** A deployment whose run has ended, and whose rollout takes a while. */
const verifying = async () => {
  const world = await World.make();
  world.executor.scripts.set('a', { settles: 200 });
  const batchId = await world.submit([{ name: 'a', timeout: 900 }]);
  const item = async () => (await itemsOf(world, batchId))[0];
  await world.until(async () => (await item())?.step === 'verify');
  return { world, batchId, item };
};

const missingIn = async (world: World) => (await readHealth(world.deps)).rights.flatMap(({ missing }) => missing);

test.each(cases)('a cluster that $what', async ({ begin, end, answered, missing, log }) => {
  const { world, batchId, item } = await verifying();
  const from = world.clock.now();
  begin(world);
  await world.pass(15);
  expect([(await item())?.held, world.told]).toEqual([undefined, []]);
  await world.pass(15);
  const { deployments } = await listDeployments(world.deps, { batchId, limit: 1 });
  const name = 'cluster-eu-1';
  expect(deployments[0]).toMatchObject({
    ...{ status: 'PROCESSING', reason: 'HeldUp' },
    message: expect.stringMatching(/^The cluster cannot be read to follow the rollout, since .* Flotilla keeps trying/),
    waiting_for: [{ kind: 'cluster', name, why: 'cluster-unavailable', asked: /deployment a /, answered }],
  });
  expect(await missingIn(world)).toEqual(missing);
  expect((await item())!.held!.since - from).toBeLessThan(5_000);
  await world.pass(100);
  end(world);
  await world.pass(5);
  expect([(await item())?.held, (await item())?.reason]).toEqual([undefined, 'GoesOn']);
  await world.settled(batchId);
  expect((await eventsOf(world, batchId, 0)).slice(3)).toEqual(['RunSucceeded', 'HeldUp', 'GoesOn', 'Verified']);
  expect([world.told, await missingIn(world)]).toEqual([log, []]);
  await expectAllInOrder(world, batchId);
});

test('a cluster that is down for a moment writes nothing', async () => {
  const { world, batchId } = await verifying();
  world.cluster.away = { from: world.clock.now(), until: world.clock.now() + 15_000 };
  await world.settled(batchId);
  expect((await eventsOf(world, batchId, 0)).slice(3)).toEqual(['RunSucceeded', 'Verified']);
  expect(world.told).toEqual([]);
});
