import type { Path } from '../../batch/findings.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { objectAt, stringAt } from '../../rollout/kubernetes-object.ts';
import { apiGroupOf } from '../manifest-object.ts';

/** Where kinds keep their pod spec, by API group and kind. */
const paths: Readonly<Record<string, readonly string[]>> = {
  '/Pod': ['spec'],
  '/ReplicationController': ['spec', 'template', 'spec'],
  'apps/Deployment': ['spec', 'template', 'spec'],
  'apps/StatefulSet': ['spec', 'template', 'spec'],
  'apps/DaemonSet': ['spec', 'template', 'spec'],
  'apps/ReplicaSet': ['spec', 'template', 'spec'],
  'batch/Job': ['spec', 'template', 'spec'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  'argoproj.io/Rollout': ['spec', 'template', 'spec'],
  'serving.knative.dev/Service': ['spec', 'template', 'spec'],
};

export interface PodSpec {
  readonly spec: JsonObject;
  readonly at: Path;
  /** Its pods run until they are stopped. */
  readonly serves: boolean;
}

export interface FoundContainer {
  readonly container: JsonObject;
  readonly at: Path;
  readonly name: string;
  readonly list: 'containers' | 'initContainers' | 'ephemeralContainers';
}

const ending: readonly string[] = ['Job', 'CronJob', 'Pod'];

/** The pod spec of an object; undefined if it makes no pods. */
export const podSpecIn = (object: JsonObject): PodSpec | undefined => {
  const kind = stringAt(object, 'kind') ?? '';
  const at = paths[`${apiGroupOf(stringAt(object, 'apiVersion') ?? '')}/${kind}`];
  return at === undefined ? undefined : { spec: objectAt(object, ...at), at, serves: !ending.includes(kind) };
};

/** All containers of a pod, with their places. */
export const containersIn = ({ spec, at }: PodSpec): readonly FoundContainer[] =>
  (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) => {
    const all: Json | undefined = spec[list];
    if (!Array.isArray(all)) return [];
    return all.flatMap((container: Json, place) =>
      isObject(container)
        ? [{ container, at: [...at, list, place], name: stringAt(container, 'name') ?? '(no name)', list }]
        : [],
    );
  });
