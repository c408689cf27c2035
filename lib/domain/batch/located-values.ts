import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml';
import type { Finding, Path } from './findings.ts';
import { issueCodes } from './issues.ts';
import { yamlLimits } from './yaml-limits.ts';

/** Plain JSON values that remember where in the text they come from. */
export interface Located {
  readonly root: unknown;
  /** Problems that do not prevent reading the text: duplicate keys, tags, aliases without an anchor. */
  readonly findings: readonly Finding[];
  /** Where the value at a path is written. For a missing value, the nearest thing around it. */
  readonly offsetOf: (path: Path, at?: 'key' | 'value') => number;
  /**
   * The same if it is written inside what is at `within` and not at a referenced anchor; else the place of `within`.
   */
  readonly ownOffsetOf: (path: Path, within: Path) => number;
  /**
   * Whether the value at a path is unknown because something there could not be read, as `findings` report. Other
   * problems there are a consequence.
   */
  readonly isUnread: (path: Path) => boolean;
  /** A scalar as written, for example `2.10` for the number 2.1. */
  readonly sourceOf: (path: Path) => string | undefined;
}

type Mapping = Record<string, unknown>;

/** Where a value is written. */
interface Place {
  readonly key: number;
  readonly value: number;
  readonly node: ParsedNode | null;
}

/** Where the members of a list or mapping are written. Looked up by name only when a problem must be placed. */
interface Origin {
  readonly node: ParsedNode;
  /** For members from a merge key (`<<`): the mapping that they were written in. */
  readonly owners?: ReadonlyMap<string, Mapping>;
  /** Members that could not be read. */
  readonly unread: ReadonlySet<string | number>;
  /** A merge key brought something unreadable, so there may be more members. */
  readonly isPart?: boolean;
  index?: ReadonlyMap<string, Place>;
}

interface Converted {
  readonly value: unknown;
  /** Number of values with all aliases expanded. */
  readonly weight: number;
  readonly isUnread?: boolean;
}

interface Walk {
  readonly origins: Map<object, Origin>;
  readonly anchors: Map<string, Converted | 'open'>;
  /** Anchored scalars as written. */
  readonly sources: Map<string, string | undefined>;
  readonly findings: Finding[];
  /** How many keys merge keys have brought so far. */
  merged: number;
}

const nothing: Converted = { value: null, weight: 1 };
const unread: Converted = { ...nothing, isUnread: true };

/**
 * Turns composed nodes into plain values. An alias shares its anchor's value, so a YAML bomb stays as small as its
 * text.
 */
export const locateValues = (contents: ParsedNode): Located | { readonly refusal: Finding } => {
  const walk: Walk = { origins: new Map(), anchors: new Map(), sources: new Map(), findings: [], merged: 0 };
  const { value: root, weight, isUnread: isRootUnread = false } = convert(walk, contents, []);
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
    ownOffsetOf: (path, within) => {
      const { node, value } = placeOf(within).place;
      const offset = placeOf(path).place.value;
      const [from = 0, to = 0] = node?.range ?? [];
      return offset >= from && offset < to ? offset : value;
    },
    isUnread: (path) => isRootUnread || isUnread(walk.origins, root, path),
    sourceOf: (path) => {
      const { place, whole } = placeOf(path);
      return whole ? sourceIn(walk, place.node) : undefined;
    },
  };
};

const bomb: Finding = {
  offset: 0,
  path: [],
  code: issueCodes.TooManyAliases,
  describe: () => ({ message: 'too many values with all aliases and merge keys expanded' }),
};

const offsetOfNode = (node: { range?: readonly number[] | null }): number => node.range?.[0] ?? 0;

const sourceIn = ({ sources }: Walk, node: ParsedNode | null): string | undefined =>
  isAlias(node) ? sources.get(node.source) : isScalar(node) ? node.source : undefined;

const convert = (walk: Walk, node: ParsedNode | null, path: Path): Converted => {
  if (node === null) return nothing;
  if (isAlias(node)) return convertAlias(walk, node, path);
  if (node.anchor === undefined) return convertContent(walk, node, path);
  if (walk.anchors.has(node.anchor)) walk.findings.push(anchoredTwice(node, node.anchor, path));
  walk.anchors.set(node.anchor, 'open');
  const converted = convertContent(walk, node, path);
  walk.anchors.set(node.anchor, converted);
  walk.sources.set(node.anchor, sourceIn(walk, node));
  return converted;
};

