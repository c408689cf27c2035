import { isDeepStrictEqual } from 'node:util';
import type { Shape } from './schema.ts';

/** Fields as `fieldsV1` names them: `f:spec`, `k:{"name":"app"}`, `v:"x"`, and `.` for an item of a list itself. */
export type Path = readonly string[];
export type FieldSet = ReadonlyMap<string, Path>;

type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const nameOf = (path: Path): string => JSON.stringify(path);

export const setOf = (paths: Iterable<Path>): FieldSet => new Map([...paths].map((path) => [nameOf(path), path]));

export const without = (set: FieldSet, other: FieldSet): FieldSet =>
  new Map([...set].filter(([name]) => !other.has(name)));

/** Nobody owns an object's name, or what the API server writes. */
const ownerless = new Set(
  [
    ['f:apiVersion'],
    ['f:kind'],
    ...[
      ...['name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp'],
      ...['managedFields', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink'],
    ].map((name) => ['f:metadata', `f:${name}`]),
  ].map(nameOf),
);

const isOwnable = (path: Path): boolean => !ownerless.has(nameOf(path)) && !ownerless.has(nameOf(path.slice(0, 2)));

/** For the sent object, or for the existing one. */
export const fieldsOf = (object: unknown, shape: Shape): FieldSet =>
  setOf([...pathsOf(object, shape, [])].filter(isOwnable));

function* pathsOf(value: unknown, shape: Shape, at: Path): Generator<Path> {
  if (shape.whole) yield at;
  else if (isFields(value) && Object.keys(value).length > 0) {
    for (const [name, inner] of Object.entries(value)) {
      if (inner !== undefined) yield* pathsOf(inner, shape.fields?.[name] ?? {}, [...at, `f:${name}`]);
    }
  } else if (Array.isArray(value) && shape.keys !== undefined) {
    for (const item of value) {
      const here = [...at, keyOf(item, shape.keys)];
      yield [...here, '.'];
      yield* pathsOf(item, shape.item ?? {}, here);
    }
  } else if (Array.isArray(value) && shape.set) {
    for (const item of value) yield [...at, `v:${JSON.stringify(item)}`];
  } else if (at.length > 0) yield at;
}

/** What the API server fills in where a key is absent. */
const usual: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

export const keyOf = (item: unknown, keys: readonly string[]): string => {
  const named = keys.map((key) => [key, (item as Fields | null)?.[key] ?? usual[key]]);
  return `k:${JSON.stringify(Object.fromEntries(named.filter(([, value]) => value !== undefined)))}`;
};

const isItem = (item: unknown, key: string): boolean => {
  const wanted = JSON.parse(key.slice(2)) as Fields;
  return Object.entries(wanted).every(([name, value]) => ((item as Fields)[name] ?? usual[name]) === value);
};

/** The existing value; undefined if there is none. */
export const valueAt = (object: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, step) => {
    if (step === '.') return value;
    if (step.startsWith('f:')) return isFields(value) ? value[step.slice(2)] : undefined;
    if (!Array.isArray(value)) return undefined;
    if (step.startsWith('k:')) return value.find((item) => isItem(item, step));
    return value.find((item) => JSON.stringify(item) === step.slice(2));
  }, object);

/** Removes a value, and what is empty after that. Changes the object. */
export const removeAt = (object: unknown, path: Path): void => {
  const steps = path.at(-1) === '.' ? path.slice(0, -1) : path;
  const parent = valueAt(object, steps.slice(0, -1));
  const step = steps.at(-1) ?? '';
  if (isFields(parent)) delete parent[step.slice(2)];
  else if (Array.isArray(parent)) {
    const index = parent.findIndex((item) =>
      step.startsWith('k:') ? isItem(item, step) : JSON.stringify(item) === step.slice(2),
    );
    if (index >= 0) parent.splice(index, 1);
  }
  const isEmpty = isFields(parent) ? Object.keys(parent).length === 0 : Array.isArray(parent) && parent.length === 0;
  if (isEmpty && steps.length > 2) removeAt(object, steps.slice(0, -1));
};

export const isSame = (one: unknown, other: unknown, path: Path): boolean =>
  isDeepStrictEqual(valueAt(one, path), valueAt(other, path));

/** As messages write it: `.spec.template.spec.containers[name="app"].image`. */
export const textOf = (path: Path): string =>
  path
    .filter((step) => step !== '.')
    .map((step) => {
      if (step.startsWith('f:')) return `.${step.slice(2)}`;
      if (step.startsWith('v:')) return `[=${step.slice(2)}]`;
      const keys = Object.entries(JSON.parse(step.slice(2)) as Fields);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');

/** To `fieldsV1` and back. */
export const toTree = (set: FieldSet): Fields => {
  const tree: Fields = {};
  for (const path of set.values()) {
    let at = tree;
    for (const step of path) {
      at[step] ??= {};
      at = at[step] as Fields;
    }
  }
  return tree;
};

export const fromTree = (tree: unknown): FieldSet => setOf(leaves(tree, []));

function* leaves(tree: unknown, at: Path): Generator<Path> {
  const steps = isFields(tree) ? Object.entries(tree) : [];
  if (steps.length === 0 && at.length > 0) yield at;
  for (const [step, inner] of steps) yield* leaves(inner, [...at, step]);
}
