import { adoptTarget } from '../lib/usecases/drift/adopt-target.ts';
import { type ApiHandler, type ApiOptions, answering } from './api/answering.ts';
import { type LookDeps, lookRoutes } from './api/look-routes.ts';
import { byTokenOf } from './api/who.ts';
import { openClusterDeps } from './runtime/cluster-deps.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { clientNames } from './runtime/environment.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';

/** The part of the HTTP API that asks clusters, and changes nothing in them. */
export const create = (deps: LookDeps, options: ApiOptions = {}): ApiHandler =>
  answering(lookRoutes, { ...deps, adopt: adoptTarget }, options);

export const handler = onLambda(() => {
  const deps = { ...tableDeps(), ...documentDeps(), ...catalogueDeps(), ...openClusterDeps() };
  return create(deps, { identify: byTokenOf(clientNames()), part: 'looks' });
});