/** In YAML the later one wins, and some readers refuse it: anyone who copied a block would get the wrong values. */
const anchoredTwice = (node: ParsedNode, anchor: string, path: Path): Finding => {
  const wording = { message: `the anchor &${anchor} already exists`, hint: 'give one of the two another name' };
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

/** Only an escape like `"\ud800"` can write it. No table can store it, and no table key can contain it. */
const refuseHalf = (walk: Walk, node: ParsedNode, path: Path): Converted => {
  const wording = { message: 'an escape encodes half a character', hint: 'write the character itself' };
  walk.findings.push({ offset: offsetOfNode(node), path, code: issueCodes.BadFormat, describe: () => wording });
  return { value: 'half a character', weight: 1 };
};

const refuse = (walk: Walk, node: ParsedNode, path: Path, message: string): Converted => {
  walk.findings.push({ offset: offsetOfNode(node), path, code: issueCodes.YamlSyntax, describe: () => ({ message }) });
  return unread;
};

const convertAlias = (walk: Walk, node: ParsedNode & { source: string }, path: Path): Converted => {
  const target = walk.anchors.get(node.source);
  if (target === undefined) return refuse(walk, node, path, `there is no anchor &${node.source} before this alias`);
  return target === 'open' ? refuse(walk, node, path, `the alias *${node.source} contains itself`) : target;
};

const convertList = (walk: Walk, node: ParsedNode & { items: unknown[] }, path: Path): Converted => {
  let weight = 1;
  const unreadOnes = new Set<number>();
  const list = (node.items as (ParsedNode | null)[]).map((item, place) => {
    const converted = convert(walk, item, [...path, place]);
    weight += converted.weight;
    if (converted.isUnread) unreadOnes.add(place);
    return converted.value;
  });
  walk.origins.set(list, { node, unread: unreadOnes });
  return { value: list, weight };
};

/** A key like any other: once per mapping. Readers disagree on which of two would win. Several sources need a list. */
const mergeKey = '<<';

const nameOf = (key: ParsedNode): string => (isScalar(key) ? String(key.value ?? '') : '');

const convertMap = (walk: Walk, node: YAMLMap.Parsed, path: Path): Converted => {
  // Without a prototype, because a key may be called `constructor` or `__proto__`.
  const map: Mapping = Object.create(null);
  const unreadOnes = new Set<string>();
  const merges: Merge[] = [];
  let weight = 1;
  for (const { key, value } of node.items) {
    const name = nameOf(key);
    const here = [...path, name];
    const converted = convert(walk, value, here);
    weight += converted.weight;
    if (name === mergeKey) merges.push({ converted, key, value });
    else if (name in map) walk.findings.push(writtenTwice(offsetOfNode(key), here));
    else {
      map[name] = converted.value;
      if (converted.isUnread) unreadOnes.add(name);
    }
  }
  walk.origins.set(map, { node, unread: unreadOnes, ...mergeAll(walk, map, merges, [...path, mergeKey]) });
  return { value: map, weight };
};

interface Merge {
  readonly converted: Converted;
  readonly key: ParsedNode;
  readonly value: ParsedNode | null;
}

/** Includes what a second, refused merge key brings, because everything in it would be missed otherwise. */
const mergeAll = (walk: Walk, map: Mapping, merges: readonly Merge[], path: Path): Partial<Origin> => {
  if (merges.length === 0) return {};
  const hint = () =>
    `write one list, \`<<: [${merges.flatMap(({ value }) => shownSources(value)).join(', ')}]\`: the first wins`;
  for (const { key } of merges.slice(1)) walk.findings.push(writtenTwice(offsetOfNode(key), path, hint));
  const read = merges.map(({ converted, key }) => mergeSources(walk, converted, key, path));
  const sources = read.flatMap((one) => one.sources);
  const isPart = read.some((one) => one.isPart) || sources.some((source) => walk.origins.get(source)?.isPart === true);
  return { owners: merge(walk, map, sources), isPart };
};

/** As written, with mappings abbreviated. */
const shownSources = (value: ParsedNode | null): readonly string[] => {
  if (isAlias(value)) return [`*${value.source}`];
  if (isSeq(value)) return (value.items as (ParsedNode | null)[]).flatMap(shownSources);
  return ['{ … }'];
};

const writtenTwice = (offset: number, path: Path, hint = () => 'remove one of the two'): Finding => {
  const describe = () => ({ message: 'this key is written twice in the same mapping', hint: hint() });
  return { offset, path, code: issueCodes.DuplicateKey, describe };
};

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Sources {
  readonly sources: readonly Mapping[];
  /** Some could not be read. */
  readonly isPart: boolean;
}

const mergeSources = (walk: Walk, { value, isUnread }: Converted, key: ParsedNode, path: Path): Sources => {
  if (isUnread) return { sources: [], isPart: true };
  const given: unknown[] = Array.isArray(value) ? value : [value];
  const unreadOnes = Array.isArray(value) ? walk.origins.get(value)?.unread : undefined;
  const known = given.filter((_, place) => !unreadOnes?.has(place));
  if (!known.every(isMapping))
    refuse(walk, key, path, '`<<` takes over the keys of a mapping, or of a list of mappings');
  const sources = known.filter(isMapping);
  return { sources, isPart: sources.length < given.length };
};

/** Own keys win over merged ones, and earlier sources over later ones. Returns where each merged key is written. */
const merge = (walk: Walk, map: Mapping, sources: readonly Mapping[]): Map<string, Mapping> => {
  const owners = new Map<string, Mapping>();
  for (const source of sources) {
    // Once over the limit, the text is refused anyway: no more work for it.
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

const isUnread = (origins: Walk['origins'], root: unknown, path: Path): boolean => {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return false;
    if (isUnreadIn(origins, value, part)) return true;
    if (!Object.hasOwn(value, part)) return origins.get(value)?.isPart === true;
    value = (value as Record<string | number, unknown>)[part];
  }
  return false;
};

const isUnreadIn = (origins: Walk['origins'], parent: object, part: string | number): boolean => {
  const origin = origins.get(parent);
  const owner = origin?.owners?.get(String(part));
  return owner === undefined ? origin?.unread.has(part) === true : isUnreadIn(origins, owner, part);
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
