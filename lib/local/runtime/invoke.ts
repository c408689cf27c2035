import type { Context } from 'aws-lambda';
import { create as createAwaitTurn } from '../../../functions/await-turn.ts';
import { create as createCaptureBaseline } from '../../../functions/capture-baseline.ts';
import { create as createConcludeBatch } from '../../../functions/conclude-batch.ts';
import { create as createDeployToCluster } from '../../../functions/deploy-to-cluster.ts';
import { create as createFinishBatch } from '../../../functions/finish-batch.ts';
import { create as createLookBack } from '../../../functions/look-back.ts';
import { create as createPlanBatch } from '../../../functions/plan-batch.ts';
import { create as createRecordOutcome } from '../../../functions/record-outcome.ts';
import type { TaskHandler } from '../../../functions/runtime/task.ts';
import { create as createStartDeployment } from '../../../functions/start-deployment.ts';
import { create as createStartRestore } from '../../../functions/start-restore.ts';
import { create as createVerifyRollout } from '../../../functions/verify-rollout.ts';
import { create as createWatchCluster } from '../../../functions/watch-cluster.ts';
import { create as createWatchExecutor } from '../../../functions/watch-executor.ts';
import type { TaskName } from '../../../statemachines/contract.ts';
import { stemOfCopy } from '../../domain/catalogue/function-place.ts';
import type { Invoke } from '../../engine/runtime.ts';
import type { Deps } from '../../usecases/deps.ts';
import { whenSynced } from './when-synced.ts';

/** Every function that a state machine calls. */
const creators = {
  'plan-batch': createPlanBatch,
  'await-turn': createAwaitTurn,
  'capture-baseline': createCaptureBaseline,
  'start-deployment': createStartDeployment,
  'look-back': createLookBack,
  'start-restore': createStartRestore,
  'verify-rollout': createVerifyRollout,
  'record-outcome': createRecordOutcome,
  'conclude-batch': createConcludeBatch,
  'finish-batch': createFinishBatch,
  'watch-executor': createWatchExecutor,
  'deploy-to-cluster': createDeployToCluster,
  'watch-cluster': createWatchCluster,
} satisfies Readonly<Record<TaskName, (deps: Deps) => TaskHandler>>;

export const taskNames = Object.keys(creators) as readonly TaskName[];

/**
 * Calls the handlers in this process, or the ones in `instead`, as Lambda does in the cloud. The engine journals their
 * answers.
 */
export const makeInvoke = (deps: Deps, instead: Readonly<Partial<Record<TaskName, TaskHandler>>> = {}): Invoke => {
  const handlers = new Map<string, TaskHandler>(
    taskNames.map((name): [string, TaskHandler] => [name, instead[name] ?? creators[name](deps)]),
  );
  return async (name, payload) => {
    // On one machine this process asks every cluster, whatever its place.
    const handler = handlers.get(stemOfCopy(name));
    if (handler === undefined) throw new Error(`there is no function ${name}`);
    const context = { functionName: name, awsRequestId: deps.ids.next() } as Context;
    return (await whenSynced(deps.table, () => handler(payload, context))) as Awaited<ReturnType<Invoke>>;
  };
};
