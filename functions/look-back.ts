import { lookBack } from '../lib/usecases/rollout/look-back.ts';
import { clusterDeps } from './runtime/cluster-deps.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';
import { workflowDeps } from './runtime/workflow.ts';

export const create = (deps: Parameters<typeof lookBack>[0]): TaskHandler =>
  task('look-back', (input) => lookBack(deps, input));

export const handler = onLambda(() =>
  create({ ...tableDeps(), ...documentDeps(), ...workflowDeps(), ...clusterDeps() }),
);
