import { expect, test } from 'vitest';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Executor, Workflow } from '../../lib/domain/ports.ts';
import { changeItem } from '../../lib/domain/record/change.ts';
import { keys, type Wait } from '../../lib/domain/record/keys.ts';
import { type ItemRow, itemOf, rowOf } from '../../lib/domain/record/rows.ts';
import { startDeployment } from '../../lib/usecases/deployment/start-deployment.ts';
import { cloudPace } from '../../lib/usecases/deps.ts';
import { awaitTurn } from '../../lib/usecases/schedule/await-turn.ts';
import { settlesAfter } from '../../lib/usecases/settle/settle-child.ts';
import { sweep } from '../../lib/usecases/sweep.ts';
import { bindToken } from '../../lib/usecases/wait/answer-wait.ts';
import {
  changeBatch,
  FakeClock,
  MemoryDocuments,
  makeWorld,
  planned,
  readHeader,
  submitted,
} from './batch/api-world.ts';
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

test('asks for some of thousands in flight, and for others in the next sweep', async () => {
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
    catalogue: async () => simulatedConfiguration().catalogue,
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

test('settles a child that it finds dead', async () => {
  const { item, batchId } = await deadChild(async () => {});
  expect(`${item?.status} / ${item?.reason}: ${item?.message}`).toBe(
    `FAILED / ExecutionStopped: Nothing was started: somebody stopped its execution in Step Functions. \`flotilla retry ${batchId}\` deploys it.`,
  );
});

test('settles nothing over a child that takes the deployment up while the previous one is found dead', async () => {
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

test('a child that took the deployment up hears of its turn, even if a remnant of the previous one binds a token after it', async () => {
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

interface Batch {
  readonly what: string;
  /** What Step Functions says to a start, and to a question. An error is thrown. */
  readonly start: 'taken' | FlotillaError;
  readonly describe: 'RUNNING' | 'ABORTED' | FlotillaError;
  readonly execution_arn?: string;
  readonly isPlanned?: true;
  /** Milliseconds since its submission. */
  readonly age?: number;
  readonly told: { readonly status: string; readonly asked: readonly string[]; readonly failed?: string };
}

const missing = new FlotillaError('ExecutionMissing', 'there is none');
const exists = new FlotillaError('ExecutionExists', 'it is over');
const away = new FlotillaError('WorkflowUnavailable', 'ThrottlingException');
const old = cloudPace.sweepAge;

const batches: readonly Batch[] = [
  {
    ...{ what: 'that nobody started is started', start: 'taken', describe: missing },
    told: { status: 'PENDING / Submitted, open', asked: ['start'] },
  },
  {
    ...{
      what: 'that has just come is left to the process that starts it',
      start: 'taken',
      describe: missing,
      age: old - 1,
    },
    told: { status: 'PENDING / Submitted, open', asked: [] },
  },
  {
    ...{ what: 'that cannot be started stays open', start: away, describe: missing },
    told: { status: 'PENDING / Submitted, open', asked: ['start'], failed: 'ThrottlingException' },
  },
  {
    ...{ what: 'that was started, and runs, is left alone', start: exists, describe: 'RUNNING' },
    told: { status: 'PENDING / Submitted, open', asked: ['start', 'describe'] },
  },
  {
    ...{
      what: 'that was started, and whose execution ended before its plan, has failed',
      start: exists,
      describe: 'ABORTED',
    },
    told: { status: 'FAILED / PlanFailed, sealed', asked: ['start', 'describe'] },
  },
  {
    ...{
      what: 'that has certainly started is only looked up',
      start: away,
      describe: 'RUNNING',
      execution_arn: 'arn',
    },
    told: { status: 'PENDING / Submitted, open', asked: ['describe'] },
  },
  {
    ...{
      what: 'whose execution is forgotten has ended',
      start: away,
      describe: missing,
      execution_arn: 'arn',
      isPlanned: true,
    },
    told: { status: 'FAILED / DeploymentsFailed, sealed', asked: ['describe'] },
  },
  {
    ...{
      what: 'whose state is unavailable stays open',
      start: away,
      describe: away,
      execution_arn: 'arn',
      isPlanned: true,
    },
    told: { status: 'PROCESSING / Planned, open', asked: ['describe'], failed: 'ThrottlingException' },
  },
];

test.each(batches.map((one) => [one.what, one] as const))(
  'a batch %s',
  async (_, { start, describe, told, ...batch }) => {
    const world = makeWorld();
    const batchId = batch.isPlanned ? (await planned(world)).batchId : await submitted(world);
    const before = await readHeader(world, batchId);
    if (batch.execution_arn) await changeBatch(world, batchId, { ...before, execution_arn: batch.execution_arn });
    const asked: string[] = [];
    const answer = (what: string, said: string): string => {
      asked.push(what);
      const given = what === 'start' ? start : describe;
      if (given instanceof FlotillaError) throw given;
      return said;
    };
    const workflow = {
      ...world.workflow,
      start: async (machine: string, name: string, input: object) => {
        expect([machine, name, input]).toEqual(['batch', batchId, { batch_id: batchId }]);
        return answer('start', 'arn');
      },
      describe: async (machine: string, name: string) => {
        expect([machine, name]).toEqual(['batch', batchId]);
        return { status: answer('describe', describe as string) as 'RUNNING' };
      },
    };
    world.clock.time += batch.age ?? old;
    const failed = await sweep({ ...world.deps, workflow, pace: cloudPace }, { holder: 's' }).then(
      () => undefined,
      (error: Error) => error.message,
    );
    const header = await readHeader(world, batchId);
    const isOpen = (await world.table.get(keys.open(batchId))) !== undefined;
    const status = `${header.status} / ${header.reason}, ${isOpen ? 'open' : 'sealed'}`;
    expect({ status, asked, ...(failed && { failed }) }).toEqual(told);
    if (batch.isPlanned && !isOpen) {
      const items = await Promise.all([0, 1, 2].map((index) => world.table.get(keys.item(batchId, index))));
      expect(items.map((item) => rowOf<ItemRow>(item)!.message)).toEqual(
        Array(3).fill(
          `Nothing was started: its execution died: Step Functions no longer knows it. \`flotilla retry ${batchId}\` deploys it.`,
        ),
      );
    }
  },
);

test('a batch that it cannot handle does not stop it from handling the next one', async () => {
  const world = makeWorld();
  const [first, second] = [await submitted(world), await submitted(world)];
  const started: string[] = [];
  const start = async (_machine: string, name: string) => {
    if (name === first) throw away;
    started.push(name);
    return 'arn';
  };
  world.clock.time += old;
  const deps = { ...world.deps, workflow: { ...world.workflow, start }, pace: cloudPace };
  await expect(sweep(deps, { holder: 's' })).rejects.toThrow('ThrottlingException');
  expect(started).toEqual([second]);
});

test('does not send again what may be on its way, and does not take a child that has just bound a token for dead', async () => {
  const { world, deps, batchId, told } = await scene();
  await awaitTurn(deps, { token: 'first', execution_arn: 'first-child', batch_id: batchId, index: 0 });
  told.length = 0;
  const row = rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))!;
  world.clock.time += 2 * old;
  const { writes } = changeItem(
    row,
    { ...row, reason: 'Deploying' },
    { at: world.clock.now() - old + 1, actor: 'test' },
  );
  await world.table.transact(writes);
  const running = async () => ({ status: 'RUNNING' }) as const;
  await sweep({ ...deps, workflow: { ...deps.workflow, describe: running } }, { holder: 'sweeper' });
  expect(told).toEqual(['first']); // by the dispatcher, which sends what may not have arrived
  const describe = async () => ({ status: 'ABORTED' }) as const;
  await awaitTurn(deps, { token: 'again', execution_arn: 'first-child', batch_id: batchId, index: 0 });
  world.clock.time += settlesAfter - 1;
  await sweep({ ...deps, workflow: { ...deps.workflow, describe } }, { holder: 'sweeper' });
  expect(rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.outcome).toBeUndefined();
  world.clock.time += 1;
  await sweep({ ...deps, workflow: { ...deps.workflow, describe } }, { holder: 'sweeper' });
  expect(rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))?.outcome).toBeDefined();
});

test('revives only watchers that have something to watch', async () => {
  const { world, deps } = await scene();
  const revived: string[] = [];
  const row = (watcher: string) => ({ put: itemOf(keys.watcher(watcher), { watcher, generation: 1, until: 0 }) });
  await world.table.transact([
    ...[row('executor:busy'), row('executor:idle')],
    { put: itemOf(keys.watch('executor:busy', 'b', 0, 'deploy-1'), {}) },
  ]);
  const start = async (_machine: string, name: string) => {
    revived.push(name);
    return 'arn';
  };
  await sweep({ ...deps, workflow: { ...deps.workflow, start } }, { holder: 'sweeper' });
  expect(revived).toEqual(['executor-busy-2']);
});
