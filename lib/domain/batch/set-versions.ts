import { isScalar } from 'yaml';
import { versionProblem } from './check-version.ts';
import { isMapping } from './mapping.ts';
import { nearest } from './nearest.ts';
import { asOneList } from './one-list.ts';
import { readYaml, type YamlText } from './read-yaml.ts';
import { writtenItems } from './written-items.ts';

/** The text with these versions, by key. Everything else stays as written, to the character. */
export const setVersions = (
  text: string,
  versions: ReadonlyMap<string, string>,
): { readonly text: string } | { readonly problem: string } => {
  const read = readYaml(text);
  // The reader reports what is wrong with it, with line and column.
  if ('issues' in read) return { text };
  const places = versionsIn(text, read);
  const changes: { readonly from: number; readonly to: number; readonly with: string }[] = [];
  for (const [key, version] of versions) {
    const place = places.get(key) ?? places.get(key.toLowerCase());
    if (place === undefined) return { problem: unknown(key, [...places.keys()]) };
    if (place === 'shared')
      return { problem: `the version of ${key} comes from an anchor or an alias; change the file` };
    const bad = versionProblem(version, 'helm');
    if (bad !== undefined)
      return { problem: `${key}: ${bad.message}${bad.hint === undefined ? '' : ` (${bad.hint})`}` };
    changes.push({ ...place, with: inPlace(text, place, version) });
  }
  const inOrder = changes.sort((a, b) => b.from - a.from);
  return {
    text: inOrder.reduce((changed, one) => changed.slice(0, one.from) + one.with + changed.slice(one.to), text),
  };
};

const unknown = (key: string, known: readonly string[]): string => {
  const [service, infrastructure] = key.split('@');
  if (infrastructure !== undefined && known.includes(service!))
    return `a file gives ${service} one version on all its infrastructures; write ${service}`;
  const near = known.find((one) => one.endsWith(`/${key}`)) ?? nearest(key, known);
  return `it has no deployment ${key}${near === undefined ? '' : `; did you mean ${near}?`}`;
};

type Place = { readonly from: number; readonly to: number } | 'shared';

/** Where nothing is written yet, the key's colon needs a space after it. */
const inPlace = (text: string, { from, to }: Exclude<Place, 'shared'>, version: string): string =>
  `${from === to && !/\s/.test(text[from - 1] ?? '') ? ' ' : ''}${JSON.stringify(version)}`;

/** Where each deployment's version is written. Merge keys bring those that the text itself does not have. */
const versionsIn = (text: string, read: YamlText): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>(
    asOneList(read).entries.flatMap((entry) => {
      const { pillar, service_name: service } = isMapping(entry) ? entry : {};
      return typeof pillar === 'string' ? [[`${pillar.toLowerCase()}/${service}`, 'shared'] as const] : [];
    }),
  );
  for (const { pillar, service, version } of writtenItems(text)) {
    if (typeof pillar !== 'string' || typeof service !== 'string') continue;
    places.set(`${pillar.toLowerCase()}/${service}`, placeOf(version));
  }
  return places;
};

const placeOf = (version: unknown): Place => {
  if (!isScalar(version) || version.anchor !== undefined || version.range == null) return 'shared';
  const [from, to] = version.range;
  return { from, to };
};
