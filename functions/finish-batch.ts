import { finishBatch } from '../lib/usecases/batch/finish-batch.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';

export const create = (deps: Parameters<typeof finishBatch>[0]): TaskHandler =>
  task('finish-batch', (input) => finishBatch(deps, input));

export const handler = onLambda(() => create(tableDeps()));
