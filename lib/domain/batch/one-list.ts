import { withoutExtensions } from './extensions.ts';
import type { Finding, Path } from './findings.ts';
import { isMapping, type Mapping } from './mapping.ts';
import type { YamlText } from './read-yaml.ts';
import { longForm, readEntries, type ShortEntry, shortPath } from './short-form.ts';
import { valueIn } from './value-in.ts';

/**
 * A batch with all its items in one list, in the long form: first those of `deployments`, then those of `releases`.
 * Paths refer to that list; places in the text are where people wrote the values.
 */
export interface OneList extends YamlText {
  readonly entries: readonly unknown[];
  /** Problems of `releases` itself. */
  readonly problems: readonly Finding[];
  /** The value at a path; undefined if nothing is written. */
  readonly valueAt: (path: Path) => unknown;
  /** The path in the file. */
  readonly writtenPath: (path: Path) => Path;
  /** Whether it is the version of a short entry that is not a mapping, but could be one. */
  readonly isShortVersion: (path: Path) => boolean;
}

export const asOneList = (yaml: YamlText): OneList => {
  const root = withoutExtensions(yaml.root);
  const list: readonly unknown[] = isMapping(root) && Array.isArray(root.deployments) ? root.deployments : [];
  if (isMapping(root) && root.releases !== undefined) return withReleases(yaml, root, list);
  const asIs = { valueAt: valueIn(root), writtenPath: (path: Path) => path, isShortVersion: () => false };
  return { ...yaml, ...asIs, root, entries: list, problems: [] };
};

const withReleases = (yaml: YamlText, written: Mapping, list: readonly unknown[]): OneList => {
  const { releases, ...others } = written;
  const { entries: short, problems } = readEntries(releases, yaml.offsetOf);
  const entries = [...list, ...short.map(longForm)];
  const entryAt = ([section, place]: Path): ShortEntry | undefined =>
    section === 'deployments' && typeof place === 'number' ? short[place - list.length] : undefined;
  const inRoot = valueIn(yaml.root);
  const inList = valueIn({ deployments: entries });
  return {
    ...yaml,
    ...locating(yaml, entryAt),
    // The schema checks `deployments`. The problems of `releases` are known already.
    root:
      others.deployments === undefined && entries.length + problems.length > 0
        ? { ...others, deployments: [releases] }
        : others,
    entries,
    problems,
    valueAt: (path) => (entryAt(path) === undefined ? inRoot(path) : inList(path)),
    isShortVersion: (path) => {
      const entry = entryAt(path);
      return entry !== undefined && path[2] === 'docker_image_version' && !isMapping(entry.value);
    },
  };
};

/** Finds written values in the text. */
const locating = (
  yaml: YamlText,
  entryAt: (path: Path) => ShortEntry | undefined,
): Pick<OneList, 'offsetOf' | 'ownOffsetOf' | 'isUnread' | 'sourceOf' | 'writtenPath'> => {
  const inText = valueIn(yaml.root);
  const writtenPath = (path: Path): Path => {
    const entry = entryAt(path);
    if (entry !== undefined) return shortPath(entry, path.slice(2));
    return path.length === 1 && path[0] === 'deployments' && inText(path) === undefined ? ['releases'] : path;
  };
  /** The key to point at, for names and for missing fields. */
  const keyOf = (path: Path): Path | undefined => {
    const entry = entryAt(path);
    const field = path[2];
    if (entry === undefined) return undefined;
    const isName = field === undefined || field === 'pillar' || field === 'service_name';
    return isName ? writtenPath(path) : inText(writtenPath(path)) === undefined ? shortPath(entry, []) : undefined;
  };
  const offsetOf: OneList['offsetOf'] = (path, at) => {
    const key = keyOf(path);
    return key === undefined ? yaml.offsetOf(writtenPath(path), at) : yaml.offsetOf(key, 'key');
  };
  return {
    writtenPath,
    offsetOf,
    ownOffsetOf: (path, within) =>
      keyOf(path) === undefined ? yaml.ownOffsetOf(writtenPath(path), writtenPath(within)) : offsetOf(path),
    // A name is readable even if its value is not.
    isUnread: (path) => yaml.isUnread(keyOf(path) === undefined ? writtenPath(path) : ['releases']),
    sourceOf: (path) => (keyOf(path) === undefined ? yaml.sourceOf(writtenPath(path)) : undefined),
  };
};
