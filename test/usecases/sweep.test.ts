import { expect, test } from 'vitest';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Executor, Workflow } from '../../lib/domain/ports.ts';
import { keys, type Wait } from '../../lib/domain/record/keys.ts';
import { type ItemRow, itemOf, rowOf } from '../../lib/domain/record/rows.ts';
import { startDeployment } from '../../lib/usecases/deployment/start-deployment.ts';
import { cloudPace } from '../../lib/usecases/deps.ts';
import { awaitTurn } from '../../lib/usecases/schedule/await-turn.ts';
import { sweep } from '../../lib/usecases/sweep.ts';
import { bindToken } from '../../lib/usecases/wait/answer-wait.ts';
import { FakeClock, MemoryDocuments } from './batch/api-world.ts';
import { aboutToStart } from './deployment/about-to-start.ts';

/** Executions that all run. Step Functions takes some 300 descriptions at once, then a few a second. */
class DescribingWorkflow implements Workflow {
  described: string[] = [];

  async describe(_machine: 'batch' | 'watch', arn: string) {
    if (this.described.length === 320) throw new FlotillaError('WorkflowUnavailable', 'ThrottlingException');
    this.described.push(arn);
    return { status: 'RUNNING' } as const;
  }

  start = () => refuse('start');
  succeed = () => refuse('succeed');
  fail = () => refuse('fail');
}

const refuse = (what: string): never => {
  throw new Error(`there is nothing to ${what}`);
};

const inFlight = 1000;

test('with thousands in flight a sweep asks for some of them, and for others the next time', async () => {
  const table = new SqliteTable(':memory:');
  const workflow = new DescribingWorkflow();
  const clock = new FakeClock();
  for (let index = 0; index < inFlight; index += 1) {
    const turn = { batch_id: 'B', index, key: `k/${index}`, state: 'granted', target: `t${index}`, at: 0 };
    const token = { token: `token-${index}`, execution_arn: `child-${index}`, at: 0, [`bound:token-${index}`]: true };
    await table.transact([
      { put: itemOf(keys.turn('B', index), { ...turn, reason: '', message: '' }) },
      { put: itemOf(keys.token('B', index, 'deploy-1'), token) },
    ]);
  }
  let chance = 0;
  const deps = {
    table,
    documents: new MemoryDocuments(),
    workflow,
    clock,
    random: { next: () => chance },
    ids: { next: () => '1' },
    pace: cloudPace,
  };
  const seen = new Set<string>();
  for (chance = 0; chance < 1; chance += 0.25) {
    workflow.described = [];
    await sweep(deps, { holder: 'sweeper' });
    for (const arn of workflow.described) seen.add(arn);
    expect(workflow.described.length).toBeGreaterThan(100);
  }
  expect(seen.size).toBe(inFlight);
});

/** A child that bound its token and died. While the sweeper asks for it, something happens. */
const deadChild = async (meanwhile: (deps: Awaited<ReturnType<typeof scene>>['deps']) => Promise<unknown>) => {
  const { world, deps, batchId, told } = await scene();
  await awaitTurn(deps, { token: 'first', execution_arn: 'first-child', batch_id: batchId, index: 0 });
  await world.clock.sleep(2 * cloudPace.sweepAge);
  const workflow = {
    ...deps.workflow,
    describe: async (_machine: string, arn: string) => {
      if (arn === 'first-child') await meanwhile(deps);
      return { status: arn === 'first-child' ? ('ABORTED' as const) : ('RUNNING' as const) };
    },
  };
  await sweep({ ...deps, workflow }, { holder: 'sweeper' });
  const item = rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)));
  return { deps, batchId, item, told };
};

const scene = async () => {
  const { world, batchId } = await aboutToStart();
  const told: unknown[] = [];
  const executor = { lateStartMilliseconds: 0, start: async () => ({ kind: 'started', ref: 'run-1' }) };
  const deps = {
    ...world.deps,
    pace: cloudPace,
    executor: async () => executor as unknown as Executor,
    workflow: {
      ...world.workflow,
      start: async () => 'arn',
      succeed: async (token: string) => void told.push(token),
      fail: async (token: string, error: string) => void told.push(`${token} ${error}`),
    },
  };
  return { world, deps, batchId, told };
};

test('a child that is found dead is settled', async () => {
  const { item } = await deadChild(async () => {});
  expect(`${item?.status} / ${item?.reason}`).toBe('FAILED / NotStarted');
});

test('nothing is settled over the head of a child that takes the deployment up while the one before is found dead', async () => {
  const second = { token: 'second', execution_arn: 'second-child', batch_id: '', index: 0 };
  const { item } = await deadChild(async (deps) => {
    const { items } = await deps.table.query({ pk: 'DISPATCHER', prefix: 'TURN#', limit: 1 });
    const task = { ...second, batch_id: items[0]!.batch_id as string };
    await awaitTurn(deps, task);
    await startDeployment(deps, { ...task, token: 'second-deploy', attempt: 1 });
  });
  expect(`${item?.status} / ${item?.reason}`).toBe('PROCESSING / RunStarted');
});

test('a child that takes the deployment up later hears that it has ended', async () => {
  const { deps, batchId, told } = await deadChild(async () => {});
  await awaitTurn(deps, { token: 'second', execution_arn: 'second-child', batch_id: batchId, index: 0 });
  expect(told.at(-1)).toBe('second TurnRefused');
});

test('a child that took the deployment up is told of its turn, though what is left of the one before binds a token after it', async () => {
  const { world, deps, batchId, told } = await scene();
  const bind = (wait: Wait, child: string) =>
    bindToken(deps, { batch_id: batchId, index: 0, wait }, { token: `${child}-${wait}`, execution_arn: child });
  await bind('turn', 'second');
  await world.clock.sleep(1);
  await bind('deploy-1', 'first');
  await world.clock.sleep(2 * cloudPace.sweepAge);
  const describe = async (_machine: string, arn: string) =>
    ({ status: arn === 'first' ? 'ABORTED' : 'RUNNING' }) as const;
  await sweep({ ...deps, workflow: { ...deps.workflow, describe } }, { holder: 'sweeper' });
  expect(told).toContain('second-turn');
  expect(rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.outcome).toBeUndefined();
});
