import * as z from 'zod';
import { listed, type Path, type Wording } from './findings.ts';
import { nearOnes } from './nearest.ts';

/** The keys that a schema knows, as a tree: `*` stands for any name in a record, `[]` for any index in a list. */
interface KeyTree {
  readonly children: ReadonlyMap<string, KeyTree>;
}

const leaf: KeyTree = { children: new Map() };

const keyTree = (schema: unknown): KeyTree => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return keyTree(schema.unwrap());
  if (schema instanceof z.ZodArray) return { children: new Map([['[]', keyTree(schema.element)]]) };
  if (schema instanceof z.ZodRecord) return { children: new Map([['*', keyTree(schema.valueType)]]) };
  if (schema instanceof z.ZodUnion) return onlyTree(schema.options.map(keyTree));
  if (!(schema instanceof z.ZodObject)) return leaf;
  return { children: new Map(Object.entries(schema.shape).map(([key, member]) => [key, keyTree(member)])) };
};

/** If only one form has keys, those. */
const onlyTree = (forms: readonly KeyTree[]): KeyTree => {
  const [tree = leaf, ...others] = forms.filter(({ children }) => children.size > 0);
  return others.length === 0 ? tree : leaf;
};

interface KnownKey {
  readonly name: string;
  readonly path: readonly string[];
}

const isName = (key: string): boolean => key !== '*' && key !== '[]';

const allKeys = (tree: KeyTree, path: readonly string[] = []): KnownKey[] =>
  [...tree.children].flatMap(([name, child]) => {
    const here = [...path, name];
    return [...(isName(name) ? [{ name, path: here }] : []), ...allKeys(child, here)];
  });

/** For a key that a mapping does not know, returns the message and the key that was probably meant. */
export type KeyAdvice = (
  parent: Path,
  key: string,
) => { readonly wording: Wording; readonly meant?: readonly string[] };

/**
 * Looks for the nearest known key: first in the same mapping, then inside it (`prioritty` of an item is
 * `metadata.priority`), then anywhere else. Among equally near names, the closest in the tree wins.
 */
export const makeKeyAdvice = (schema: unknown): KeyAdvice => {
  const tree = keyTree(schema);
  const known = allKeys(tree);
  const nearFirst = new Map<string, KnownKey[]>();
  return (parent, key) => {
    const { place, subtree } = descend(tree, parent);
    const name = place.join('.');
    const ordered =
      nearFirst.get(name) ?? known.toSorted((a, b) => remoteness(place, a.path) - remoteness(place, b.path));
    nearFirst.set(name, ordered);
    const meant = nearOnes(key, ordered, (candidate) => candidate.name)[0]?.candidate.path;
    const here = [...subtree.children.keys()].filter(isName);
    const message = `unknown key; known here: ${listed(here)}`;
    if (meant === undefined) return { wording: { message, allowed: here } };
    return { wording: { message, hint: `did you mean \`${shortPath(place, meant)}\`?`, allowed: here }, meant };
  };
};

const descend = (tree: KeyTree, path: Path): { place: string[]; subtree: KeyTree } => {
  const place: string[] = [];
  let subtree = tree;
  for (const part of path) {
    const step = typeof part === 'number' ? '[]' : subtree.children.has(part) ? part : '*';
    place.push(step);
    subtree = subtree.children.get(step) ?? leaf;
  }
  return { place, subtree };
};

const sharedLength = (a: readonly string[], b: readonly string[]): number => {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at === -1 ? a.length : at;
};

/** How far a known key is from a mapping: steps up count more than steps down. */
const remoteness = (place: readonly string[], path: readonly string[]): number => {
  const shared = sharedLength(place, path);
  return 100 * (place.length - shared) + (path.length - shared);
};

/** Relative to the mapping if the key is inside it, else from the root. */
const shortPath = (place: readonly string[], path: readonly string[]): string => {
  const inside = sharedLength(place, path) === place.length;
  return (inside ? path.slice(place.length) : path).join('.').replaceAll('.[]', '[]');
};
