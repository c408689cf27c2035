import { isObject, type Json, type JsonObject } from '../json.ts';

/**
 * Reads Kubernetes objects, which are plain JSON. An absent field has its zero value (counters that are 0 are left
 * out).
 */

export function valueAt(object: Json | undefined, ...path: readonly string[]): Json | undefined {
  let value: Json | undefined = object;
  for (const key of path) {
    if (!isObject(value)) return undefined;
    value = Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value ?? undefined;
}

export const objectAt = (object: Json | undefined, ...path: readonly string[]): JsonObject => {
  const value = valueAt(object, ...path);
  return isObject(value) ? value : {};
};

export const stringAt = (object: Json | undefined, ...path: readonly string[]): string | undefined => {
  const value = valueAt(object, ...path);
  return typeof value === 'string' ? value : undefined;
};

/** Absent counters are 0. */
export const numberAt = (object: Json | undefined, ...path: readonly string[]): number => {
  const value = valueAt(object, ...path);
  return typeof value === 'number' ? value : 0;
};

export const listAt = (object: Json | undefined, ...path: readonly string[]): readonly JsonObject[] => {
  const value = valueAt(object, ...path);
  return Array.isArray(value) ? value.filter(isObject) : [];
};

export const nameOf = (object: JsonObject): string => stringAt(object, 'metadata', 'name') ?? '(no name)';

export const labelOf = (object: JsonObject, label: string): string | undefined =>
  stringAt(object, 'metadata', 'labels', label);

export const isDeleting = (object: JsonObject): boolean =>
  stringAt(object, 'metadata', 'deletionTimestamp') !== undefined;

/** The condition of this type, if the object has one. */
export const conditionOf = (object: JsonObject, type: string): JsonObject | undefined =>
  listAt(object, 'status', 'conditions').find((condition) => stringAt(condition, 'type') === type);

export const isReady = (pod: JsonObject): boolean => stringAt(conditionOf(pod, 'Ready'), 'status') === 'True';

/**
 * Evicted, preempted, or on a node that was shut down: its owner replaces it, and it says nothing about the present.
 */
export const hasEnded = (pod: JsonObject): boolean =>
  ['Failed', 'Succeeded'].includes(stringAt(pod, 'status', 'phase') ?? '');

/** `spec.replicas`; the API server fills in 1 if absent. */
export const desiredReplicas = (object: JsonObject): number => {
  const replicas = valueAt(object, 'spec', 'replicas');
  return typeof replicas === 'number' ? replicas : 1;
};

export const isOwnedBy = (object: JsonObject, uid: string | undefined): boolean =>
  uid !== undefined &&
  listAt(object, 'metadata', 'ownerReferences').some((reference) => stringAt(reference, 'uid') === uid);
