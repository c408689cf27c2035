import { verifyRollout } from '../lib/usecases/rollout/verify-rollout.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';
import { workflowDeps } from './runtime/workflow.ts';

export const create = (deps: Parameters<typeof verifyRollout>[0]): TaskHandler =>
  task('verify-rollout', (input) => verifyRollout(deps, input));

export const handler = onLambda(() => create({ ...tableDeps(), ...documentDeps(), ...workflowDeps('watch') }));
