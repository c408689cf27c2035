import { OwnManifestSources } from '../lib/adapters/manifest-sources.ts';
import { planBatch } from '../lib/usecases/plan/plan-batch.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { variable } from './runtime/environment.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';

export const create = (deps: Parameters<typeof planBatch>[0]): TaskHandler =>
  task('plan-batch', (input) => planBatch(deps, input));

export const handler = onLambda(() =>
  create({
    ...{ ...tableDeps(), ...documentDeps(), ...catalogueDeps() },
    manifestSources: new OwnManifestSources({ documents: variable('DOCUMENTS_BUCKET') }),
  }),
);
