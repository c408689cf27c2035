import { isObject, type Json, type JsonObject } from '../json.ts';
import { listAt, objectAt, stringAt } from '../rollout/kubernetes-object.ts';

/**
 * Who owns which field of an object, as the API server records it in `metadata.managedFields`. The format is FieldsV1
 * of structured-merge-diff: `f:name` is a field, `k:{…}` the list item with these keys, `v:…` a value of a set, `.` the
 * thing itself.
 */

/** Steps from the object to a field, as FieldsV1 writes them. */
export type FieldPath = readonly string[];

export interface Owner {
  readonly manager: string;
  readonly operation: string;
  /** When it last changed something; absent if unknown. */
  readonly time?: string;
  /** It set the number of pods through the scale subresource. */
  readonly scales?: true;
  readonly fields: JsonObject;
}

/** The owners of fields, except through other subresources: a controller's status is no drift. */
export const ownersOf = (object: JsonObject): readonly Owner[] =>
  listAt(object, 'metadata', 'managedFields').flatMap((entry): readonly Owner[] => {
    const [manager, subresource] = [stringAt(entry, 'manager'), stringAt(entry, 'subresource')];
    // A workload's scale is a field of its spec.
    if (manager === undefined || (subresource !== undefined && subresource !== 'scale')) return [];
    const time = stringAt(entry, 'time');
    const fields = objectAt(entry, 'fieldsV1');
    return [
      {
        ...{ manager, operation: stringAt(entry, 'operation') ?? '', fields, ...(time === undefined ? {} : { time }) },
        ...(subresource === 'scale' && isController(manager) ? { scales: true as const } : {}),
      },
    ];
  });

/** People scale too, with `kubectl`. */
const isController = (manager: string): boolean => /controller|operator|autoscaler|^keda/.test(manager);

/** The fields without subfields, in order. Leaves out entries that only mark a list or a map as present. */
export const leavesOf = (fields: JsonObject, path: FieldPath = []): readonly FieldPath[] =>
  Object.entries(fields).flatMap(([step, below]) => {
    if (step === '.' || !isObject(below)) return [];
    const here = [...path, step];
    const inner = Object.keys(below).filter((name) => name !== '.');
    return inner.length === 0 ? [here] : leavesOf(below, here);
  });

export const hasField = (fields: JsonObject, path: FieldPath): boolean => {
  let at: Json | undefined = fields;
  for (const step of path) {
    if (!isObject(at) || !Object.hasOwn(at, step)) return false;
    at = at[step];
  }
  return true;
};

/** Whether these fields include that container's image. */
export const ownsImage = (fields: JsonObject, container: string): boolean =>
  leavesOf(fields).some(
    (path) => path.at(-1) === 'f:image' && path.at(-2) === `k:${JSON.stringify({ name: container })}`,
  );

/** The value at a path of an object; undefined if there is none. */
export const valueAtPath = (object: JsonObject, path: FieldPath): Json | undefined =>
  path.reduce<Json | undefined>((value, step) => (value === undefined ? undefined : stepInto(value, step)), object);

const stepInto = (value: Json, step: string): Json | undefined => {
  const [sort, rest] = [step.slice(0, 2), step.slice(2)];
  if (sort === 'f:') return isObject(value) && Object.hasOwn(value, rest) ? value[rest] : undefined;
  if (!Array.isArray(value)) return undefined;
  const items = value as readonly Json[];
  if (sort === 'i:') return items[Number(rest)];
  const wanted = JSON.parse(rest) as Json;
  if (sort === 'v:') return items.find((item) => JSON.stringify(item) === JSON.stringify(wanted));
  return items.find((item) => isObject(item) && isObject(wanted) && hasKeys(item, wanted));
};

/** A missing key has its default value: a port's protocol, for example. */
export const hasKeys = (item: JsonObject, keys: JsonObject): boolean =>
  Object.entries(keys).every(([name, value]) => item[name] === undefined || item[name] === value) &&
  Object.keys(keys).some((name) => item[name] !== undefined);

/** As people write it: `spec.template.spec.containers[name=app].image`. */
export const pathText = (path: FieldPath): string =>
  path.reduce((text, step) => {
    const [sort, rest] = [step.slice(0, 2), step.slice(2)];
    if (sort === 'f:') return isPlainName(rest) ? `${text}${text === '' ? '' : '.'}${rest}` : `${text}[${rest}]`;
    return `${text}[${sort === 'k:' ? keysText(rest) : rest}]`;
  }, '');

const isPlainName = (name: string): boolean => /^[\w-]+$/.test(name);

const keysText = (keys: string): string =>
  Object.entries(JSON.parse(keys) as JsonObject)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(',');
