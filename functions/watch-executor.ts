import { watchExecutor } from '../lib/usecases/deployment/watch-executor.ts';
import type { Deps } from '../lib/usecases/deps.ts';
import { executorDeps } from './runtime/executor-deps.ts';
import { observer } from './runtime/observer.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';
import { workflowDeps } from './runtime/workflow.ts';

export const create = (deps: Parameters<typeof watchExecutor>[0]): TaskHandler =>
  task('watch-executor', (input) => watchExecutor(deps, input));

export const handler = onLambda(() => {
  const deps = tableDeps();
  const tell: Deps['tell'] = (message, about) => observer().tell(message, about);
  return create({ ...deps, ...workflowDeps('watch'), ...executorDeps(deps), tell });
});
