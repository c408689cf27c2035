import type { JsonObject } from '../../domain/json.ts';

interface Backend {
  readonly name?: string;
  readonly weight?: number;
}

interface Route {
  readonly spec?: { readonly rules?: readonly { readonly backendRefs?: readonly Backend[] }[] };
}

/** The traffic shares of a route with one rule, in per cent, as its gateway applies them. A missing weight is 1. */
export const sharesOf = (route: JsonObject | Route): Readonly<Record<string, number>> => {
  const backends = (route as Route).spec?.rules?.[0]?.backendRefs ?? [];
  const total = backends.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return Object.fromEntries(
    backends.map(({ name = '', weight = 1 }) => [name, total === 0 ? 0 : Math.round((weight * 100) / total)]),
  );
};

/** The shares that a new version should get, in order, and how far it gets. */
export interface Course {
  readonly steps: readonly number[];
  readonly ends: 'takes over' | 'goes back';
}

/**
 * What was wrong with the traffic. `seen` are the new version's shares, each different from the one before. They are
 * read from outside, so a step may be missing on a busy machine.
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
