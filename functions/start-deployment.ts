import { startDeployment } from '../lib/usecases/deployment/start-deployment.ts';
import { executorDeps } from './runtime/executor-deps.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';
import { workflowDeps } from './runtime/workflow.ts';

export const create = (deps: Parameters<typeof startDeployment>[0]): TaskHandler =>
  task('start-deployment', (input) => startDeployment(deps, input));

export const handler = onLambda(() => {
  const deps = tableDeps();
  return create({ ...deps, ...documentDeps(), ...workflowDeps('watch'), ...executorDeps(deps) });
});
