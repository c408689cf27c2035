import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import { keptDeployment } from '../../../lib/domain/plan/kept-deployment.ts';
import type { Executor, StartResult, Table, Write } from '../../../lib/domain/ports.ts';
import { changeItem } from '../../../lib/domain/record/change.ts';
import { executorWatcher, keys } from '../../../lib/domain/record/keys.ts';
import {
  type AnswerRow,
  type ItemRow,
  itemOf,
  type Outcome,
  rowOf,
  type TurnRow,
} from '../../../lib/domain/record/rows.ts';
import type { RunWatchRow } from '../../../lib/domain/record/watch-rows.ts';
import type { TargetRow } from '../../../lib/domain/targets/target-row.ts';
import { type Launch, launchRun, runPlace } from '../../../lib/usecases/deployment/launch-run.ts';
import { requestOf } from '../../../lib/usecases/deployment/watched-row.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { aboutToStart } from './about-to-start.ts';
import { countingExecutor, launch, launchOf, type Scene } from './launching.ts';

const outcome: Outcome = {
  status: 'FAILED',
  reason: 'NotStarted',
  message: 'Its execution died.',
  evidence: [],
  warnings: [],
  attempts: 0,
  runs: [],
  ended_at: 1,
};

const answered: AnswerRow = { reason: 'RestoredPreviousRelease', message: 'It runs again.', at: 1 };

const restoring = ({ item }: Scene): readonly Write[] =>
  changeItem(
    item,
    { ...item, step: 'restore', failure: { reason: 'PipelineFailed', message: 'It failed.', touched: true } },
    { at: 0, actor: 'test' },
  ).writes;

test('starts a run once under its turn and locks', async () => {
  const scene = await aboutToStart();
  expect(await launch(scene, 1, [])).toEqual({ starts: 1, refused: 0, intent: true, answer: undefined });
  expect(rowOf<ItemRow>(await scene.world.table.get(keys.item(scene.batchId, 0)))?.runs).toHaveLength(1);
});

test('starts one run when two start the same attempt at the same time', async () => {
  expect(await launch(await aboutToStart(), 1, [], 5)).toMatchObject({ starts: 1, refused: 0, intent: true });
});

interface Interruption {
  readonly title: string;
  readonly attempt: Launch['attempt'];
  readonly meanwhile: (scene: Scene) => readonly Write[];
  readonly expected: { readonly starts: 0; readonly refused: number; readonly intent: false; readonly answer?: string };
}

/** What somebody else commits between the look at the grant and the intent. The executor is never called. */
const interruptions: readonly Interruption[] = [
  {
    title: 'the grant is withdrawn',
    attempt: 1,
    meanwhile: ({ turn }) => [
      { put: itemOf(keys.turn(turn.batch_id, 0), { ...turn, state: 'cancelled' } satisfies TurnRow) },
    ],
    expected: { starts: 0, refused: 0, intent: false, answer: 'BatchCancelled' },
  },
  {
    title: 'the turn is given again, with another fence',
    attempt: 1,
    meanwhile: ({ turn }) => [{ put: itemOf(keys.turn(turn.batch_id, 0), { ...turn, fence: 8 } satisfies TurnRow) }],
    expected: { starts: 0, refused: 1, intent: false },
  },
  {
    title: 'the outcome is written',
    attempt: 1,
    meanwhile: ({ item }) =>
      changeItem(item, { ...outcome, step: 'recorded', outcome }, { at: 1, actor: 'sweep' }).writes,
    expected: { starts: 0, refused: 0, intent: false },
  },
  {
    title: 'answers a restore without a run',
    attempt: 'restore',
    meanwhile: ({ batchId }) => [{ put: itemOf(keys.answer(batchId, 0, 'restore'), answered) }],
    expected: { starts: 0, refused: 0, intent: false, answer: 'RestoredPreviousRelease' },
  },
];

