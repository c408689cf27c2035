import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import type { Query, Table } from '../../../lib/domain/ports.ts';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import type { InboxMessage } from '../../../lib/domain/record/inbox-message.ts';
import { documentPaths, keys } from '../../../lib/domain/record/keys.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import { decide } from '../../../lib/domain/schedule/decide.ts';
import type { Sheet } from '../../../lib/domain/schedule/sheet.ts';
import { emptySchedule, type ScheduleState } from '../../../lib/domain/schedule/state.ts';
import { waitingFor } from '../../../lib/domain/schedule/waiting.ts';
import { listDeployments } from '../../../lib/usecases/deployment/list-deployments.ts';
import { resolveDeployment } from '../../../lib/usecases/deployment/resolve-deployment.ts';
import { type DispatcherMemory, dispatchTurns } from '../../../lib/usecases/schedule/dispatch-turns.ts';
import { readWaiting } from '../../../lib/usecases/schedule/read-waiting.ts';
import { readSheet, scheduleWrites } from '../../../lib/usecases/schedule/schedule-store.ts';
import { Chance, RandomWorld, randomChance, randomSheets } from '../../domain/schedule/random-world.ts';
import { rowsPerRound } from '../../domain/schedule/scheduler.ts';
import {
  changeBatch,
  MemoryDocuments,
  makeWorld,
  manyYaml,
  planned,
  submitted,
  type World,
} from '../batch/api-world.ts';

const askedOf = ({ keys: names, dependents }: Sheet) =>
  names.map((_, index) => ({
    index,
    dependencies: dependents.flatMap((some, at) => (some.includes(index) ? [at] : [])),
  }));

const mustReadTheSame = async (
  deps: { readonly table: Table; readonly documents: MemoryDocuments },
  state: ScheduleState,
): Promise<void> => {
  for (const batch of state.batches.values()) {
    const asked = askedOf(batch.sheet);
    const told = new Map(asked.map((one) => [one.index, waitingFor(state, batch, one)]));
    expect(await readWaiting(deps, batch.sheet.batch_id, asked)).toEqual(told);
  }
};

test('the table gives the same answers as the dispatcher from its state', async () => {
  const live = async (sheets: readonly Sheet[], chance: readonly number[]): Promise<void> => {
    const world = new RandomWorld(sheets, new Chance(chance));
    const table = new SqliteTable(':memory:');
    const documents = new MemoryDocuments();
    for (const sheet of sheets) await documents.put(documentPaths.schedule(sheet.batch_id), JSON.stringify(sheet));
    const state = emptySchedule();
    let inbox: InboxMessage[] = [];
    for (let news: InboxMessage[] | undefined = []; news !== undefined; news = world.nextMessages()) {
      inbox.push(...news);
      const decisions = decide(state, inbox, { planned: world.news, rows: rowsPerRound, grant: true, now: 0 });
      await table.transact([...scheduleWrites(state, decisions)]);
      state.version += 1;
      inbox = inbox.slice(decisions.consumed);
      world.decided(decisions);
      await mustReadTheSame({ table, documents }, state);
    }
    table.close();
  };
  await fc.assert(fc.asyncProperty(randomSheets, randomChance, live), { numRuns: 60 });
});

const dispatched = async (world: World, memory: DispatcherMemory, batchId: string): Promise<void> => {
  await world.table.transact([
    { put: itemOf(keys.inbox(world.ids.next()), { message: { type: 'planned', batch_id: batchId } }) },
  ]);
  const pace = { lease: 20_000 } as never;
  await dispatchTurns({ ...world.deps, pace }, memory);
};

const messagesOf = async (world: World, batchId: string) =>
  (await listDeployments(world.deps, { batchId, limit: 1000 })).deployments.map(
    ({ status, message }) => `${status} ${message}`,
  );

test('lists what each waits for, from submission to the end', async () => {
  const world = makeWorld();
  const batchId = await submitted(world);
  expect(await messagesOf(world, batchId)).toEqual(Array(3).fill('PENDING Waits for the plan.'));
  const { batchId: first } = await planned(world);
  expect(await messagesOf(world, first)).toEqual([
    'PENDING Its turn comes next.',
    'PENDING Waits for shared/login-api (PENDING).',
    'PENDING Waits for clearing/trade-intake (PENDING).',
  ]);
  const memory: DispatcherMemory = { holder: 'test' };
  await dispatched(world, memory, first);
  expect(await messagesOf(world, first)).toEqual([
    'PROCESSING Its turn has come.',
    'PENDING Waits for shared/login-api (PROCESSING).',
    'PENDING Waits for clearing/trade-intake (PENDING).',
  ]);
  const { batchId: second } = await planned(world);
  await dispatched(world, memory, second);
  const { deployments } = await listDeployments(world.deps, { batchId: second, limit: 1 });
  const object = 'deployment shared/login-api on cluster-eu-1';
  const locks = ['/cluster:cluster-eu-1/shared/deployment/login-api', 'staging/cluster-eu-1/shared/login-api'];
  expect(deployments).toMatchObject([
    {
      reason: 'AwaitingTurn',
      message: `Waits for shared/login-api of batch ${first}, which is working on ${object}.`,
      waiting_for: [
        { kind: 'lock', name: object, locks, batch_id: first, key: 'shared/login-api', status: 'PROCESSING' },
      ],
    },
  ]);
});

