import type { GetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { TableUse } from '../../lib/adapters/table-use.ts';
import { cancelBatch } from '../../lib/usecases/batch/cancel-batch.ts';
import { deployFails, type Path, skipped, walkAll, well, wellAtSecond } from '../workflow/path.ts';
import { World, type WorldOptions } from '../workflow/world.ts';
import { dynamoStore } from './dynamo-store.ts';
import { engineClient } from './engine.ts';

/** Whole batches on a real engine: its conditions, transactions and stream in place of SQLite's. */
const client = engineClient();
const commands = new Set<string>();
/** What the engine itself counts for a read. For transactions it counts per table, not per item, unlike AWS. */
let readUnits = 0;
const reads = ['GetItemCommand', 'QueryCommand'];
client.middlewareStack.add(
  (next, { commandName = '' }) =>
    async (args) => {
      commands.add(commandName);
      if (!reads.includes(commandName)) return next(args);
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
      // An empty read costs one on AWS, and none here.
      readUnits += Math.max(1, (result.output as GetItemCommandOutput).ConsumedCapacity!.CapacityUnits!);
      return result;
    },
  { step: 'initialize' },
);

/** What the adapter may send; the test itself creates the table. */
const allowed = ['DeleteItem', 'GetItem', 'PutItem', 'Query', 'TransactWriteItems', 'UpdateItem'];
const makesTables = ['CreateTable', 'DescribeTable'];

afterEach(() => {
  const sent = [...commands].map((name) => name.replace(/Command$/, ''));
  expect(sent.filter((name) => !allowed.includes(name) && !makesTables.includes(name))).toEqual([]);
  expect(sent).toContain('TransactWriteItems');
});
afterAll(() => client.destroy());

const never = Number.POSITIVE_INFINITY;
const good = { outcome: 'SUCCESS / Verified', visited: well, starts: '1', runs: '2.0.0' };

const paths: readonly Path[] = [
  {
    title: 'a batch that succeeds, with dependencies, a limit and a health check',
    batch: [
      { name: 'a', health: { path: '/ready' } },
      { name: 'b', needs: ['a'] },
      { name: 'c', needs: ['a'] },
      { name: 'd', needs: ['b', 'c'] },
    ],
    submission: { strategy: { max_concurrency: 2 } },
    expect: { a: good, b: good, c: good, d: good },
    ends: 'SUCCESS / AllSucceeded',
  },
  {
    title: 'a pipeline that fails: its dependents are skipped',
    batch: [{ name: 'a', rollback: 'none' }, { name: 'b', needs: ['a'] }, { name: 'c' }],
    scripts: { a: { ends: 'failed' } },
    expect: {
      a: { outcome: 'FAILED / PipelineFailed', visited: deployFails, starts: '1' },
      b: { outcome: 'SKIPPED / DependencyFailed', visited: skipped },
      c: good,
    },
    ends: 'FAILED / DeploymentsFailed',
  },
  {
    title: 'a second attempt, and a rollout that fails and is restored',
    batch: [{ name: 'a', retries: 1 }, { name: 'b' }],
    scripts: { 'a#1': { ends: 'failed' }, b: { leaves: 'crash' } },
    expect: {
      a: {
        outcome: 'SUCCESS / Verified',
        visited: wellAtSecond,
        starts: '1, 2',
        runs: '2.0.0',
      },
      b: {
        outcome: 'FAILED / RestoredPreviousRelease',
        visited: 'AwaitTurn Capture Deploy Verify LookBack Restore VerifyRestore Record',
        starts: '1, restore',
        runs: '1.0.0',
      },
    },
    ends: 'FAILED / DeploymentsFailed',
  },
  {
    title: 'a cancelled batch: aborts a run, and notifies waiting deployments',
    batch: [{ name: 'a' }, { name: 'b', needs: ['a'] }],
    scripts: { a: { takes: never } },
    meanwhile: async (world, batchId) => {
      await world.pass(12);
      await cancelBatch(world.deps, { batchId, actor: 'ada' });
    },
    expect: {
      a: { outcome: 'CANCELLED / BatchCancelled', visited: deployFails, starts: '1' },
      b: { outcome: 'CANCELLED / BatchCancelled', visited: skipped },
    },
    ends: 'CANCELLED / CancelledByRequest',
  },
  {
    title: 'a publisher that fails now and then: the stream repeats records, and the feed has no gaps',
    batch: [{ name: 'a' }, { name: 'b' }],
    before: ({ meter }) => {
      meter.fault = ({ name, nth }) =>
        name === 'bus.put' && nth % 2 === 0 ? { error: new Error('dies'), when: 'after' } : undefined;
    },
    expect: { a: good, b: good },
    ends: 'SUCCESS / AllSucceeded',
    after: async ({ faults }) => expect(faults.length).toBeGreaterThan(0),
  },
];

describe('batches on DynamoDB', () =>
  walkAll(paths.map((path) => ({ ...path, options: { ...path.options, store: () => dynamoStore(client) } }))));

test('counts reads as the engine does, and writes as over SQLite', async () => {
  const wanted = Array.from({ length: 8 }, (_, index) => ({ name: `service-${index}` }));
  const billed = { reads: 0, writes: 0 };
  const onUse = (use: TableUse): void => {
    billed.reads += use.reads;
    billed.writes += use.writes;
  };
  const costOf = async (options: WorldOptions): Promise<typeof billed> => {
    Object.assign(billed, { reads: 0, writes: 0 });
    const world = await World.make(options);
    await world.settled(await world.submit(wanted));
    return { ...billed };
  };
  readUnits = 0;
  const dynamo = await costOf({ store: () => dynamoStore(client, onUse) });
  expect(dynamo.reads).toBe(readUnits);
  const sqlite = await costOf({ onUse });
  // An update is counted by its request here, and by the whole item there; calls that wait for a socket fold
  // differently.
  expect(Math.abs(dynamo.writes / sqlite.writes - 1)).toBeLessThan(0.1);
  expect(Math.abs(dynamo.reads / sqlite.reads - 1)).toBeLessThan(0.1);
});
