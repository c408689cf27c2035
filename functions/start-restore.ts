import { startRestore } from '../lib/usecases/deployment/start-restore.ts';
import { executorDeps } from './runtime/executor-deps.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';
import { workflowDeps } from './runtime/workflow.ts';

export const create = (deps: Parameters<typeof startRestore>[0]): TaskHandler =>
  task('start-restore', (input) => startRestore(deps, input));

export const handler = onLambda(() => {
  const deps = tableDeps();
  return create({ ...deps, ...documentDeps(), ...workflowDeps('watch'), ...executorDeps(deps) });
});
