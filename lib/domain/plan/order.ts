import { criticalPathLengths, type Graph, levels, topologicalOrder } from './graph.ts';
import { makeRankHeap } from './rank-heap.ts';

export interface Order {
  /** Nodes in the order in which one at a time would start. Shorter than the graph when it has a cycle. */
  readonly sequence: readonly number[];
  /** By node: its place among all when only priority, critical path and file order count. */
  readonly ranks: readonly number[];
  readonly levels: readonly number[];
  readonly criticalPathLengths: readonly number[];
}

/**
 * Who goes first. Among nodes that are free: high priority, then the longer critical path, then the smaller node (file
 * order). The critical path comes before file order because what many wait for should not wait for what nobody needs.
 */
export const decideOrder = (graph: Graph, priorities: readonly number[]): Order => {
  const topological = topologicalOrder(graph);
  const lengths = criticalPathLengths(graph, topological);
  const byRank = priorities
    .map((_, node) => node)
    .sort((a, b) => priorities[b]! - priorities[a]! || lengths[b]! - lengths[a]!); // equals keep their order
  const ranks: number[] = new Array(byRank.length);
  byRank.forEach((node, rank) => {
    ranks[node] = rank;
  });
  const sequence = runOneByOne(graph, ranks, byRank);
  return { sequence, ranks, levels: levels(graph, topological), criticalPathLengths: lengths };
};

const runOneByOne = (graph: Graph, ranks: readonly number[], byRank: readonly number[]): number[] => {
  const waiting = graph.dependencies.map((nodes) => nodes.length);
  const free = makeRankHeap();
  waiting.forEach((count, node) => {
    if (count === 0) free.push(ranks[node]!);
  });
  const sequence: number[] = [];
  for (let rank = free.pop(); rank !== undefined; rank = free.pop()) {
    const node = byRank[rank]!;
    sequence.push(node);
    for (const dependent of graph.dependents[node]!) {
      waiting[dependent]! -= 1;
      if (waiting[dependent] === 0) free.push(ranks[dependent]!);
    }
  }
  return sequence;
};
