import { startDeployment } from '../lib/usecases/deployment/start-deployment.ts';
import { startRestore } from '../lib/usecases/deployment/start-restore.ts';
import { watchExecutor } from '../lib/usecases/deployment/watch-executor.ts';
import type { Deps } from '../lib/usecases/deps.ts';
import { performPreview } from '../lib/usecases/preview/perform-preview.ts';
import { reviewDeployer } from '../lib/usecases/schedule/cluster-rights.ts';
import type { TaskInput, TaskOutput } from '../statemachines/contract.ts';
import { deployerDeps } from './runtime/deployer-deps.ts';
import { ownPlace } from './runtime/environment.ts';
import { observer } from './runtime/observer.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';
import { workflowDeps } from './runtime/workflow.ts';

type Started = Extract<TaskInput<'deploy-to-cluster'>, { readonly task: 'start' }>;
type Needs = Parameters<typeof startDeployment>[0] &
  Parameters<typeof startRestore>[0] &
  Parameters<typeof watchExecutor>[0] &
  Parameters<typeof performPreview>[0] &
  Parameters<typeof reviewDeployer>[0];

/** Everything that changes a cluster. For other executors, separate states and watchers do this. */
export const create = (deps: Needs): TaskHandler => task('deploy-to-cluster', (input) => perform(deps, input));

const perform = (deps: Needs, input: TaskInput<'deploy-to-cluster'>): Promise<TaskOutput<'deploy-to-cluster'>> => {
  switch (input.task) {
    case 'start':
      return start(deps, input);
    case 'restore':
      return startRestore(deps, input);
    case 'watch':
      return watchExecutor(deps, input);
    case 'preview':
      return performPreview(deps, input);
  }
};

const start = async (deps: Needs, input: Started): Promise<Record<string, never>> => {
  await reviewDeployer(deps, input);
  return startDeployment(deps, input);
};

export const handler = onLambda(() => {
  const deps = { ...tableDeps(), ...documentDeps() };
  const tell: Deps['tell'] = (message, about) => observer().tell(message, about);
  return create({ ...deps, ...workflowDeps('watch'), ...deployerDeps(deps), tell, place: ownPlace() });
});
