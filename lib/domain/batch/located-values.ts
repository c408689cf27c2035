import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml';
import type { Finding, Path } from './findings.ts';
import { issueCodes } from './issues.ts';
import { yamlLimits } from './yaml-limits.ts';

/** Plain values, as JSON has them, that remember where in the text they come from. */
export interface Located {
  readonly root: unknown;
  /** Problems of the text that do not keep it from being read: keys written twice, tags, aliases without an anchor. */
  readonly findings: readonly Finding[];
  /** Where the value at a path is written; for a value that is not there, the nearest thing around it. */
  readonly offsetOf: (path: Path, at?: 'key' | 'value') => number;
  /** A scalar as it is written, for example `2.10` for the number 2.1. */
  readonly sourceOf: (path: Path) => string | undefined;
}

type Mapping = Record<string, unknown>;

/** Where a value is written. */
interface Place {
  readonly key: number;
  readonly value: number;
  readonly node: ParsedNode | null;
}

/** Where the members of a list or mapping are written. Looked up by name only when a problem has to be placed. */
interface Origin {
  readonly node: ParsedNode;
  /** For what a merge key (`<<`) brought: the mapping that it was written in. */
  readonly owners?: ReadonlyMap<string, Mapping>;
  index?: ReadonlyMap<string, Place>;
}

interface Converted {
  readonly value: unknown;
  /** Number of values when all aliases are written out. */
  readonly weight: number;
}

interface Walk {
  readonly origins: Map<object, Origin>;
  readonly anchors: Map<string, Converted | 'open'>;
  readonly findings: Finding[];
  /** How many keys merge keys have brought so far. */
  merged: number;
}

const nothing: Converted = { value: null, weight: 1 };

/** Turns composed nodes into plain values. An alias shares the value of its anchor, so a bomb stays as small as its text. */
export const locateValues = (contents: ParsedNode): Located | { readonly refusal: Finding } => {
  const walk: Walk = { origins: new Map(), anchors: new Map(), findings: [], merged: 0 };
  const { value: root, weight } = convert(walk, contents, []);
  if (weight > yamlLimits.values || walk.merged > yamlLimits.merged) return { refusal: bomb };
  const top: Place = { key: offsetOfNode(contents), value: offsetOfNode(contents), node: contents };
  const placeOf = (path: Path): { place: Place; whole: boolean } => {
    let place = top;
    let value = root;
    for (const part of path) {
      const next = typeof value === 'object' && value !== null ? placeIn(walk.origins, value, part) : undefined;
      if (next === undefined) return { place, whole: false };
      place = next;
      value = (value as Record<string | number, unknown>)[part];
    }
    return { place, whole: true };
  };
  return {
    root,
    findings: walk.findings,
    offsetOf: (path, at = 'value') => {
      const { place, whole } = placeOf(path);
      return whole ? place[at] : place.value;
    },
    sourceOf: (path) => {
      const { place, whole } = placeOf(path);
      return whole && isScalar(place.node) ? place.node.source : undefined;
    },
  };
};

const bomb: Finding = {
  offset: 0,
  path: [],
  code: issueCodes.TooManyAliases,
  describe: () => ({ message: 'too many values once all aliases and merge keys are written out' }),
};

const offsetOfNode = (node: { range?: readonly number[] | null }): number => node.range?.[0] ?? 0;

const convert = (walk: Walk, node: ParsedNode | null, path: Path): Converted => {
  if (node === null) return nothing;
  if (isAlias(node)) return convertAlias(walk, node, path);
  if (node.anchor === undefined) return convertContent(walk, node, path);
  if (walk.anchors.has(node.anchor)) walk.findings.push(anchoredTwice(node, node.anchor, path));
  walk.anchors.set(node.anchor, 'open');
  const converted = convertContent(walk, node, path);
  walk.anchors.set(node.anchor, converted);
  return converted;
};

/** YAML lets the later one win, some readers refuse it: who copied a block would get the values of the wrong one. */
const anchoredTwice = (node: ParsedNode, anchor: string, path: Path): Finding => {
  const wording = { message: `there is an anchor &${anchor} already`, hint: 'give one of the two another name' };
  return { offset: offsetOfNode(node), path, code: issueCodes.DuplicateKey, describe: () => wording };
};

const knownTags: ReadonlySet<string> = new Set(
  ['map', 'seq', 'str', 'int', 'float', 'bool', 'null', 'timestamp'].map((tag) => `tag:yaml.org,2002:${tag}`),
);

const convertContent = (walk: Walk, node: ParsedNode, path: Path): Converted => {
  if (node.tag !== undefined && !knownTags.has(node.tag))
    return refuse(walk, node, path, `the tag ${node.tag} is not understood here`);
  if (isMap(node)) return convertMap(walk, node, path);
  if (isSeq(node)) return convertList(walk, node, path);
  const value: unknown = isScalar(node) ? node.value : null;
  if (typeof value === 'string' && !value.isWellFormed()) return refuseHalf(walk, node, path);
  return { value: value instanceof Date ? value.toISOString() : value, weight: 1 };
};

