import { expect, test } from 'vitest';
import { well } from './path.ts';
import { expectAllInOrder, reportOf } from './report.ts';
import { World } from './world.ts';

/**
 * What a deployment that goes well costs, in the units that AWS bills: measured over a batch of 100 with runs of 30 s, the
 * watchers' share included. The bounds stand a little above what was measured; a change that raises a number must say why.
 */
test('a batch of 100 deployments that go well', { timeout: 30_000 }, async () => {
  const total = { reads: 0, writes: 0, bytes: 0, calls: 0 };
  const world = await World.make({
    onUse: ({ reads, writes, bytes }) => {
      total.reads += reads;
      total.writes += writes;
      total.bytes += bytes;
      total.calls += 1;
    },
  });
  const services = Array.from({ length: 100 }, (_, index) => `service-${index}`);
  const batchId = await world.submit(services.map((name) => ({ name })));
  await world.sealed(batchId);
  const each = {
    reads: total.reads / 100,
    writes: total.writes / 100,
    kilobytes: total.bytes / 100 / 1024,
    calls: total.calls / 100,
    answers: (world.meter.count('workflow.succeed') + world.meter.count('workflow.fail')) / 100,
    starts: world.meter.count('workflow.start'),
    looks: world.executor.observations,
    clusterReads: world.cluster.reads,
  };
  await world.settled(batchId);
  const told = Object.values(await reportOf(world, batchId));
  expect(told.length).toBe(100);
  for (const { visited, transitions } of told) expect([visited, ...transitions]).toEqual([well, 5]);
  console.log(each);
  await expectAllInOrder(world, batchId);
});
