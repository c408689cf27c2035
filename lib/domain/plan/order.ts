import { criticalPathLengths, type Graph, levels, topologicalOrder } from './graph.ts';
import { makeRankHeap } from './rank-heap.ts';

export interface Order {
  /** The order in which nodes would start one at a time. Shorter than the graph if it has a cycle. */
  readonly sequence: readonly number[];
  /** Each node's rank by priority, critical path and file order alone. */
  readonly ranks: readonly number[];
  readonly levels: readonly number[];
  readonly criticalPathLengths: readonly number[];
}

/**
 * Decides who goes first. Among free nodes: high priority, then the longer critical path, then the smaller node (file
 * order). The critical path comes before file order, so that what many wait for does not wait for what nobody needs.
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
