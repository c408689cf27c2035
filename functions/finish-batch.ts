import { finishBatch } from '../lib/usecases/batch/finish-batch.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';
import { workflowDeps } from './runtime/workflow.ts';

export const create = (deps: Parameters<typeof finishBatch>[0]): TaskHandler =>
  task('finish-batch', (input) => finishBatch(deps, input));

export const handler = onLambda(() =>
  create({ ...tableDeps(), ...documentDeps(), ...catalogueDeps(), ...workflowDeps('batch') }),
);
