import { afterAll, afterEach, describe, expect } from 'vitest';
import { cancelBatch } from '../../lib/usecases/cancel-batch.ts';
import { deployFails, type Path, skipped, walkAll, well } from '../workflow/path.ts';
import { dynamoStore } from './dynamo-store.ts';
import { engineClient } from './engine.ts';

/** Whole batches on the real engine: its conditions, transactions and stream in place of SQLite's. */
const client = engineClient();
const commands = new Set<string>();
client.middlewareStack.add(
  (next, { commandName = '' }) =>
    (args) => {
      commands.add(commandName);
      return next(args);
    },
  { step: 'initialize' },
);

/** What the adapter may send; making the table is the test's own doing. */
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
    title: 'a batch that goes well, with dependencies, a limit and a health check',
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
    title: 'a pipeline that fails: what needs it is skipped',
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
        visited: 'AwaitTurn Capture Deploy Capture Deploy Verify Record',
        starts: '1, 2',
        runs: '2.0.0',
      },
      b: {
        outcome: 'FAILED / RestoredPreviousRelease',
        visited: 'AwaitTurn Capture Deploy Verify Restore VerifyRestore Record',
        starts: '1, restore',
        runs: '1.0.0',
      },
    },
    ends: 'FAILED / DeploymentsFailed',
  },
  {
    title: 'a batch that is cancelled: a run is aborted, and who waits is told',
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
    title: 'a publisher that fails now and then: the stream brings the same again, and the feed has no gaps',
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
