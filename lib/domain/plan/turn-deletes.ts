import { type Acting, isDelete } from './action.ts';

interface Node extends Acting {
  readonly key: string;
  readonly dependencies: readonly string[];
}

/**
 * A service is deleted after those that need it: edges between two deletes are reversed, so nothing loses a dependency
 * while it still runs. All other edges stay as written. Applying this twice restores the original, which is how such a
 * batch is written back to a file. It cannot create a cycle, because nothing that stays depends on what is deleted.
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