test('a batch that has ended without a plan waits for nothing', async () => {
  const world = makeWorld();
  const batchId = await submitted(world);
  const told = { status: 'FAILED', reason: 'PlanFailed', message: 'No plan.', ended_at: 1 } as const;
  await changeBatch(world, batchId, told);
  expect(await messagesOf(world, batchId)).toEqual(Array(3).fill('PENDING Will not start: the batch has ended.'));
});

test('does not call UNKNOWN what is resolved before all its dependents hear of it', async () => {
  const world = makeWorld();
  const hub = { pillar: 'shared', service_name: 'hub', docker_image_version: '1' };
  const others = Array.from({ length: 20 }, (_, at) => ({
    ...{ ...hub, service_name: `service-${at}` },
    metadata: { dependencies: ['hub'] },
  }));
  const defaults = { environment_id: 'e', infrastructure_id: 'cluster-eu-1', docker_artifact_type: 'docker' };
  const text = JSON.stringify({ version: 'v1.0', defaults, deployments: [hub, ...others] });
  const { batchId } = await planned(world, text);
  const state = emptySchedule();
  const decided = async (message: InboxMessage, rows: number): Promise<void> => {
    const news = { sheet: await readSheet(world.deps, batchId), cancelled: false, recorded: [] };
    const decisions = decide(state, [message], { planned: new Map([[batchId, news]]), rows, grant: true, now: 0 });
    await world.table.transact([...scheduleWrites(state, decisions)]);
    state.version += 1;
  };
  await decided({ type: 'planned', batch_id: batchId }, rowsPerRound);
  await decided({ type: 'recorded', batch_id: batchId, index: 0, status: 'UNKNOWN' }, 12);
  const told = { status: 'UNKNOWN', reason: 'RunNotFound', message: 'Nobody knows.' } as const;
  const outcome = { ...told, evidence: [], warnings: [], attempts: 1, runs: [], ended_at: 1 };
  const patch = { ...told, outcome, step: 'recorded' } as const;
  const item = pendingItem(batchId, 0, 'shared/hub');
  await world.table.transact(changeItem(item, patch, { at: 1, actor: 'test' }).writes);
  expect((await messagesOf(world, batchId))[1]).toBe('PENDING Will be skipped: shared/hub (UNKNOWN).');
  const found = { status: 'SUCCESS', reason: 'It runs.', actor: 'ada' } as const;
  await resolveDeployment(world.deps, { batchId, key: 'shared/hub', ...found });
  expect((await messagesOf(world, batchId)).slice(0, 2)).toEqual([
    'SUCCESS It runs.',
    'PENDING Will be skipped: shared/hub (UNKNOWN, later resolved as SUCCESS).',
  ]);
});

/** A table that remembers its requests. */
const watched = (table: Table, asked: string[]): Table => ({
  get: (key) => table.get(key),
  transact: () => Promise.reject(new Error('nothing is written')),
  synced: () => Promise.reject(new Error('nothing is written')),
  query: (query: Query) => {
    asked.push(`${query.pk} ${query.prefix ?? ''}`.replace(/01TEST\d+/, '<id>').trim());
    return table.query(query);
  },
});

test('takes four queries more for a page of a large batch, none when nothing on it waits, and writes nothing', async () => {
  const world = makeWorld();
  const { batchId, plan } = await planned(world, manyYaml(3_000));
  await dispatched(world, { holder: 'test' }, batchId);
  const asked: string[] = [];
  const deps = { ...world.deps, table: watched(world.table, asked) };
  const { deployments } = await listDeployments(deps, { batchId, limit: 1000, from: 1_500 });
  expect(deployments[0]!.waiting_for).toEqual([{ kind: 'limit', name: 'batch', limit: 5, in_flight: 5 }]);
  const items = 'BATCH#<id>';
  const scheduling = ['DISPATCHER BATCH#', 'DISPATCHER HOLD#', 'DISPATCHER LOCK#', 'DISPATCHER PAGE#<id>#'];
  expect(asked.sort()).toEqual([items, ...scheduling]);
  asked.length = 0;
  await listDeployments(deps, { batchId, limit: 1000, from: 1_500, status: 'FAILED' });
  expect(asked).toEqual(['DISPATCHER PAGE#<id>#', items, items]);
  const { index, key } = plan.deployments[2_999]!;
  const done = { status: 'SUCCESS', reason: 'Verified', message: 'Runs.' } as const;
  await world.table.transact(changeItem(pendingItem(batchId, index, key), done, { at: 1, actor: 'test' }).writes);
  asked.length = 0;
  await listDeployments(deps, { batchId, limit: 1000, from: 2_999 });
  // It reads its row, and asks nothing else.
  expect(asked).toEqual([]);
});
