import type { JsonObject } from '../json.ts';
import type { Workload, WorkloadKind } from '../plan/plan.ts';
import { listAt, objectAt, stringAt } from './kubernetes-object.ts';

export interface Container {
  readonly name: string;
  readonly image: string;
}

/** The path of the pod template in each kind; a pod is its own template. A new kind is a row. */
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

/** The path of the pod spec in an object. */
export const podSpecPath = ({ kind }: Pick<Workload, 'kind'>): readonly string[] => [...templates[kind], 'spec'];

/** The pod spec in a workload. */
export const podSpecOf = (workload: Pick<Workload, 'kind'>, object: JsonObject): JsonObject =>
  objectAt(podTemplateOf(workload, object), 'spec');

/** The containers that may be the service; init containers are not among them. */
export const containersOf = (podSpec: JsonObject): readonly Container[] => read(listAt(podSpec, 'containers'));

/** Images by container name, including init containers. */
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