test.each([
  [10_000, 5_000],
  [300_000, 45_000],
])('does not retry a start that is turned away when the poller may have failed it, after %i ms', async (late, most) => {
  const { world, batchId, deployment } = await aboutToStart();
  const asked: number[] = [];
  const executor: Executor = {
    ...countingExecutor().executor,
    lateStartMilliseconds: late,
    start: async () => {
      asked.push(world.clock.now());
      return { kind: 'rejected', retryable: true, reason: 'ExecutorThrottled', message: '429' };
    },
  };
  const deps = { ...world.deps, pace: cloudPace, executor: async () => executor };
  await launchRun(deps, launchOf(deployment, batchId, 1));
  const took = asked.at(-1)! - asked[0]!;
  expect(asked.length).toBeGreaterThan(2);
  expect(took).toBeGreaterThan(most / 2);
  expect(took).toBeLessThanOrEqual(most);
});

test('does not retry a start that is turned away once there is an outcome', async () => {
  const { world, batchId, deployment } = await aboutToStart();
  const { executor } = countingExecutor();
  const asked: string[] = [];
  const start: Executor['start'] = async ({ key }) => {
    asked.push(key);
    const item = rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))!;
    await world.table.transact(
      changeItem(item, { ...outcome, step: 'recorded', outcome }, { at: 1, actor: 'sweep' }).writes,
    );
    return { kind: 'rejected', retryable: true, reason: 'ExecutorThrottled', message: '429' };
  };
  const deps = {
    ...world.deps,
    pace: cloudPace,
    executor: async () => ({ ...executor, lateStartMilliseconds: 300_000, start }),
  };
  expect(await launchRun(deps, launchOf(deployment, batchId, 1))).toBe(false);
  expect(asked).toEqual([`${batchId}-0-1`]);
});

test.each(interruptions.map((one): [string, Interruption] => [one.title, one]))(
  'nothing starts when %s at the last moment',
  async (_, { attempt, meanwhile, expected }) => {
    const scene = await aboutToStart();
    if (attempt === 'restore') await scene.world.table.transact(restoring(scene));
    expect(await launch(scene, attempt, meanwhile(scene))).toEqual({ answer: undefined, ...expected });
  },
);

const failingAt = (table: Table, isDue: (writes: readonly Write[]) => boolean, error: Error): Table => ({
  get: (key) => table.get(key),
  query: (query) => table.query(query),
  synced: () => table.synced(),
  transact: async (writes) => {
    if (isDue(writes)) await new Promise((_, reject) => setImmediate(() => reject(error)));
    await table.transact(writes);
  },
});

const isNews = (writes: readonly Write[]): boolean =>
  writes.some((write) => 'update' in write && write.set?.phase !== undefined);

