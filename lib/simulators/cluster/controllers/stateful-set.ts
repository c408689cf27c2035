import { type Control, createPod, endPod } from '../control.ts';
import { isLeaving, isPodReady, type Pod, type Workload, withoutZeros } from '../kube-object.ts';
import { type ControllerRevision, currentRevision, templateOf } from './revision.ts';

const hashKey = 'controller-revision-hash';
const ordinalOf = (pod: Pod): number => Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf('-') + 1));
const revisionOf = (pod: Pod): string | undefined => pod.metadata.labels?.[hashKey];
const byOrdinal = (one: Pod, other: Pod): number => ordinalOf(one) - ordinalOf(other);

/**
 * Pods in order: each waits for the one before it; updates go from the last to the first. A broken pod stops everything,
 * also an undo, until somebody deletes it: as in the real one (kubernetes/kubernetes#67250).
 */
export function reconcileStatefulSet(control: Control, set: Workload): void {
  const update = currentRevision(control, set);
  const current = String(set.status?.currentRevision ?? update.metadata.name);
  step(control, set, { update, current });
  writeStatus(control, set, { update: update.metadata.name, current });
}

const podsOf = (control: Control, set: Workload): readonly Pod[] => control.store.ownedBy<Pod>(set.metadata.uid, 'Pod');

function step(
  control: Control,
  set: Workload,
  { update, current }: { update: ControllerRevision; current: string },
): void {
  const pods = [...podsOf(control, set)].sort(byOrdinal);
  const desired = set.spec.replicas ?? 1;
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const inOrder = set.spec.podManagementPolicy !== 'Parallel';
  for (let ordinal = 0; ordinal < desired; ordinal += 1) {
    const pod = pods.find((one) => ordinalOf(one) === ordinal);
    if (pod === undefined)
      create(control, set, {
        ordinal,
        revision: ordinal >= partition ? update : (named(control, set, current) ?? update),
      });
    const isUp = pod !== undefined && isPodReady(pod) && !isLeaving(pod);
    if (inOrder && !isUp) return;
  }
  const spare = pods.filter((pod) => ordinalOf(pod) >= desired).at(-1);
  if (spare !== undefined) {
    if (!isLeaving(spare)) endPod(control, spare);
    return;
  }
  if (set.spec.updateStrategy?.type === 'OnDelete') return;
  for (const pod of [...pods].reverse().filter((one) => ordinalOf(one) >= partition)) {
    if (isLeaving(pod)) return;
    if (revisionOf(pod) !== update.metadata.name) {
      endPod(control, pod);
      return;
    }
    if (!isPodReady(pod)) return;
  }
}

const named = (control: Control, set: Workload, name: string): ControllerRevision | undefined =>
  control.store
    .ownedBy<ControllerRevision>(set.metadata.uid, 'ControllerRevision')
    .find(({ metadata }) => metadata.name === name);

function create(
  control: Control,
  set: Workload,
  { ordinal, revision }: { ordinal: number; revision: ControllerRevision },
): void {
  const name = `${set.metadata.name}-${ordinal}`;
  const labels = { [hashKey]: revision.metadata.name, 'statefulset.kubernetes.io/pod-name': name };
  createPod(control, set, { template: templateOf(revision), labels, name });
}

function writeStatus(control: Control, set: Workload, { update, current }: { update: string; current: string }): void {
  const pods = podsOf(control, set).filter((pod) => !isLeaving(pod));
  const updated = pods.filter((pod) => revisionOf(pod) === update);
  const ready = pods.filter(isPodReady);
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const isComplete = partition === 0 && updated.length === (set.spec.replicas ?? 1) && ready.length === updated.length;
  const now = isComplete ? update : current;
  control.store.update(set, (draft) => {
    draft.status = {
      observedGeneration: draft.metadata.generation,
      replicas: pods.length,
      ...withoutZeros({
        readyReplicas: ready.length,
        availableReplicas: ready.length,
        currentReplicas: pods.filter((pod) => revisionOf(pod) === now).length,
        updatedReplicas: updated.length,
      }),
      currentRevision: now,
      updateRevision: update,
      collisionCount: 0,
    };
  });
}
