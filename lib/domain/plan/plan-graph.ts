import { criticalPathLengths, levels, longestChain, makeGraph } from './graph.ts';

/** A plan's dependencies, by index in these lists. */
export interface PlanGraph {
  /** In plan order: dependencies before dependents. */
  readonly keys: readonly string[];
  /** The length of the longest dependency path before each, from 0. */
  readonly levels: readonly number[];
  /** Indexes of what must have succeeded before each, ascending. */
  readonly dependencies: readonly (readonly number[])[];
  /** Keys along one longest chain, first to last. */
  readonly critical_path: readonly string[];
}

interface Drawn {
  readonly keys: readonly string[];
  readonly dependents: readonly (readonly number[])[];
}

/** The graph of the visible deployments, as if there were no others: levels and critical path count only those. */
export const drawGraph = ({ keys, dependents }: Drawn, sees: (index: number) => boolean): PlanGraph => {
  const seen = keys.flatMap((_, index) => (sees(index) ? [index] : []));
  const placeOf = new Map(seen.map((index, place) => [index, place]));
  const dependencies: number[][] = seen.map(() => []);
  for (const [place, index] of seen.entries()) {
    for (const dependent of dependents[index]!) {
      const of = placeOf.get(dependent);
      if (of !== undefined) dependencies[of]!.push(place);
    }
  }
  const graph = makeGraph(dependencies);
  const inOrder = seen.map((_, place) => place);
  const chain = longestChain(graph, criticalPathLengths(graph, inOrder));
  const shown = seen.map((index) => keys[index]!);
  return {
    keys: shown,
    levels: levels(graph, inOrder),
    dependencies,
    critical_path: chain.map((place) => shown[place]!),
  };
};
