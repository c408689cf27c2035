import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import type { Executor, Table, Write } from '../../../lib/domain/ports.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type AnswerRow, rowOf } from '../../../lib/domain/record/rows.ts';
import { type Launch, launchRun, runPlace } from '../../../lib/usecases/deployment/launch-run.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { unaskedExecutor } from '../../unasked-executor.ts';
import type { aboutToStart } from './about-to-start.ts';

/** Starts what it gets, and counts. These tests ask nothing else of it. */
export const countingExecutor = () => {
  const starts: string[] = [];
  const executor: Executor = {
    ...unaskedExecutor,
    start: async ({ key }) => {
      starts.push(key);
      return { kind: 'started', ref: `run-${key}` };
    },
  };
  return { executor, starts };
};

const isIntent = (write: Write): boolean => 'put' in write && String(write.put.sk).startsWith('ATTEMPT#');

/** The same table. Once, just before an intent is committed, somebody else writes. */
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

export type Scene = Awaited<ReturnType<typeof aboutToStart>>;

export const launchOf = (deployment: PlannedDeployment, batchId: string, attempt: Launch['attempt']): Launch => ({
  place: runPlace({ batch_id: batchId, index: 0 }, attempt === 'restore' ? 'restore' : `deploy-${attempt}`, deployment),
  deployment,
  version: deployment.docker_image_version,
  attempt,
});

/** The result of a start while somebody else writes at the last moment. */
export const launch = async (scene: Scene, attempt: Launch['attempt'], meanwhile: readonly Write[], times = 1) => {
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
