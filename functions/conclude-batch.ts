import { concludeBatch } from '../lib/usecases/batch/conclude-batch.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';
import { workflowDeps } from './runtime/workflow.ts';

export const create = (deps: Parameters<typeof concludeBatch>[0]): TaskHandler =>
  task('conclude-batch', (input) => concludeBatch(deps, input));

export const handler = onLambda(() => create({ ...tableDeps(), ...documentDeps(), ...workflowDeps('batch') }));
