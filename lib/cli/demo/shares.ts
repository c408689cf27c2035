import type { JsonObject } from '../../domain/json.ts';

interface Backend {
  readonly name?: string;
  readonly weight?: number;
}

interface Route {
  readonly spec?: { readonly rules?: readonly { readonly backendRefs?: readonly Backend[] }[] };
}

/** Who gets how much of the traffic of a route with one rule, in per cent, as its gateway carries it out. A weight that is not said is 1. */
export const sharesOf = (route: JsonObject | Route): Readonly<Record<string, number>> => {
  const backends = (route as Route).spec?.rules?.[0]?.backendRefs ?? [];
  const total = backends.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return Object.fromEntries(
    backends.map(({ name = '', weight = 1 }) => [name, total === 0 ? 0 : Math.round((weight * 100) / total)]),
  );
};

/** The shares that a new version is to get, one after the other, and how far it comes. */
export interface Course {
  readonly steps: readonly number[];
  readonly ends: 'takes over' | 'goes back';
}

/**
 * What of the traffic did not go as designed. `seen` are the shares that the new version had, each other than the one before: looked at
 * from outside, so that a step may be missing where the machine was busy.
 */
export const trafficDifferences = (seen: readonly number[], { steps, ends }: Course): readonly string[] => {
  const told = `the new version had ${seen.map((share) => `${share} %`).join(', ')} of the traffic`;
  const between = seen.slice(1, -1);
  const rises = between.every((share, at) => at === 0 || share > between[at - 1]!);
  const isKnown = between.every((share) => steps.includes(share));
  const isAtEnd = seen.length > 2 && seen[0] === 0 && seen.at(-1) === 0;
  const problems = [
    isAtEnd ? [] : [`${told}, and was to get some of it and to have none before and after`],
    isKnown ? [] : [`${told}, and its steps are ${steps.join(', ')}`],
    rises ? [] : [`${told}, which was not to fall before the end`],
    ends === 'goes back' || between.includes(steps.at(-1)!) ? [] : [`${told}, and never its last step`],
  ];
  return problems.flat();
};
