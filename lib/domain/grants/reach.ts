import type { Place } from './grant.ts';

/** Where a batch's deployments belong: the environments by pillar, unique and sorted. */
export type Reach = Readonly<Record<string, readonly string[]>>;

export const reachOf = (deployments: Iterable<{ readonly pillar: string; readonly environment_id: string }>): Reach => {
  const found = new Map<string, Set<string>>();
  for (const { pillar, environment_id } of deployments) {
    const environments = found.get(pillar);
    if (environments === undefined) found.set(pillar, new Set([environment_id]));
    else environments.add(environment_id);
  }
  return Object.fromEntries(
    [...found].sort(byName).map(([pillar, environments]) => [pillar, [...environments].sort()]),
  );
};

export const placesOf = (reach: Reach): readonly Place[] =>
  Object.entries(reach).flatMap(([pillar, environments]) =>
    environments.map((environment) => ({ pillar, environment })),
  );

export const describePlaces = (places: readonly Place[]): string => {
  const named = places.slice(0, mostNamed).map(({ pillar, environment }) => `${pillar} in ${environment}`);
  const rest = places.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
};

/** Any beyond this are only counted. */
const mostNamed = 10;

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
