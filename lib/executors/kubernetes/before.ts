import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { cleanObject } from '../../domain/manifests/clean-object.ts';
import { annotations, labels } from '../../domain/manifests/marks.ts';
import type { KubernetesObject } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import { objectAt, stringAt } from '../../domain/rollout/kubernetes-object.ts';
import { fitted } from './fitted.ts';
import { isOfBatch, isRestore } from './standing.ts';
import type { Standing, Work } from './work.ts';

/**
 * Records what is there before a batch changes it, limited to the parts that will change. A restore then owns no more
 * than the batch had taken. A restore itself records nothing.
 */
export const keepBefore = async ({ request, documents }: Work, standing: readonly Standing[]): Promise<undefined> => {
  const { batch_id, deployment } = request;
  const isBegun = standing.some(({ live }) => isOfBatch(request, live));
  if (isBegun || isRestore(request)) return;
  const objects = standing.flatMap((one) => {
    const made = fitted(one);
    // The contents of a Secret are never stored.
    if (one.live === undefined || one.live.kind === 'Secret' || 'problem' in made) return [];
    return [asBefore(made.object, one.live)];
  });
  await documents.put(documentPaths.before(batch_id, deployment.index), textOfObjects(objects));
};

/** JSON is valid YAML, and writes each value in only one way. */
export const textOfObjects = (objects: readonly JsonObject[]): string =>
  objects.map((one) => `${JSON.stringify(one)}\n`).join('---\n') || '# nothing was there\n';

export const asBefore = (wanted: JsonObject, live: KubernetesObject): JsonObject => {
  const clean = cleanObject(live);
  const common = shared(clean, wanted, isMerging(wanted) ? mergedByName : []) as JsonObject;
  const { name, namespace } = objectAt(live, 'metadata');
  const metadata = {
    ...withoutMarks(objectAt(common, 'metadata')),
    name: name!,
    ...(namespace === undefined ? {} : { namespace }),
  };
  return { ...common, apiVersion: wanted.apiVersion!, kind: wanted.kind!, metadata };
};

/** Removes an earlier deployment's marks. A restore sets its own. */
export const withoutMarks = (metadata: JsonObject): JsonObject => {
  const ours: readonly string[] = [...Object.values(annotations), ...Object.values(labels)];
  const without = (texts: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(texts).filter(([key]) => !ours.includes(key)));
  return {
    ...metadata,
    ...(isObject(metadata.labels) && { labels: without(metadata.labels) }),
    ...(isObject(metadata.annotations) && { annotations: without(metadata.annotations) }),
  };
};

/**
 * Lists that a server merges by `name`, for the kinds built into Kubernetes. All others are restored whole: they have
 * other keys, or count as one value.
 */
const mergedByName: readonly string[] = [
  'containers',
  'initContainers',
  'ephemeralContainers',
  'env',
  'volumes',
  'imagePullSecrets',
];
const apisWithPods: readonly Json[] = ['v1', 'apps/v1', 'batch/v1'];

/** A ServiceAccount's imagePullSecrets count as one value. */
const isMerging = ({ apiVersion, kind }: JsonObject): boolean =>
  apisWithPods.includes(apiVersion!) && kind !== 'ServiceAccount';

/** The current values at the places that will be written. */
const shared = (live: Json, written: Json, merged: readonly string[], at = ''): Json => {
  if (isObject(live) && isObject(written)) {
    const names = Object.keys(written).filter((name) => Object.hasOwn(live, name));
    return Object.fromEntries(names.map((name) => [name, shared(live[name]!, written[name]!, merged, name)]));
  }
  if (!merged.includes(at) || !isNamedList(live) || !isNamedList(written)) return live;
  return written.flatMap((one) => {
    const same = live.find((other) => stringAt(other, 'name') === stringAt(one, 'name'));
    return same === undefined ? [] : [shared(same, one, merged)];
  });
};

const isNamedList = (value: Json): value is readonly JsonObject[] =>
  Array.isArray(value) && value.every((one: Json) => isObject(one) && typeof one.name === 'string');
