import type { JsonObject } from '../json.ts';
import type { Workload, WorkloadKind } from '../plan/plan.ts';
import { listAt, objectAt, stringAt } from './kubernetes-object.ts';

export interface Container {
  readonly name: string;
  readonly image: string;
}

/** Where an object has the template of its pods; a pod is one itself. A new kind is a row. */
const templates: Readonly<Record<WorkloadKind, readonly string[]>> = {
  deployment: ['spec', 'template'],
  statefulset: ['spec', 'template'],
  daemonset: ['spec', 'template'],
  job: ['spec', 'template'],
  cronjob: ['spec', 'jobTemplate', 'spec', 'template'],
  pod: [],
  rollout: ['spec', 'template'],
  'knative-service': ['spec', 'template'],
  certificate: ['spec', 'template'],
  custom: ['spec', 'template'],
};

export const podTemplateOf = ({ kind }: Pick<Workload, 'kind'>, object: JsonObject): JsonObject =>
  objectAt(object, ...templates[kind]);

/** Where an object has the spec of its pods. */
export const podSpecPath = ({ kind }: Pick<Workload, 'kind'>): readonly string[] => [...templates[kind], 'spec'];

/** The pod's spec inside a workload. */
export const podSpecOf = (workload: Pick<Workload, 'kind'>, object: JsonObject): JsonObject =>
  objectAt(podTemplateOf(workload, object), 'spec');

/** The containers that a service may be: init containers are none. */
export const containersOf = (podSpec: JsonObject): readonly Container[] => read(listAt(podSpec, 'containers'));

/** Images by container name, init containers included. */
export const imagesOf = (workload: Pick<Workload, 'kind'>, object: JsonObject): Readonly<Record<string, string>> => {
  const spec = podSpecOf(workload, object);
  const all = read([...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]);
  return Object.fromEntries(all.map(({ name, image }) => [name, image]));
};

const read = (containers: readonly JsonObject[]): readonly Container[] =>
  containers.map((container) => ({
    name: stringAt(container, 'name') ?? '',
    image: stringAt(container, 'image') ?? '',
  }));
