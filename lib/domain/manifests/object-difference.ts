import { pathText } from '../batch/findings.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { canonicalJson } from '../plan/plan-hash.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';
import { cleanObject } from './clean-object.ts';
import { annotations, labels } from './marks.ts';

/** A field that differs. A side is absent if it lacks the field. */
export interface FieldDifference {
  /** `spec.template.spec.containers[web].image`. List items are named if all have names, else numbered from 1. */
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** Our own marks, which every apply rewrites. */
const ownMarks: readonly string[] = [
  labels.target,
  ...Object.values(annotations).filter((one) => one !== annotations.hook),
];

/** The differences between two states of an object, by path. Ignores the server's own fields and our marks. */
export const objectDifference = (before: JsonObject, after: JsonObject): readonly FieldDifference[] =>
  differences(compared(before), compared(after), []);

const compared = (object: JsonObject): JsonObject => {
  const clean = cleanObject(object);
  const { metadata } = clean;
  if (metadata === undefined || !isObject(metadata)) return clean;
  return { ...clean, metadata: { ...metadata, ...unmarked(metadata, 'labels'), ...unmarked(metadata, 'annotations') } };
};

const unmarked = (metadata: JsonObject, field: 'labels' | 'annotations'): JsonObject => {
  const values = metadata[field];
  if (values === undefined || !isObject(values)) return {};
  return { [field]: Object.fromEntries(Object.entries(values).filter(([key]) => !ownMarks.includes(key))) };
};

const differences = (
  before: Json | undefined,
  after: Json | undefined,
  path: readonly string[],
): readonly FieldDifference[] => {
  if (isSame(before, after)) return [];
  const [a, b] = [membersOf(before, after), membersOf(after, before)];
  if (a === undefined || b === undefined)
    return [
      {
        path: shown(path),
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      },
    ];
  const keys = [...new Set([...a.keys(), ...b.keys()])].sort();
  return keys.flatMap((key) => differences(a.get(key), b.get(key), [...path, key]));
};

/** Nothing, null and an empty mapping are equal. */
const isSame = (before: Json | undefined, after: Json | undefined): boolean =>
  (isNothing(before) && isNothing(after)) || canonicalJson(before ?? null) === canonicalJson(after ?? null);

const isNothing = (value: Json | undefined): boolean =>
  value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);

/** The members of a value, if both values have the same form and can be compared member by member. */
const membersOf = (value: Json | undefined, other: Json | undefined): ReadonlyMap<string, Json> | undefined => {
  if (isObject(value) && (isObject(other) || isNothing(other)))
    return new Map(Object.entries(value).map(([key, one]) => [`.${key}`, one]));
  if (isNothing(value) && isObject(other)) return new Map();
  if (!Array.isArray(value) || !Array.isArray(other)) return undefined;
  const isNamed = hasNames(value) && hasNames(other);
  return new Map(
    value.map((one: Json, at): readonly [string, Json] => [
      isNamed ? `[${stringAt(one, 'name')}]` : `[${String(at + 1).padStart(6, '0')}]`,
      one,
    ]),
  );
};

const hasNames = (list: readonly Json[]): boolean => {
  const names = list.map((one) => stringAt(one, 'name'));
  return !names.includes(undefined) && new Set(names).size === names.length;
};

const shown = (path: readonly string[]): string =>
  path.reduce((text, part) => {
    if (part.startsWith('[')) return `${text}${part.replace(/^\[0+(?=\d+\]$)/, '[')}`;
    const key = pathText([part.slice(1)]);
    return text === '' || key.startsWith('[') ? `${text}${key}` : `${text}.${key}`;
  }, '');
