import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { KubernetesObject } from '../domain/ports.ts';
import { imageFields } from '../domain/rollout/image-setter.ts';
import { listAt, objectAt, stringAt } from '../domain/rollout/kubernetes-object.ts';

/**
 * Leaves out what no verdict looks at, which is most of an object: a mirror keeps those of whole namespaces. For other
 * kinds, the catalogue may ask for anything.
 */
export function trimmedObject(object: KubernetesObject): KubernetesObject {
  const path = podSpecs[stringAt(object, 'kind') ?? ''];
  const metadata = objectAt(object, 'metadata');
  const setters = path === undefined ? imageSetters(metadata) : [];
  const managedFields = setters.length === 0 ? {} : { managedFields: setters };
  const trimmed = { ...object, metadata: { ...trimmedMetadata(metadata), ...managedFields } };
  return path === undefined ? trimmed : at(at(trimmed, path, trimmedPodSpec), ['status'], trimmedStatus);
}

/**
 * Where numerous kinds have their pod spec. A workload's own template stays whole, because all of it tells one rollout
 * from another.
 */
const podSpecs: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  ControllerRevision: ['data', 'spec', 'template', 'spec'],
};

/** Of a workload's managed fields, only who set its images: the rest is larger than the object itself. */
const imageSetters = (metadata: JsonObject): readonly JsonObject[] =>
  listAt({ metadata }, 'metadata', 'managedFields').flatMap((entry) => {
    const fieldsV1 = imageFields(entry.fieldsV1 ?? null);
    return fieldsV1 === undefined ? [] : [{ ...entry, fieldsV1 }];
  });

/** The whole object as it was last applied. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

const trimmedMetadata = ({ managedFields: _, ...metadata }: JsonObject): JsonObject =>
  at(metadata, ['annotations'], (annotations) => without(annotations, [lastApplied]));

const trimmedPodSpec = (spec: JsonObject): JsonObject => {
  const { initContainers, containers, ephemeralContainers } = spec;
  return {
    ...without(spec, ofPods),
    ...(Array.isArray(initContainers) && { initContainers: initContainers.map(trimmedContainer) }),
    ...(Array.isArray(containers) && { containers: containers.map(trimmedContainer) }),
    ...(Array.isArray(ephemeralContainers) && { ephemeralContainers: ephemeralContainers.map(trimmedContainer) }),
  };
};

const ofPods = ['volumes', 'affinity', 'tolerations', 'topologySpreadConstraints', 'securityContext', 'hostAliases'];

/** The environment may contain secrets, too. */
const ofContainers = ['env', 'envFrom', 'volumeMounts', 'volumeDevices', 'command', 'args', 'securityContext'];

const trimmedContainer = (container: Json): Json =>
  isObject(container) ? without(container, ofContainers) : container;

const trimmedStatus = (status: JsonObject): JsonObject => {
  const lists = Object.entries(status).filter(([name]) => name.endsWith('ontainerStatuses'));
  return {
    ...status,
    ...Object.fromEntries(lists.map(([name, list]) => [name, Array.isArray(list) ? list.map(trimmedState) : list!])),
  };
};

const ofStates = ['volumeMounts', 'allocatedResources', 'allocatedResourcesStatus', 'resources', 'user'];

const trimmedState = (state: Json): Json => (isObject(state) ? without(state, ofStates) : state);

const without = (object: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

/** Changes the value at a path, if there is an object. */
function at(
  object: JsonObject,
  [name, ...rest]: readonly string[],
  change: (found: JsonObject) => JsonObject,
): JsonObject {
  const found = name === undefined ? undefined : object[name];
  if (name === undefined || !isObject(found)) return object;
  return { ...object, [name]: rest.length === 0 ? change(found) : at(found, rest, change) };
}
