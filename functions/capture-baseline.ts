import { captureBaseline } from '../lib/usecases/rollout/capture-baseline.ts';
import { clusterDeps } from './runtime/cluster-deps.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';

export const create = (deps: Parameters<typeof captureBaseline>[0]): TaskHandler =>
  task('capture-baseline', (input) => captureBaseline(deps, input));

export const handler = onLambda(() =>
  create({ ...tableDeps(), ...documentDeps(), ...catalogueDeps(), ...clusterDeps() }),
);
