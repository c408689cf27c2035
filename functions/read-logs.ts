import { type ApiHandler, type ApiOptions, answering } from './api/answering.ts';
import { type LogRouteDeps, logRoutes } from './api/log-routes.ts';
import { type Places, placedRoutes } from './api/placed-routes.ts';
import { byTokenOf } from './api/who.ts';
import { clusterDeps } from './runtime/cluster-deps.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { clientNames } from './runtime/environment.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { placesOfApi } from './runtime/places.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';

/** The part of the HTTP API that reads logs, with no other right in a cluster. */
export const create = (deps: LogRouteDeps, options: ApiOptions = {}, places?: Places): ApiHandler =>
  answering(placedRoutes(logRoutes, places), deps, options);

export const handler = onLambda(() => {
  const deps = { ...tableDeps(), ...documentDeps(), ...catalogueDeps(), ...clusterDeps() };
  return create(deps, { identify: byTokenOf(clientNames()), part: 'logs' }, placesOfApi());
});
