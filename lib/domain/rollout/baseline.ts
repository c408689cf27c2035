import type { JsonObject } from '../json.ts';
import type { Workload, WorkloadKind } from '../plan/plan.ts';
import type { WorkloadView } from '../ports.ts';
import { foreignReference } from '../record/foreign-text.ts';
import { sameRepository } from './image.ts';
import { labelOf, numberAt, stringAt } from './kubernetes-object.ts';
import { type Container, containersOf, podSpecOf } from './pod-template.ts';
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
  return view.workload && revisions[workload.kind](view.workload, view.revisions);
}

const uidOf = (object: JsonObject): string | undefined => stringAt(object, 'metadata', 'uid');

/** A new kind is a row. */
const revisions: Readonly<
  Record<WorkloadKind, (object: JsonObject, kept: readonly JsonObject[]) => string | undefined>
> = {
  deployment: (object, kept) => {
    const replicaSet = currentReplicaSet(object, kept);
    const number = stringAt(object, 'metadata', 'annotations', 'deployment.kubernetes.io/revision');
    const hash = replicaSet && labelOf(replicaSet, 'pod-template-hash');
    return hash === undefined ? number : `${number}/${hash}`;
  },
  statefulset: (object) => stringAt(object, 'status', 'updateRevision'),
  daemonset: (object, kept) => stringAt(newestRevision(object, kept), 'metadata', 'name'),
  cronjob: (object) => String(numberAt(object, 'metadata', 'generation')),
  job: uidOf,
  pod: uidOf,
};

/** The container that the service is: the named one, the only one, or the only one of the catalogue's repository. */
export function mainContainer(
  workload: Workload,
  object: JsonObject,
  repository: string | undefined = workload.image,
): Container | undefined {
  const containers = containersOf(podSpecOf(workload, object));
  if (workload.container !== undefined) return containers.find(({ name }) => name === workload.container);
  if (containers.length === 1) return containers[0];
  if (repository === undefined) return undefined;
  const candidates = containers.filter(({ image }) => sameRepository(image, repository));
  return candidates.length === 1 ? candidates[0] : undefined;
}
