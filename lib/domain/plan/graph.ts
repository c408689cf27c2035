/** A graph of nodes 0..n-1. `dependencies[i]` are the nodes that must come before `i`, each once. */
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

/** Dependencies before dependents (Kahn). Shorter than the graph when it has a cycle: what is missing hangs on one. */
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

/** For each node the length of the longest path of dependencies before it, from 0. */
export const levels = ({ dependencies }: Graph, topological: readonly number[]): number[] => {
  const level = dependencies.map(() => 0);
  for (const node of topological) {
    for (const dependency of dependencies[node]!) level[node] = Math.max(level[node]!, level[dependency]! + 1);
  }
  return level;
};

/** For each node the number of nodes on the longest chain that begins with it and follows dependents; at least 1. */
export const criticalPathLengths = ({ dependents }: Graph, topological: readonly number[]): number[] => {
  const length = dependents.map(() => 1);
  for (const node of topological.toReversed()) {
    for (const dependent of dependents[node]!) length[node] = Math.max(length[node]!, length[dependent]! + 1);
  }
  return length;
};

/** One longest chain, first to last. Where two are equally long the smaller node wins, so that the answer is always the same. */
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