/** Only an escape like `"\ud800"` can write it. No table can store it, and no key of one can hold it. */
const refuseHalf = (walk: Walk, node: ParsedNode, path: Path): Converted => {
  const wording = { message: 'an escape writes half a character', hint: 'write the character itself' };
  walk.findings.push({ offset: offsetOfNode(node), path, code: issueCodes.BadFormat, describe: () => wording });
  return { value: 'half a character', weight: 1 };
};

const refuse = (walk: Walk, node: ParsedNode, path: Path, message: string): Converted => {
  walk.findings.push({ offset: offsetOfNode(node), path, code: issueCodes.YamlSyntax, describe: () => ({ message }) });
  return nothing;
};

const convertAlias = (walk: Walk, node: ParsedNode & { source: string }, path: Path): Converted => {
  const target = walk.anchors.get(node.source);
  if (target === undefined) return refuse(walk, node, path, `no anchor &${node.source} stands before this alias`);
  return target === 'open' ? refuse(walk, node, path, `the alias *${node.source} contains itself`) : target;
};

const convertList = (walk: Walk, node: ParsedNode & { items: unknown[] }, path: Path): Converted => {
  let weight = 1;
  const list = (node.items as (ParsedNode | null)[]).map((item, place) => {
    const converted = convert(walk, item, [...path, place]);
    weight += converted.weight;
    return converted.value;
  });
  walk.origins.set(list, { node });
  return { value: list, weight };
};

/** A key like any other: once in a mapping. Readers disagree which of two would win; for several sources it takes a list. */
const mergeKey = '<<';

const nameOf = (key: ParsedNode): string => (isScalar(key) ? String(key.value ?? '') : '');

const convertMap = (walk: Walk, node: YAMLMap.Parsed, path: Path): Converted => {
  // Without a prototype: a key may be called `constructor` or `__proto__`.
  const map: Mapping = Object.create(null);
  let sources: readonly Mapping[] | undefined;
  let weight = 1;
  for (const { key, value } of node.items) {
    const name = nameOf(key);
    const here = [...path, name];
    const converted = convert(walk, value, here);
    weight += converted.weight;
    if (name in map || (name === mergeKey && sources !== undefined))
      walk.findings.push(writtenTwice(offsetOfNode(key), here));
    else if (name === mergeKey) sources = mergeSources(walk, converted.value, key, here);
    else map[name] = converted.value;
  }
  const origin = sources === undefined ? { node } : { node, owners: merge(walk, map, sources) };
  walk.origins.set(map, origin);
  return { value: map, weight };
};

const writtenTwice = (offset: number, path: Path): Finding => {
  const hint = path.at(-1) === mergeKey ? 'write one list, `<<: [*a, *b]`: the first wins' : 'remove one of the two';
  const describe = () => ({ message: 'this key is written twice in the same mapping', hint });
  return { offset, path, code: issueCodes.DuplicateKey, describe };
};

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mergeSources = (walk: Walk, value: unknown, key: ParsedNode, path: Path): Mapping[] => {
  const sources: unknown[] = Array.isArray(value) ? value : [value];
  if (!sources.every(isMapping))
    refuse(walk, key, path, '`<<` takes over the keys of a mapping, or of a list of mappings');
  return sources.filter(isMapping);
};

/** Own keys win over merged ones, earlier sources over later ones. Says where each merged key is written. */
const merge = (walk: Walk, map: Mapping, sources: readonly Mapping[]): Map<string, Mapping> => {
  const owners = new Map<string, Mapping>();
  for (const source of sources) {
    // Once over the limit the text is refused anyway: no more work for it.
    if (walk.merged > yamlLimits.merged) break;
    const names = Object.keys(source);
    walk.merged += names.length;
    for (const name of names) {
      if (name in map) continue;
      map[name] = source[name];
      owners.set(name, walk.origins.get(source)?.owners?.get(name) ?? source);
    }
  }
  return owners;
};

const placeIn = (origins: Walk['origins'], parent: object, part: string | number): Place | undefined => {
  const origin = origins.get(parent);
  if (origin === undefined) return undefined;
  const { node } = origin;
  if (isSeq(node)) return placeOfItem(node.items[Number(part)] as ParsedNode | null | undefined, node);
  if (!isMap(node)) return undefined;
  origin.index ??= indexOf(node as YAMLMap.Parsed);
  const owner = origin.owners?.get(String(part));
  return origin.index.get(String(part)) ?? (owner === undefined ? undefined : placeIn(origins, owner, part));
};

const placeOfItem = (item: ParsedNode | null | undefined, list: ParsedNode): Place | undefined => {
  if (item === undefined) return undefined;
  const offset = offsetOfNode(item ?? list);
  return { key: offset, value: offset, node: item };
};

const indexOf = (node: YAMLMap.Parsed): Map<string, Place> => {
  const index = new Map<string, Place>();
  for (const { key, value } of node.items) {
    const name = nameOf(key);
    const offset = offsetOfNode(key);
    if (!index.has(name))
      index.set(name, { key: offset, value: value === null ? offset : offsetOfNode(value), node: value });
  }
  return index;
};
