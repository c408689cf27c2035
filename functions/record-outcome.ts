import { recordOutcome } from '../lib/usecases/deployment/record-outcome.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';

export const create = (deps: Parameters<typeof recordOutcome>[0]): TaskHandler =>
  task('record-outcome', (input) => recordOutcome(deps, input));

export const handler = onLambda(() => create({ ...tableDeps(), ...documentDeps() }));
