import { adoptTarget } from '../lib/usecases/drift/adopt-target.ts';
import { type ApiHandler, type ApiOptions, answering } from './api/answering.ts';
import { type LookDeps, lookRoutes } from './api/look-routes.ts';
import { mergeProposals, type Places, placedRoutes } from './api/placed-routes.ts';
import { byTokenOf } from './api/who.ts';
import { clusterDeps } from './runtime/cluster-deps.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { clientNames } from './runtime/environment.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { placesOfApi } from './runtime/places.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';

/** The part of the HTTP API that asks clusters and changes nothing in them. */
export const create = (deps: LookDeps, options: ApiOptions = {}, places?: Places): ApiHandler =>
  answering(placedRoutes(lookRoutes, places, merges), { ...deps, adopt: adoptTarget }, options);

/** A batch has deployments in several places. All other requests ask one cluster. */
const merges = { '/batches/{id}/resolve/plan': mergeProposals };

export const handler = onLambda(() => {
  const deps = { ...tableDeps(), ...documentDeps(), ...catalogueDeps(), ...clusterDeps() };
  return create(deps, { identify: byTokenOf(clientNames()), part: 'looks' }, placesOfApi());
});
