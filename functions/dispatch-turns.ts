import { UlidIds } from '../lib/adapters/system-clock.ts';
import { type DispatcherMemory, dispatchTurns } from '../lib/usecases/schedule/dispatch-turns.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { workflowDeps } from './runtime/workflow.ts';

/** Woken by new inbox messages. It does not matter which ones, because it reads the inbox itself. */
export const create = (deps: Parameters<typeof dispatchTurns>[0]): (() => Promise<void>) => {
  const memory: DispatcherMemory = { holder: new UlidIds(deps.clock).next() };
  return () => dispatchTurns(deps, memory);
};

export const handler = onLambda(() => create({ ...tableDeps(), ...documentDeps(), ...workflowDeps() }));
