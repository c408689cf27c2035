import type { JsonObject } from '../json.ts';
import type { Workload } from '../plan/plan.ts';
import type { WorkloadView } from '../ports.ts';
import { foreignReference } from '../record/foreign-text.ts';
import { sameRepository } from './image.ts';
import { labelOf, listAt, numberAt, objectAt, stringAt, valueAt } from './kubernetes-object.ts';
import { currentReplicaSet, newestRevision } from './revision.ts';

/** What ran before a deployment: small JSON that fits a table row. Against it a new revision is known. */
export type Baseline = {
  readonly exists: boolean;
  readonly uid?: string;
  /**
   * Identity of the revision: number and template hash of a Deployment's ReplicaSet (`7/57996b5575`), a StatefulSet's
   * updateRevision, a DaemonSet's newest ControllerRevision, the uid of a Job or Pod, the generation of a CronJob.
   */
  readonly revision?: string;
  /** Of the container that the service is, when it can be told. */
  readonly image?: string;
};

/** Keeps what a look saw before the deployment began. */
export function captureBaseline(workload: Workload, view: WorkloadView): Baseline {
  const object = view.workload;
  if (object === undefined) return { exists: false };
  const uid = stringAt(object, 'metadata', 'uid');
  const revision = revisionOf(workload, view);
  const main = mainContainer(workload, object);
  return {
    exists: true,
    ...(uid !== undefined && { uid: foreignReference(uid) }),
    ...(revision !== undefined && { revision: foreignReference(revision) }),
    ...(main !== undefined && { image: foreignReference(main.image) }),
  };
}

/** Whether two looks saw the same revision of the same object. */
export const isSameRevision = (one: Baseline, other: Baseline): boolean =>
  one.revision !== undefined && one.revision === other.revision && one.uid === other.uid;

/** The identity of the revision that the workload's controller works towards; see `Baseline.revision`. */
export function revisionOf(workload: Workload, view: WorkloadView): string | undefined {
  const object = view.workload;
  if (object === undefined) return undefined;
  switch (workload.kind) {
    case 'deployment': {
      const replicaSet = currentReplicaSet(object, view.revisions);
      const number = stringAt(object, 'metadata', 'annotations', 'deployment.kubernetes.io/revision');
      const hash = replicaSet && labelOf(replicaSet, 'pod-template-hash');
      return hash === undefined ? number : `${number}/${hash}`;
    }
    case 'statefulset':
      return stringAt(object, 'status', 'updateRevision');
    case 'daemonset':
      return stringAt(newestRevision(object, view.revisions), 'metadata', 'name');
    case 'cronjob':
      return String(numberAt(object, 'metadata', 'generation'));
    case 'job':
    case 'pod':
      return stringAt(object, 'metadata', 'uid');
  }
}

/** The pod's spec inside a workload. */
export function podSpecOf(workload: Workload, object: JsonObject): JsonObject {
  if (workload.kind === 'pod') return objectAt(object, 'spec');
  if (workload.kind === 'cronjob') return objectAt(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec');
  return objectAt(object, 'spec', 'template', 'spec');
}

/** Images by container name, init containers included. */
export function imagesOf(workload: Workload, object: JsonObject): Readonly<Record<string, string>> {
  const spec = podSpecOf(workload, object);
  return Object.fromEntries(
    [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')].map((container) => [
      stringAt(container, 'name') ?? '',
      stringAt(container, 'image') ?? '',
    ]),
  );
}

/** The container that the service is: the named one, the only one, or the only one of the catalogue's repository. */
export function mainContainer(
  workload: Workload,
  object: JsonObject,
  repository: string | undefined = workload.image,
): { readonly name: string; readonly image: string } | undefined {
  const containers = listAt(podSpecOf(workload, object), 'containers').map((container) => ({
    name: String(valueAt(container, 'name') ?? ''),
    image: String(valueAt(container, 'image') ?? ''),
  }));
  if (workload.container !== undefined) return containers.find(({ name }) => name === workload.container);
  if (containers.length === 1) return containers[0];
  if (repository === undefined) return undefined;
  const candidates = containers.filter(({ image }) => sameRepository(image, repository));
  return candidates.length === 1 ? candidates[0] : undefined;
}
