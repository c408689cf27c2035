import { isObject, type JsonObject } from '../json.ts';

/** What a server writes and nobody applies. */
const ofServer: readonly string[] = [
  ...['managedFields', 'resourceVersion', 'uid', 'creationTimestamp', 'generation', 'selfLink'],
  ...['deletionTimestamp', 'deletionGracePeriodSeconds'],
];
/** A copy of the object, with everything that is in it. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** An object as it may be applied: without its status, and without what the server keeps in its metadata. */
export const cleanObject = (object: JsonObject): JsonObject => {
  const { status: _, metadata, ...rest } = object;
  if (!isObject(metadata)) return rest;
  const kept = without(metadata, ofServer);
  const { annotations } = kept;
  return {
    ...rest,
    metadata: isObject(annotations) ? { ...kept, annotations: without(annotations, [lastApplied]) } : kept,
  };
};

const without = (object: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
