import { noPlace } from '../lib/domain/catalogue/function-place.ts';
import type { Deps } from '../lib/usecases/deps.ts';
import { type SurveyMemories, surveyClusters } from '../lib/usecases/drift/survey-clusters.ts';
import { clusterDeps } from './runtime/cluster-deps.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { ownPlace } from './runtime/environment.ts';
import { observer } from './runtime/observer.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';

/** Called every two minutes. */
export const create = (deps: Parameters<typeof surveyClusters>[0]): (() => Promise<void>) => {
  const memories: SurveyMemories = new Map();
  const { place = noPlace } = deps;
  // One number for all places would show only the largest, or count clusters several times.
  const where = place === noPlace ? {} : { place };
  return async () => {
    const { drifted } = await surveyClusters(deps, memories);
    observer().measure([{ name: 'DriftedTargets', value: drifted, ...where }]);
  };
};

export const handler = onLambda(() => {
  const tell: Deps['tell'] = (message, about) => observer().tell(message, about);
  return create({
    ...tableDeps(),
    ...documentDeps(),
    ...catalogueDeps(),
    ...clusterDeps(),
    tell,
    place: ownPlace(),
  });
});
