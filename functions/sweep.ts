import { UlidIds } from '../lib/adapters/system-clock.ts';
import { DoAll } from '../lib/usecases/do-all.ts';
import { measureWork } from '../lib/usecases/measurement/measure-work.ts';
import type { DispatcherMemory } from '../lib/usecases/schedule/dispatch-turns.ts';
import { sweep } from '../lib/usecases/sweep.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { observer } from './runtime/observer.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { workflowDeps } from './runtime/workflow.ts';

/** Called every minute. */
export const create = (deps: Parameters<typeof sweep>[0]): (() => Promise<void>) => {
  const memory: DispatcherMemory = { holder: new UlidIds(deps.clock).next() };
  return () => sweep(deps, memory);
};

/**
 * Measures what is under way, then sweeps. It sweeps even if measuring failed, because nobody else recovers what was
 * lost.
 */
export const measured =
  (deps: Parameters<typeof measureWork>[0], run: () => Promise<void>): (() => Promise<void>) =>
  async () => {
    const all = new DoAll();
    await all.try(async () => observer().measure(await measureWork(deps)));
    await all.try(run);
    all.end();
  };

export const handler = onLambda(() => {
  const deps = { ...tableDeps(), ...documentDeps(), ...catalogueDeps(), ...workflowDeps('batch', 'watch') };
  return measured(deps, create(deps));
});
