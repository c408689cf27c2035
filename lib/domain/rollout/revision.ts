import type { JsonObject } from '../json.ts';
import type { Workload, WorkloadKind } from '../plan/plan.ts';
import type { WorkloadView } from '../ports.ts';
import { isDeleting, isOwnedBy, labelOf, numberAt, stringAt } from './kubernetes-object.ts';

const revisionAnnotation = ['metadata', 'annotations', 'deployment.kubernetes.io/revision'] as const;

/**
 * A Deployment's new ReplicaSet: the owned one with the Deployment's revision number. Until the controller has observed
 * the newest generation, that is still the old one, so call this only once `observedGeneration` is current.
 */
export function currentReplicaSet(deployment: JsonObject, replicaSets: readonly JsonObject[]): JsonObject | undefined {
  const number = stringAt(deployment, ...revisionAnnotation);
  const uid = stringAt(deployment, 'metadata', 'uid');
  if (number === undefined) return undefined;
  return replicaSets.find(
    (replicaSet) => isOwnedBy(replicaSet, uid) && stringAt(replicaSet, ...revisionAnnotation) === number,
  );
}

/** The ControllerRevision with the highest number. An undo gives the old one the highest number again. */
export function newestRevision(owner: JsonObject, revisions: readonly JsonObject[]): JsonObject | undefined {
  const uid = stringAt(owner, 'metadata', 'uid');
  return revisions
    .filter((revision) => isOwnedBy(revision, uid))
    .reduce<JsonObject | undefined>(
      (best, next) => (best === undefined || numberAt(next, 'revision') > numberAt(best, 'revision') ? next : best),
      undefined,
    );
}

/** The new revision's pods. A pod that is being deleted never counts, whatever its status. */
export function podsOfNewRevision(workload: Workload, view: WorkloadView): readonly JsonObject[] {
  const isNew = newRevisionTest(workload, view);
  return isNew === undefined ? [] : view.pods.filter((pod) => !isDeleting(pod) && isNew(pod));
}

type PodTest = (pod: JsonObject) => boolean;

function newRevisionTest(workload: Workload, view: WorkloadView): PodTest | undefined {
  return view.workload && podTests[workload.kind](view.workload, view.revisions);
}

const byLabel = (label: string, value: string | undefined): PodTest | undefined =>
  value === undefined ? undefined : (pod) => labelOf(pod, label) === value;

/** A new kind is a row. */
const podTests: Readonly<
  Record<WorkloadKind, (object: JsonObject, kept: readonly JsonObject[]) => PodTest | undefined>
> = {
  deployment: (object, kept) => {
    const replicaSet = currentReplicaSet(object, kept);
    return byLabel('pod-template-hash', replicaSet && labelOf(replicaSet, 'pod-template-hash'));
  },
  statefulset: (object) => byLabel('controller-revision-hash', stringAt(object, 'status', 'updateRevision')),
  daemonset: (object, kept) => {
    const revision = newestRevision(object, kept);
    return byLabel('controller-revision-hash', revision && labelOf(revision, 'controller-revision-hash'));
  },
  job: (object) => (pod) => isOwnedBy(pod, stringAt(object, 'metadata', 'uid')),
  // Its jobs run on schedule; none belongs to the rollout.
  cronjob: () => undefined,
  rollout: (object) => byLabel('rollouts-pod-template-hash', stringAt(object, 'status', 'currentPodHash')),
  // Knative reports its pods' troubles in its conditions. A certificate has no pods, and for other kinds it is not
  // known which pods are new.
  'knative-service': () => undefined,
  certificate: () => undefined,
  custom: () => undefined,
  pod: (object) => (pod) => stringAt(pod, 'metadata', 'uid') === stringAt(object, 'metadata', 'uid'),
};
