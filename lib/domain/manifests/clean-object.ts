import { isObject, type JsonObject } from '../json.ts';

/** Fields that the server writes and nobody applies. */
const ofServer: readonly string[] = [
  ...['managedFields', 'resourceVersion', 'uid', 'creationTimestamp', 'generation', 'selfLink'],
  ...['deletionTimestamp', 'deletionGracePeriodSeconds'],
];
/** A copy of the whole object. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** An object ready to apply: without its status and the server's own metadata. */
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
