import { type Acting, isDelete } from './action.ts';

interface Node extends Acting {
  readonly key: string;
  readonly dependencies: readonly string[];
}

/**
 * A service goes after those that need it: between two deletes the edge is turned round, so that nothing loses what it depends on while it
 * still stands there. All other edges stay as they were written. Done twice it is undone, which is how such a batch is written as a
 * file again. No cycle can come of it: nothing that stays depends on what is deleted.
 */
export const turnDeletes = <One extends Node>(nodes: readonly One[]): readonly One[] => {
  const deletes = new Set(nodes.filter(isDelete).map(({ key }) => key));
  if (deletes.size < 2) return nodes;
  const turned = new Map<string, string[]>([...deletes].map((key) => [key, []]));
  for (const { key, dependencies } of nodes) {
    if (!deletes.has(key)) continue;
    for (const one of dependencies) turned.get(one)?.push(key);
  }
  return nodes.map((node) => {
    if (!deletes.has(node.key)) return node;
    const kept = node.dependencies.filter((one) => !deletes.has(one));
    return { ...node, dependencies: [...kept, ...turned.get(node.key)!] };
  });
};
