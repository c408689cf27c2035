import type { Catalogue } from '../catalogue/catalogue.ts';
import { serviceEntry } from '../catalogue/resolve.ts';
import type { Deployment } from './batch.ts';

/** More of them than this are only counted. */
const mostWarned = 5;

/**
 * Warns about items that skip steps although they would take none. `lineOf` finds a deployment's `at_once` by its
 * index.
 */
export const warnOfAtOnce = (
  deployments: readonly Deployment[],
  catalogue: Catalogue,
  lineOf: (place: number) => number,
): string[] => {
  const useless = deployments.flatMap((deployment, place) => {
    const why = deployment.at_once === true ? whyUseless(deployment, catalogue) : undefined;
    return why === undefined ? [] : [{ place, key: deployment.key, why }];
  });
  const rest = useless.length - mostWarned;
  return [
    ...useless
      .slice(0, mostWarned)
      .map(({ place, key, why }) => `Line ${lineOf(place)}: at_once of ${key} has no effect: ${why}.`),
    ...(rest > 0 ? [`And at_once of ${rest} more has no effect.`] : []),
  ];
};

const whyUseless = (
  { executor, pillar, service_name, environment_id }: Deployment,
  catalogue: Catalogue,
): string | undefined => {
  if (executor !== 'kubernetes') return `the executor ${executor} has no steps`;
  const strategy = serviceEntry(catalogue, pillar, service_name)?.kubernetes?.strategy;
  if (strategy === undefined) return 'its service has no strategy';
  const isElsewhere = strategy.environments?.includes(environment_id) === false;
  return isElsewhere ? `the strategy of its service is not for ${environment_id}` : undefined;
};
