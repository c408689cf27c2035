/** A graph of nodes 0..n-1. `dependencies[i]` are the nodes that must come before `i`, without duplicates. */
export interface Graph {
  readonly dependencies: readonly (readonly number[])[];
  readonly dependents: readonly (readonly number[])[];
}

export const makeGraph = (dependencies: readonly (readonly number[])[]): Graph => {
  const dependents: number[][] = dependencies.map(() => []);
  dependencies.forEach((nodes, node) => {
    for (const dependency of nodes) dependents[dependency]!.push(node);
  });
  return { dependencies, dependents };
};

/**
 * Dependencies before dependents (Kahn). Shorter than the graph if it has a cycle: missing nodes are on one or depend
 * on one.
 */
export const topologicalOrder = ({ dependencies, dependents }: Graph): number[] => {
  const waiting = dependencies.map((nodes) => nodes.length);
  const order = waiting.flatMap((count, node) => (count === 0 ? [node] : []));
  for (let next = 0; next < order.length; next += 1) {
    for (const dependent of dependents[order[next]!]!) {
      waiting[dependent]! -= 1;
      if (waiting[dependent] === 0) order.push(dependent);
    }
  }
  return order;
};

/** The length of the longest dependency path before each node, from 0. */
export const levels = ({ dependencies }: Graph, topological: readonly number[]): number[] => {
  const level = dependencies.map(() => 0);
  for (const node of topological) {
    for (const dependency of dependencies[node]!) level[node] = Math.max(level[node]!, level[dependency]! + 1);
  }
  return level;
};

/** The number of nodes on the longest chain that starts at each node and follows dependents; at least 1. */
export const criticalPathLengths = ({ dependents }: Graph, topological: readonly number[]): number[] => {
  const length = dependents.map(() => 1);
  for (const node of topological.toReversed()) {
    for (const dependent of dependents[node]!) length[node] = Math.max(length[node]!, length[dependent]! + 1);
  }
  return length;
};

/** One longest chain, first to last. Ties go to the smaller node, so the result is deterministic. */
export const longestChain = ({ dependents }: Graph, lengths: readonly number[]): number[] => {
  const chain: number[] = [];
  let candidates: readonly number[] = lengths.map((_, node) => node);
  while (candidates.length > 0) {
    const node = candidates.reduce((best, other) => (lengths[other]! > lengths[best]! ? other : best));
    chain.push(node);
    candidates = dependents[node]!.toSorted((a, b) => a - b);
  }
  return chain;
};
