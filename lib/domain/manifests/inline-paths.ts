import { isAlias, isMap, type YAMLMap } from 'yaml';
import { isJson } from '../batch/is-json.ts';
import { readYaml } from '../batch/read-yaml.ts';
import { nodeAt, parsableText, writtenItems } from '../batch/written-items.ts';

/** Reads a file or a folder that a batch names. */
export type ReadPath = (path: string) => { readonly text: string } | { readonly problem: string };

/**
 * Replaces file names in a batch with the text of the manifests: `manifests: {path: k8s/}`. Everything else stays as
 * written, to the character. A text used several times is written once with an anchor, except in JSON.
 */
export const inlinePaths = (text: string, read: ReadPath): { readonly text: string } | { readonly problem: string } => {
  if (!['manifests', 'path'].every((key) => text.includes(key))) return { text };
  // The reader reports what is wrong with it, with line and column.
  if ('issues' in readYaml(text)) return { text };
  const places = placesIn(text);
  const names = new Map([...new Set(places.map(({ path }) => path))].map((path, at) => [path, `manifests-${at + 1}`]));
  const isPlain = isJson(text) || names.size === places.length;
  const written = new Set<string>();
  let changed = '';
  let copied = 0;
  for (const { from, to, path } of places) {
    changed += text.slice(copied, from);
    copied = to;
    if (!isPlain && written.has(path)) {
      changed += `*${names.get(path)}`;
      continue;
    }
    const found = read(path);
    if ('problem' in found) return { problem: `${path}: ${found.problem}` };
    written.add(path);
    changed += `${isPlain ? '' : `&${names.get(path)} `}${JSON.stringify(found.text)}`;
  }
  return { text: changed + text.slice(copied) };
};

interface Place {
  readonly from: number;
  readonly to: number;
  readonly path: string;
}

const placesIn = (text: string): readonly Place[] => {
  const parsed = parsableText(text);
  return writtenItems(text)
    .flatMap(({ fields }) => (fields === undefined ? [] : placeIn(fields, parsed)))
    .sort((a, b) => a.from - b.from);
};

const placeIn = (fields: YAMLMap, text: string): readonly Place[] => {
  const value = nodeAt(fields, 'manifests');
  if (!isMap(value) || isAlias(value) || value.range == null || value.items.length !== 1) return [];
  const path = value.get('path');
  if (typeof path !== 'string' || path === '') return [];
  const [from, to] = value.range;
  // A multi-line mapping ends with the line break after it.
  const end = from + text.slice(from, to).trimEnd().length;
  return [{ from, to: end, path }];
};
