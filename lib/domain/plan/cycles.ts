/**
 * Finds a graph's cycles, one for each group of nodes that reach each other: a shortest one through the group's
 * smallest node. `edges[i]` are the nodes that `i` points to. Also returns the group's size, because its other nodes
 * are on cycles too.
 */
export const findCycles = (
  edges: readonly (readonly number[])[],
): { readonly cycle: number[]; readonly tangled: number }[] =>
  stronglyConnected(edges)
    .filter((group) => group.length > 1 || edges[group[0]!]!.includes(group[0]!))
    .map((group) => ({ cycle: shortestCycle(edges, new Set(group), Math.min(...group)), tangled: group.length }))
    .sort((a, b) => a.cycle[0]! - b.cycle[0]!);

/** Tarjan's algorithm with an explicit stack: a chain of 10,000 deployments would overflow the call stack. */
const stronglyConnected = (edges: readonly (readonly number[])[]): number[][] => {
  const order = new Int32Array(edges.length).fill(-1);
  const low = new Int32Array(edges.length);
  const open: number[] = [];
  const isOpen = new Uint8Array(edges.length);
  const groups: number[][] = [];
  let count = 0;
  const enter = (node: number): { node: number; next: number } => {
    order[node] = low[node] = count++;
    open.push(node);
    isOpen[node] = 1;
    return { node, next: 0 };
  };
  const leave = (node: number): void => {
    if (low[node] !== order[node]) return;
    const group = open.splice(open.lastIndexOf(node));
    for (const member of group) isOpen[member] = 0;
    groups.push(group);
  };
  for (const root of edges.keys()) {
    if (order[root] !== -1) continue;
    const calls = [enter(root)];
    for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
      const target = edges[call.node]![call.next];
      call.next += 1;
      if (target === undefined) {
        leave(call.node);
        calls.pop();
        const caller = calls.at(-1);
        if (caller !== undefined) low[caller.node] = Math.min(low[caller.node]!, low[call.node]!);
      } else if (order[target] === -1) calls.push(enter(target));
      else if (isOpen[target] === 1) low[call.node] = Math.min(low[call.node]!, order[target]!);
    }
  }
  return groups;
};

/** Breadth first from the start back to it within its group. A path always exists. */
const shortestCycle = (edges: readonly (readonly number[])[], group: ReadonlySet<number>, start: number): number[] => {
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (let at = 0; ; at += 1) {
    const node = queue[at]!;
    for (const target of edges[node]!) {
      if (target === start) return pathTo(cameFrom, start, node);
      if (!group.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, node);
      queue.push(target);
    }
  }
};

const pathTo = (cameFrom: ReadonlyMap<number, number>, start: number, end: number): number[] => {
  const path = [end];
  for (let node = end; node !== start; ) {
    node = cameFrom.get(node) ?? start;
    path.push(node);
  }
  return path.reverse();
};
