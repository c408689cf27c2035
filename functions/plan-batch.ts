import { OwnManifestSources } from '../lib/adapters/manifest-sources.ts';
import { planBatch } from '../lib/usecases/plan/plan-batch.ts';
import { fetchPreviewed } from '../lib/usecases/preview/fetch-previewed.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { variable } from './runtime/environment.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { type TaskHandler, task } from './runtime/task.ts';

type Needs = Parameters<typeof planBatch>[0] & Parameters<typeof fetchPreviewed>[0];

/** Plans, and fetches manifests for previews: no function that changes clusters calls anything outside. */
export const create = (deps: Needs): TaskHandler =>
  task('plan-batch', (input) => ('preview_id' in input ? fetchPreviewed(deps, input) : planBatch(deps, input)));

export const handler = onLambda(() =>
  create({
    ...{ ...tableDeps(), ...documentDeps(), ...catalogueDeps() },
    manifestSources: new OwnManifestSources({ documents: variable('DOCUMENTS_BUCKET') }),
  }),
);
