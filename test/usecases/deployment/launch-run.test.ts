import { expect, test } from 'vitest';
import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import type { Executor, Table, Write } from '../../../lib/domain/ports.ts';
import { changeItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import {
  type AnswerRow,
  type ItemRow,
  itemOf,
  type LockRow,
  type Outcome,
  rowOf,
  type TurnRow,
} from '../../../lib/domain/record/rows.ts';
import { type Launch, launchRun, runPlace } from '../../../lib/usecases/deployment/launch-run.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { aboutToStart } from './about-to-start.ts';

/** Starts what it is told to start and counts; nothing else is asked of it here. */
const countingExecutor = () => {
  const starts: string[] = [];
  const executor: Executor = {
    lateStartMilliseconds: 0,
    start: async ({ key }) => {
      starts.push(key);
      return { kind: 'started', ref: `run-${key}` };
    },
    resolve: () => Promise.reject(new Error('nobody resolves here')),
    observe: () => Promise.reject(new Error('nobody observes here')),
    cancel: () => Promise.reject(new Error('nobody cancels here')),
    findByKey: () => Promise.reject(new Error('nobody looks for a key here')),
  };
  return { executor, starts };
};

const isIntent = (write: Write): boolean => 'put' in write && String(write.put.sk).startsWith('ATTEMPT#');

/** The same table; once, just before an intent is committed, somebody else writes. */
const interrupted = (table: Table, meanwhile: readonly Write[]): Table => {
  let left = meanwhile;
  return {
    get: (key) => table.get(key),
    query: (query) => table.query(query),
    transact: async (writes) => {
      if (left.length > 0 && writes.some(isIntent)) {
        const now = left;
        left = [];
        await table.transact(now);
      }
      await table.transact(writes);
    },
    synced: () => table.synced(),
  };
};

type Scene = Awaited<ReturnType<typeof aboutToStart>>;

const launchOf = (deployment: PlannedDeployment, batchId: string, attempt: Launch['attempt']): Launch => ({
  place: runPlace({ batch_id: batchId, index: 0 }, attempt === 'restore' ? 'restore' : `deploy-${attempt}`, deployment),
  deployment,
  version: deployment.docker_image_version,
  attempt,
});

const launch = async (scene: Scene, attempt: Launch['attempt'], meanwhile: readonly Write[], times = 1) => {
  const { world, batchId, deployment } = scene;
  const { executor, starts } = countingExecutor();
  const table = interrupted(world.table, meanwhile);
  const deps = { ...world.deps, table, pace: cloudPace, executor: async () => executor };
  const launches = Array.from({ length: times }, () => launchRun(deps, launchOf(deployment, batchId, attempt)));
  const refused = (await Promise.allSettled(launches)).filter(({ status }) => status === 'rejected');
  const wait = attempt === 'restore' ? 'restore' : (`deploy-${attempt}` as const);
  return {
    starts: starts.length,
    refused: refused.length,
    intent: (await world.table.get(keys.attempt(batchId, 0, wait))) !== undefined,
    answer: rowOf<AnswerRow>(await world.table.get(keys.answer(batchId, 0, wait)))?.reason,
  };
};

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

test('under its turn and lock a run is started once', async () => {
  const scene = await aboutToStart();
  expect(await launch(scene, 1, [])).toEqual({ starts: 1, refused: 0, intent: true, answer: undefined });
  expect(rowOf<ItemRow>(await scene.world.table.get(keys.item(scene.batchId, 0)))?.runs).toHaveLength(1);
});

test('two that start the same attempt at the same time start one run', async () => {
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
    title: 'the turn is given anew, with another fence',
    attempt: 1,
    meanwhile: ({ turn, lock }) => [
      { put: itemOf(keys.turn(turn.batch_id, 0), { ...turn, fence: 8 } satisfies TurnRow) },
      { put: itemOf(keys.lock(lock.name), { ...lock, batch_id: 'another', fence: 9 } satisfies LockRow) },
    ],
    expected: { starts: 0, refused: 1, intent: false },
  },
  {
    title: 'the lock is held by somebody else',
    attempt: 1,
    meanwhile: ({ lock }) => [
      { put: itemOf(keys.lock(lock.name), { ...lock, batch_id: 'another', fence: 8 } satisfies LockRow) },
    ],
    expected: { starts: 0, refused: 1, intent: false },
  },
  {
    title: 'the lock is gone',
    attempt: 1,
    meanwhile: ({ lock }) => [{ delete: keys.lock(lock.name) }],
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
    title: 'a restore is answered without a run',
    attempt: 'restore',
    meanwhile: ({ batchId }) => [{ put: itemOf(keys.answer(batchId, 0, 'restore'), answered) }],
    expected: { starts: 0, refused: 0, intent: false, answer: 'RestoredPreviousRelease' },
  },
];

test.each([
  [10_000, 5_000],
  [300_000, 45_000],
])(
  'a start that is turned away is not asked for when the poller may have given it up, after %i ms',
  async (late, most) => {
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
  },
);

test('a start that is turned away is not asked for again once there is an outcome', async () => {
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
  'nothing is started when %s at the last moment',
  async (_, { attempt, meanwhile, expected }) => {
    const scene = await aboutToStart();
    if (attempt === 'restore') await scene.world.table.transact(restoring(scene));
    expect(await launch(scene, attempt, meanwhile(scene))).toEqual({ answer: undefined, ...expected });
  },
);
