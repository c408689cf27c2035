import { awaitTurn } from '../lib/usecases/schedule/await-turn.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';
import { workflowDeps } from './runtime/workflow.ts';

export const create = (deps: Parameters<typeof awaitTurn>[0]): TaskHandler =>
  task('await-turn', (input) => awaitTurn(deps, input));

export const handler = onLambda(() => create({ ...tableDeps(), ...workflowDeps() }));
