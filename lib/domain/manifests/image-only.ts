import { isObject, type Json, type JsonObject } from '../json.ts';
import type { ArtifactType, Workload } from '../plan/plan.ts';
import { listAt, objectAt, stringAt } from '../rollout/kubernetes-object.ts';
import { podSpecPath } from '../rollout/pod-template.ts';
import { markObject } from './mark-object.ts';
import type { Marks } from './marks.ts';
import { ownedObject } from './owned-object.ts';
import { setImage } from './set-image.ts';

export interface ImageOnlyRequest {
  /** The workload as it is in the cluster. */
  readonly live: JsonObject;
  readonly workload: Workload;
  readonly version: string;
  readonly artifactType?: ArtifactType;
  readonly marks: Marks;
}

/**
 * What to apply without manifests: the workload's identity, its image, our marks, and everything that we own already,
 * which would be removed otherwise. It keeps its `managed-by` label. Servers merge containers by name in built-in
 * kinds. In other kinds a list is one value and is applied as a whole.
 */
export const imageOnly = (
  request: ImageOnlyRequest,
): { readonly object: JsonObject } | { readonly problem: string; readonly hint?: string } => {
  const { live, workload, version, artifactType, marks } = request;
  const set = setImage(live, { workload, version, ...(artifactType === undefined ? {} : { artifactType }) });
  if ('problem' in set) return set;
  const namespace = stringAt(live, 'metadata', 'namespace') ?? workload.namespace;
  const base: JsonObject = {
    apiVersion: stringAt(live, 'apiVersion') ?? '',
    kind: stringAt(live, 'kind') ?? '',
    metadata: { name: workload.name, namespace },
  };
  if (set.containers.length === 0) return { object: markObject(base, marks) };
  const path = podSpecPath(workload);
  const spec = objectAt(set.object, ...path);
  const image = { ...base, ...nested(path, containersIn(spec, set.containers, isMerged(workload))) };
  const owned = ownedObject(live);
  return { object: markObject(owned === undefined ? image : over(owned, image), marks) };
};

/** Merges the second over the first. Containers are matched by name. */
const over = (below: JsonObject, above: JsonObject): JsonObject => ({ ...below, ...mapOver(below, above) });

const mapOver = (below: JsonObject, above: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(above).map(([name, value]) => [name, valueOver(below[name], value)]));

const valueOver = (below: Json | undefined, above: Json): Json => {
  if (isObject(below) && isObject(above)) return over(below, above);
  if (!Array.isArray(below) || !Array.isArray(above)) return above;
  const [old, fresh] = [below.filter(isObject), above.filter(isObject)];
  const names = new Set(fresh.map(({ name }) => name));
  const changed = fresh.map((one) => over(old.find(({ name }) => name === one.name) ?? {}, one));
  return [...changed, ...old.filter(({ name }) => !names.has(name))];
};

const isMerged = ({ kind }: Workload): boolean =>
  !['rollout', 'knative-service', 'certificate', 'custom'].includes(kind);

const containersIn = (spec: JsonObject, names: readonly string[], isByName: boolean): JsonObject => {
  const parts = (['initContainers', 'containers'] as const).flatMap((list) => {
    const all = listAt(spec, list);
    const changed = all.filter((one) => names.includes(stringAt(one, 'name') ?? ''));
    if (changed.length === 0) return [];
    return [
      [list, isByName ? changed.map(({ name, image }) => ({ name: name ?? '', image: image ?? '' })) : all] as const,
    ];
  });
  return Object.fromEntries(parts);
};

const nested = (path: readonly string[], value: JsonObject): JsonObject =>
  path.reduceRight<JsonObject>((inner, key) => ({ [key]: inner }), value);
