import { type Control, createPod, endPod } from '../control.ts';
import { isLeaving, isPodReady, type Pod, type Workload, withoutZeros } from '../kube-object.ts';
import { currentRevision, templateOf } from './revision.ts';

/** The nodes of the simulated cluster. A `nodeSelector` fits none of them. */
const nodes = ['node-1', 'node-2'] as const;

const hashKey = 'controller-revision-hash';

/** One pod per node; an update replaces one node's pod at a time. */
export function reconcileDaemonSet(control: Control, set: Workload): void {
  const revision = currentRevision(control, set);
  const hash = revision.metadata.labels?.[hashKey] ?? '';
  const wanted = Object.keys(set.spec.template.spec.nodeSelector ?? {}).length > 0 ? [] : nodes;
  const pods = control.store.ownedBy<Pod>(set.metadata.uid, 'Pod');
  for (const node of wanted) {
    if (pods.some((pod) => pod.spec.nodeName === node)) continue;
    createPod(control, set, { template: templateOf(revision), labels: { [hashKey]: hash }, node });
  }
  for (const pod of pods) if (!wanted.some((node) => node === pod.spec.nodeName)) endPod(control, pod);
  const old = pods.filter((pod) => pod.metadata.labels?.[hashKey] !== hash && !isLeaving(pod));
  const broken = old.filter((pod) => !isPodReady(pod));
  const allUp = pods.length === wanted.length && pods.every((pod) => isPodReady(pod) && !isLeaving(pod));
  if (set.spec.updateStrategy?.type !== 'OnDelete') {
    for (const pod of broken) endPod(control, pod);
    if (allUp && old[0] !== undefined) endPod(control, old[0]);
  }
  writeStatus(control, set, { hash, desired: wanted.length });
}

function writeStatus(control: Control, set: Workload, { hash, desired }: { hash: string; desired: number }): void {
  const pods = control.store.ownedBy<Pod>(set.metadata.uid, 'Pod').filter((pod) => !isLeaving(pod));
  const ready = pods.filter(isPodReady).length;
  const updated = pods.filter((pod) => pod.metadata.labels?.[hashKey] === hash).length;
  control.store.update(set, (draft) => {
    draft.status = {
      currentNumberScheduled: pods.length,
      numberMisscheduled: 0,
      desiredNumberScheduled: desired,
      numberReady: ready,
      observedGeneration: draft.metadata.generation,
      ...withoutZeros({
        updatedNumberScheduled: updated,
        numberAvailable: ready,
        numberUnavailable: desired - ready,
      }),
    };
  });
}
