import { watchExecutor } from '../lib/usecases/deployment/watch-executor.ts';
import { executorDeps } from './runtime/executor-deps.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';
import { workflowDeps } from './runtime/workflow.ts';

export const create = (deps: Parameters<typeof watchExecutor>[0]): TaskHandler =>
  task('watch-executor', (input) => watchExecutor(deps, input));

export const handler = onLambda(() => {
  const deps = tableDeps();
  return create({ ...deps, ...workflowDeps('watch'), ...executorDeps(deps) });
});