describe('what the executor answers to a start', () => {
  const answers: readonly (readonly [what: string, StartResult, told: object])[] = [
    [
      'a run',
      { kind: 'started', ref: 'run-1', url: 'https://x' },
      { given: true, phase: 'started', ref: 'run-1', reason: 'RunStarted', run: { ref: 'run-1', url: 'https://x' } },
    ],
    [
      'that it has it',
      { kind: 'accepted', correlation: 'c' },
      { given: true, phase: 'accepted', correlation: 'c', reason: 'Deploying' },
    ],
    [
      'nothing that is certain',
      { kind: 'unknown', message: 'reset' },
      { given: true, phase: 'unknown', reason: 'Deploying' },
    ],
    [
      'no',
      { kind: 'rejected', retryable: false, reason: 'NoSuchPipeline', message: 'There is none.' },
      {
        ...{ given: true, reason: 'NoSuchPipeline', answer: 'AttemptEnded' },
        failure: { reason: 'NoSuchPipeline', message: 'There is none.', retryable: false, touched: false },
      },
    ],
  ];

  const launched = async (answer: StartResult, wrap: (table: Table) => Table = (table) => table) => {
    const { world, batchId, deployment } = await aboutToStart();
    const executor: Executor = { ...countingExecutor().executor, start: async () => answer };
    const deps = { ...world.deps, table: wrap(world.table), pace: cloudPace, executor: async () => executor };
    const place = runPlace({ batch_id: batchId, index: 0 }, 'deploy-1', deployment);
    const given = await launchRun(deps, launchOf(deployment, batchId, 1));
    const watched = rowOf<RunWatchRow>(await world.table.get(keys.watch(place.watcher, batchId, 0, 'deploy-1')));
    const item = rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))!;
    const answered = rowOf<AnswerRow>(await world.table.get(keys.answer(batchId, 0, 'deploy-1')));
    return { given, watched, item, answered };
  };

  test.each(answers)('%s', async (_, answer, told) => {
    const { given, watched, item, answered } = await launched(answer);
    const { attempt, executor, key, ...run } = item.runs[0]!;
    expect({
      ...{ given, reason: item.reason },
      ...(watched && { phase: watched.phase }),
      ...(watched?.ref && { ref: watched.ref }),
      ...(watched?.correlation && { correlation: watched.correlation }),
      ...(Object.keys(run).length > 0 && { run }),
      ...(item.failure && { failure: item.failure }),
      ...(answered?.error && { answer: answered.error }),
    }).toEqual(told);
  });

  test.each(['accepted', 'unknown'] as const)(
    'goes to the poller when it cannot be recorded, because the table is busy for long: %s',
    async (kind) => {
      const answer = { kind, correlation: 'c', message: 'm' } as StartResult;
      const busy = new FlotillaError('TableBusy', 'throttled');
      const { given, watched } = await launched(answer, (table) => failingAt(table, isNews, busy));
      expect([given, watched?.phase]).toEqual([true, 'intended']);
      await expect(launched(answer, (table) => failingAt(table, isNews, new Error('a bug')))).rejects.toThrow('a bug');
    },
  );

  test('does not overwrite a pause that another call has started', async () => {
    const paused: Write = { update: { pk: '', sk: '' }, set: { phase: 'paused' } };
    const { watched } = await launched({ kind: 'unknown', message: 'm' }, (table) => ({
      get: (key) => table.get(key),
      query: (query) => table.query(query),
      synced: () => table.synced(),
      transact: async (writes) => {
        const [write] = writes;
        if (isNews(writes) && write && 'update' in write) await table.transact([{ ...paused, update: write.update }]);
        await table.transact(writes);
      },
    }));
    expect(watched?.phase).toBe('paused');
  });
});

test.each<[what: string, now: Partial<TargetRow>, adopted: string | undefined]>([
  ['that was adopted', { state: 'adopted', adopted: { by: 'ada', objects: 'abc' } }, 'abc'],
  ['of an earlier version', { state: 'adopted', adopted: { by: 'ada' } }, undefined],
  ['that was deployed', {}, undefined],
])('the executor and the poller get the adopted state of a target: one %s', async (_, more, adopted) => {
  const { world, batchId, deployment } = await aboutToStart();
  const { target } = deployment;
  const now = { target, batch_id: 'B0', index: 0, state: 'verified', since: 1, ...more };
  await world.table.transact([{ put: itemOf(keys.targetNow(target), now) }]);
  const told: (string | undefined)[] = [];
  const start: Executor['start'] = async (request) => {
    told.push(request.adopted);
    return { kind: 'unknown', message: 'm' };
  };
  const deps = { ...world.deps, pace: cloudPace, executor: async () => ({ ...countingExecutor().executor, start }) };
  await launchRun(deps, launchOf(deployment, batchId, 1));
  const watch = keys.watch(executorWatcher(deployment.executor.account), batchId, 0, 'deploy-1');
  const row = rowOf<RunWatchRow>(await world.table.get(watch))!;
  expect([...told, row.adopted, requestOf(row).adopted]).toEqual([adopted, adopted, adopted]);
});

