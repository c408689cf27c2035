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
 * Keeps what stands there before a batch changes it, as far as it is going to be changed: who puts it back owns no more than what the
 * batch has taken. A restore changes nothing that is new.
 */
export const keepBefore = async ({ request, documents }: Work, standing: readonly Standing[]): Promise<undefined> => {
  const { batch_id, deployment } = request;
  const isBegun = standing.some(({ live }) => isOfBatch(request, live));
  if (isBegun || isRestore(request)) return;
  const objects = standing.flatMap((one) => {
    const made = fitted(one);
    // What is in a Secret is written nowhere.
    if (one.live === undefined || one.live.kind === 'Secret' || 'problem' in made) return [];
    return [asBefore(made.object, one.live)];
  });
  await documents.put(documentPaths.before(batch_id, deployment.index), textOfObjects(objects));
};

/** JSON is YAML, and has one way to write a value. */
export const textOfObjects = (objects: readonly JsonObject[]): string =>
  objects.map((one) => `${JSON.stringify(one)}\n`).join('---\n') || '# nothing stood there\n';

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

/** Those of an earlier deployment: whoever puts it back has marks of their own. */
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

/** Lists that a server merges by `name`, where Kubernetes brings the kind. All others are put back whole: each has keys of its own, or is one value. */
const mergedByName: readonly string[] = [
  'containers',
  'initContainers',
  'ephemeralContainers',
  'env',
  'volumes',
  'imagePullSecrets',
];
const apisWithPods: readonly Json[] = ['v1', 'apps/v1', 'batch/v1'];

/** Of a ServiceAccount imagePullSecrets is one value. */
const isMerging = ({ apiVersion, kind }: JsonObject): boolean =>
  apisWithPods.includes(apiVersion!) && kind !== 'ServiceAccount';

/** What stands at the places that are written. */
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
