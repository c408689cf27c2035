import { expect, test } from 'vitest';
import type { Wanted } from './batch-text.ts';
import { well } from './path.ts';
import { expectAllInOrder, reportOf } from './report.ts';
import { World } from './world.ts';

/** State transitions of the watchers' executions. */
const watching = async (world: World): Promise<number> => {
  const stateMachineArn = world.watchArn('any').replace(':execution:', ':stateMachine:').replace(/:any$/, '');
  const { executions } = await world.engine.listExecutions({ stateMachineArn });
  return executions.reduce((sum, { executionArn }) => sum + world.engine.transitions(executionArn), 0);
};

/**
 * Runs a batch whose deployments all succeed, and counts its cost until nobody does anything for it any more. Stream,
 * sweeper and watchers are included, and so are the few looks of the test itself. Also checks that each of its
 * deployments costs four state transitions.
 */
const costOf = async (wanted: readonly Wanted[], takes = 30) => {
  const billed = { reads: 0, writes: 0, bytes: 0 };
  const world = await World.make({
    onUse: ({ reads, writes, bytes }) => {
      billed.reads += reads;
      billed.writes += writes;
      billed.bytes += bytes;
    },
  });
  for (const { name } of wanted) world.executor.scripts.set(name, { takes });
  const batchId = await world.submit(wanted);
  await world.settled(batchId);
  const { reads, writes, bytes } = billed;
  const calls = (port: string, ...methods: readonly string[]): number =>
    methods.reduce((sum, method) => sum + world.meter.count(`${port}.${method}`), 0);
  const counted = {
    reads,
    writes,
    kilobytes: bytes / 1024,
    tableCalls: calls('table', 'get', 'query', 'transact'),
    documentCalls: calls('documents', 'get', 'put'),
    busCalls: calls('bus', 'put'),
    answers: calls('workflow', 'succeed', 'fail'),
    workflowStarts: calls('workflow', 'start'),
    executorStarts: calls('executor', 'start'),
    executorLooks: calls('executor', 'look'),
    clusterReads: calls('cluster', 'read'),
    watching: await watching(world),
  };
  const told = Object.values(await reportOf(world, batchId));
  expect(told.map(({ visited, transitions }) => `${visited}: ${transitions}`)).toEqual(wanted.map(() => `${well}: 4`));
  await expectAllInOrder(world, batchId);
  return counted;
};

type Cost = keyof Awaited<ReturnType<typeof costOf>>;

/**
 * For 100 deployments with runs of 30 s, in the units that AWS bills: the count, and a bound a little above it. A
 * change that needs a higher bound must say why. A change that halves a count lowers both.
 */
const costs: readonly (readonly [what: Cost, counted: number, bound: number])[] = [
  // NOW of a target is read with the intent and with the outcome, and derived once where it was never written. The turn
  // is read with the capture, since it may be given back before.
  ['reads', 4874, 5000],
  // Two locks instead of one, since the changed object has a lock too. Each is written, checked with the intent, and
  // deleted. NOW is written with the intent and with the outcome. The outcome also writes its change, and once the row
  // that finds NOW by its service.
  ['writes', 9614, 9850],
  ['kilobytes', 3740, 3850],
  ['tableCalls', 5951, 6150],
  ['documentCalls', 10, 14],
  ['busCalls', 17, 25],
  ['answers', 401, 410],
  ['workflowStarts', 4, 5],
  ['executorStarts', 100, 100],
  ['executorLooks', 4, 6],
  ['clusterReads', 101, 105],
  ['watching', 8, 12],
];

test('a batch of 100 successful deployments costs what it is known to cost', async () => {
  const cost = await costOf(Array.from({ length: 100 }, (_, index) => ({ name: `service-${index}` })));
  expect(costs.map(([what]) => what).toSorted()).toEqual(Object.keys(cost).toSorted());
  for (const [what, counted, bound] of costs) {
    expect.soft(cost[what], what).toBeLessThanOrEqual(bound);
    expect.soft(cost[what], what).toBeGreaterThan(counted / 2);
  }
});

test('a chain that takes hours asks cluster, documents and bus no more often than one of minutes', async () => {
  const chain = [{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c', needs: ['b'] }];
  const wanted = chain.map((one) => ({ ...one, timeout: 3600 }));
  const [short, long] = [await costOf(wanted, 30), await costOf(wanted, 3_000)];
  for (const what of ['executorStarts', 'clusterReads', 'documentCalls', 'busCalls'] as const) {
    expect.soft(long[what], what).toBe(short[what]);
  }
});