test('has all that the poller needs, and the row says what is done', async () => {
  const { world, batchId, deployment, item } = await aboutToStart();
  const executor: Executor = { ...countingExecutor().executor, start: async () => ({ kind: 'unknown', message: 'm' }) };
  const deps = { ...world.deps, pace: cloudPace, executor: async () => executor };
  await launchRun(deps, { ...launchOf(deployment, batchId, 1), executionArn: 'arn:child' });
  const at = world.clock.now();
  const { account } = deployment.executor;
  const key = `${batchId}-0-1`;
  const watch = keys.watch(executorWatcher(account), batchId, 0, 'deploy-1');
  expect(await world.table.get(watch)).toEqual({
    ...{
      ...watch,
      batch_id: batchId,
      index: 0,
      wait: 'deploy-1',
      deployment: keptDeployment(deployment),
      version: '3.0.2',
      key,
      phase: 'unknown',
    },
    ...{ asked: 0, answer: 'm', at, deadline: at + deployment.timeout * 1_000 },
  });
  expect(await world.table.get(keys.attempt(batchId, 0, 'deploy-1'))).toMatchObject({ key, at });
  expect(rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))).toMatchObject({
    ...{ ...item, seq: 2, step: 'deploy', reason: 'Deploying', message: 'Attempt 1: deploys version 3.0.2.' },
    ...{ runs: [{ executor: account, key, attempt: 1 }], deadline: at + deployment.timeout * 1_000 },
    ...{ execution_arn: 'arn:child', updated_at: at },
  });
});

test.each<[what: string, attempt: Launch['attempt'], keeps: boolean]>([
  ['another attempt starts without the failure of the one before', 2, false],
  ['a restore keeps the failure that it is for', 'restore', true],
])('%s', async (_, attempt, keeps) => {
  const scene = await aboutToStart();
  const failure = { reason: 'PipelineFailed', message: 'It failed.', touched: true };
  const failed = { ...scene.item, step: 'capture', attempt: 2, failure } as const;
  await scene.world.table.transact(changeItem(scene.item, failed, { at: 1, actor: 'test' }).writes);
  await launch(scene, attempt, []);
  const item = rowOf<ItemRow>(await scene.world.table.get(keys.item(scene.batchId, 0)))!;
  expect([item.failure, item.step, item.reason]).toEqual(
    keeps ? [failure, 'restore', 'RestoreRunning'] : [undefined, 'deploy', 'RunStarted'],
  );
});

describe('under a turn that was cancelled', () => {
  const failure = { reason: 'PipelineFailed', message: 'It failed.', touched: true };
  const cancelled = { reason: 'BatchCancelled', message: 'Not started: the batch was cancelled.', touched: false };

  test.each<[what: string, item: Partial<ItemRow>, settled: object]>([
    ['nothing is started', {}, { failure: { ...cancelled, cancelled: true }, error: 'AttemptEnded' }],
    ['why an attempt failed stays true', { failure }, { failure, error: 'AttemptFailed' }],
    [
      'a restore puts back what an attempt may have touched',
      { touched: true },
      { failure: { ...cancelled, touched: true }, error: 'AttemptFailed' },
    ],
  ])('%s', async (_, more, settled) => {
    const scene = await aboutToStart();
    const { world, batchId, deployment, item, turn } = scene;
    await world.table.transact([
      { put: itemOf(keys.turn(batchId, 0), { ...turn, state: 'cancelled' }) },
      { put: itemOf(keys.item(batchId, 0), { ...item, ...more }) },
    ]);
    const { executor, starts } = countingExecutor();
    const deps = { ...world.deps, pace: cloudPace, executor: async () => executor };
    const automatic = { ...deployment, rollback_strategy: 'automatic' } as const;
    expect(await launchRun(deps, launchOf(automatic, batchId, 1))).toBe(false);
    const row = rowOf<ItemRow>(await world.table.get(keys.item(batchId, 0)))!;
    const answer = rowOf<AnswerRow>(await world.table.get(keys.answer(batchId, 0, 'deploy-1')));
    expect({ failure: row.failure, error: answer?.error }).toEqual(settled);
    expect(starts).toEqual([]);
  });
});
