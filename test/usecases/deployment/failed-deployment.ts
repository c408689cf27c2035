import type { WorkloadKind } from '../../../lib/domain/plan/plan.ts';
import type { Cluster, Executor, WorkloadView } from '../../../lib/domain/ports.ts';
import { executorWatcher, keys } from '../../../lib/domain/record/keys.ts';
import { type AnswerRow, type CaptureRow, type ItemRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import type { RunWatchRow } from '../../../lib/domain/record/watch-rows.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import { startRestore } from '../../../lib/usecases/deployment/start-restore.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { lookBack } from '../../../lib/usecases/rollout/look-back.ts';
import { viewOf } from '../../domain/rollout/objects.ts';
import { unaskedExecutor } from '../../unasked-executor.ts';
import { aboutToStart } from './about-to-start.ts';

export const failed = viewOf({ image: 'reg/login-api:3.0.2', revision: 2 });
export const good = viewOf({ image: 'reg/login-api:3.0.1', revision: 1 });

/** A deployment of 3.0.2 that failed. 3.0.1 ran before it, deployed by another account with another timeout. */
export const failedDeployment = async ({ hasPrevious = true, kindBefore = 'deployment' as WorkloadKind } = {}) => {
  const { world, batchId: batch_id, deployment } = await aboutToStart();
  const workload = { ...deployment.workload, kind: kindBefore };
  const before = { ...deployment, workload, timeout: 77, executor: { ...deployment.executor, account: 'harness:old' } };
  const baseline = captureBaseline(deployment.workload, good);
  const previous = { version: '3.0.1', deployment: before, origin: 'recorded', at: 0, batch_id: 'earlier' } as const;
  const capture: CaptureRow = { attempt: 1, baseline, ...(hasPrevious ? { previous } : {}) };
  await world.table.transact([{ put: itemOf(keys.capture(batch_id, 0), capture) }]);
  const told: string[] = [];
  const started: unknown[] = [];
  const executor: Executor = {
    ...unaskedExecutor,
    start: async ({
      version,
      deployment: {
        timeout,
        executor: { account },
      },
    }) => {
      started.push({ version, timeout, account });
      return { kind: 'started', ref: 'run-1' };
    },
  };
  const view: { now: WorkloadView | Error; looks: number } = { now: failed, looks: 0 };
  const cluster = {
    read: async () => {
      view.looks += 1;
      if (view.now instanceof Error) throw view.now;
      return [view.now];
    },
  } as unknown as Cluster;
  const deps = {
    ...world.deps,
    pace: cloudPace,
    executor: async () => executor,
    cluster: async () => cluster,
    workflow: {
      ...world.workflow,
      start: async () => 'arn',
      succeed: async (token: string) => void told.push(`${token} goes on`),
      fail: async (token: string, error: string, cause: string) => void told.push(`${token} ${error}: ${cause}`),
    },
  };
  /** LookBack and Restore, as the state machine calls them. */
  const look = () => lookBack(deps, { batch_id, index: 0 });
  const start = (token: string) => startRestore(deps, { batch_id, index: 0, token, execution_arn: 'arn:child' });
  const restore = async (token: string) => {
    await look();
    return start(token);
  };
  const read = async () => ({
    item: rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)))!,
    capture: rowOf<CaptureRow>(await world.table.get(keys.capture(batch_id, 0)))!,
    answer: rowOf<AnswerRow>(await world.table.get(keys.answer(batch_id, 0, 'restore'))),
    watched: rowOf<RunWatchRow>(
      await world.table.get(keys.watch(executorWatcher('harness:old'), batch_id, 0, 'restore')),
    ),
  });
  return { world, deployment, look, start, restore, read, told, started, view };
};
