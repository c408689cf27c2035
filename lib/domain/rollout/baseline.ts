import type { JsonObject } from '../json.ts';
import type { Workload, WorkloadKind } from '../plan/plan.ts';
import type { WorkloadView } from '../ports.ts';
import { foreignName, foreignReference } from '../record/foreign-text.ts';
import { type ConditionMarks, conditionMarks } from './condition.ts';
import { newestNumber, numberOfKept, podSpecsSince } from './history.ts';
import { sameRepository } from './image.ts';
import { labelOf, numberAt, stringAt, valueAt } from './kubernetes-object.ts';
import { type Container, containersOf, imagesOf, podSpecOf } from './pod-template.ts';
import { currentReplicaSet, newestRevision } from './revision.ts';

/**
 * What ran before a deployment: small JSON that fits a table row. A new revision is recognised by comparison with it.
 */
export type Baseline = {
  readonly exists: boolean;
  readonly uid?: string;
  /**
   * Identity of the revision. A Deployment: number and template hash of its ReplicaSet (`7/57996b5575`). A StatefulSet:
   * updateRevision. A DaemonSet: newest ControllerRevision. A Job or Pod: uid. A CronJob: generation.
   */
  readonly revision?: string;
  /** The number of the workload's newest template in the cluster. A template with a higher number came later. */
  readonly revision_number?: number;
  /** The image of the service's container, if that is known. */
  readonly image?: string;
  /** Images of all containers, including init containers. Absent in rows of earlier versions. */
  readonly images?: Readonly<Record<string, string>>;
  /** Tells conditions that were already there from later ones. Absent in rows of earlier versions. */
  readonly conditions?: ConditionMarks;
  /** The service's container, if an earlier deployment identified it and the catalogue does not. */
  readonly container?: string;
  /** `ttlSecondsAfterFinished` of a Job: its replacement may be gone as soon. */
  readonly ttl_seconds?: number;
};

/** Records what a look saw before the deployment began. */
export function captureBaseline(workload: Workload, view: WorkloadView): Baseline {
  const object = view.workload;
  if (object === undefined) return { exists: false };
  const uid = stringAt(object, 'metadata', 'uid');
  const revision = revisionOf(workload, view);
  const main = mainContainer(workload, object);
  const number = newestNumber(workload, view);
  return {
    exists: true,
    ...(uid !== undefined && { uid: foreignReference(uid) }),
    ...(revision !== undefined && { revision: foreignReference(revision) }),
    ...(number !== undefined && { revision_number: number }),
    ...(main !== undefined && { image: foreignReference(main.image) }),
    images: rememberedImages(workload, object),
    conditions: conditionMarks(object, view.revisions),
    ...ttlOf(workload, object),
  };
}

/** How many seconds after its end a Job is removed, if it is. */
export function ttlOf({ kind }: Workload, object: JsonObject): Pick<Baseline, 'ttl_seconds'> {
  const ttl = valueAt(object, 'spec', 'ttlSecondsAfterFinished');
  return kind === 'job' && typeof ttl === 'number' ? { ttl_seconds: ttl } : {};
}

/** The same, if the service's container is already known and still exists. */
export function captureKnown(workload: Workload, view: WorkloadView, container: string | undefined): Baseline {
  const names = view.workload === undefined ? {} : imagesOf(workload, view.workload);
  if (container === undefined || workload.container !== undefined || !Object.hasOwn(names, container)) {
    return captureBaseline(workload, view);
  }
  return { ...captureBaseline({ ...workload, container }, view), container };
}

/** A row is small, and no service's workload has more containers than this. */
const mostContainers = 40;

const rememberedImages = (workload: Workload, object: JsonObject): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(imagesOf(workload, object))
      .slice(0, mostContainers)
      .map(([name, image]) => [foreignName(name), foreignReference(image)]),
  );

/** The workload with the service's container, if that is already known. */
export const withContainer = (workload: Workload, { container }: Pick<Baseline, 'container'>): Workload =>
  workload.container !== undefined || container === undefined ? workload : { ...workload, container };

/** A container's previous image; undefined if the container did not exist, or it is not known. */
export const imageBefore = ({ images }: Baseline, container: string): string | undefined =>
  images && stringAt(images, container);

/**
 * The pod specs that the workload got since the baseline, as far as the cluster keeps them. If the object was
 * recreated, all of them are later. Baselines of earlier versions only have a Deployment's number, in front of its
 * hash.
 */
export function podSpecsAfter(workload: Workload, baseline: Baseline, view: WorkloadView): readonly JsonObject[] {
  const isSame = baseline.exists && baseline.uid === (view.workload && uidOf(view.workload));
  const number = isSame ? (baseline.revision_number ?? Number.parseInt(baseline.revision ?? '', 10)) : 0;
  return podSpecsSince(workload, view, number);
}

/**
 * Whether the cluster keeps a template from after the baseline while the baseline's own is back in place. A controller
 * gives a template that is used again a new number.
 */
export function hasReturned(workload: Workload, baseline: Baseline, view: WorkloadView): boolean {
  const [before, now] = [baseline.revision, revisionOf(workload, view)].map((one) => one?.split('/').at(-1));
  if (before === undefined || before !== now || baseline.revision_number === undefined) return false;
  if (podSpecsAfter(workload, baseline, view).length !== 1) return false;
  const isSame = view.workload !== undefined && baseline.uid === uidOf(view.workload);
  return isSame && (numberOfKept(workload, view, before) ?? 0) > baseline.revision_number;
}

/** Whether two looks saw the same revision of the same object. */
export const isSameRevision = (one: Baseline, other: Baseline): boolean =>
  one.revision !== undefined && one.revision === other.revision && one.uid === other.uid;

/** The identity of the revision that the workload's controller is rolling out; see `Baseline.revision`. */
export function revisionOf(workload: Workload, view: WorkloadView): string | undefined {
  return view.workload && revisions[workload.kind](view.workload, view.revisions);
}

function generationOf(object: JsonObject): string {
  return String(numberAt(object, 'metadata', 'generation'));
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
  cronjob: generationOf,
  job: uidOf,
  pod: uidOf,
  rollout: (object) => stringAt(object, 'status', 'currentPodHash'),
  'knative-service': (object) => stringAt(object, 'status', 'latestCreatedRevisionName'),
  certificate: generationOf,
  custom: generationOf,
};

/**
 * The containers that may be the service: the named one, the only one, those with the repository, or else any (but no
 * init container).
 */
export function possibleContainers(
  { container: named }: Pick<Workload, 'container'>,
  containers: readonly Container[],
  repository: string | undefined,
): readonly Container[] {
  if (named !== undefined) return containers.filter(({ name }) => name === named);
  if (repository === undefined || containers.length === 1) return containers;
  return containers.filter(({ image }) => sameRepository(image, repository));
}

/** The service's container, if there is only one candidate. */
export function mainContainer(
  workload: Workload,
  object: JsonObject,
  repository: string | undefined = workload.image,
): Container | undefined {
  const possible = possibleContainers(workload, containersOf(podSpecOf(workload, object)), repository);
  return possible.length === 1 ? possible[0] : undefined;
}
