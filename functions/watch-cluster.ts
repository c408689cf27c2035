import { ObserverMemories } from '../lib/usecases/rollout/observer-memories.ts';
import { watchCluster } from '../lib/usecases/rollout/watch-cluster.ts';
import { clusterDeps } from './runtime/cluster-deps.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';
import { workflowDeps } from './runtime/workflow.ts';

export const create = (deps: Parameters<typeof watchCluster>[0]): TaskHandler => {
  const memories = new ObserverMemories();
  return task('watch-cluster', (input) =>
    memories.during(input.watcher, (memory) => watchCluster(deps, input, memory)),
  );
};

export const handler = onLambda(() =>
  create({ ...tableDeps(), ...workflowDeps('watch'), ...catalogueDeps(), ...clusterDeps() }),
);
