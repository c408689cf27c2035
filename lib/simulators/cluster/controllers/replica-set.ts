import { type Control, createPod, endPod, withCondition, withoutCondition } from '../control.ts';
import { isLeaving, isPodReady, type Pod, type Workload, withoutZeros } from '../kube-object.ts';
import { quotaRefusal } from '../quota.ts';
import type { Store } from '../store.ts';

/** As many pods as `spec.replicas` says; those that are not ready go first. */
export function reconcileReplicaSet(control: Control, replicaSet: Workload): void {
  const pods = control.store.ownedBy<Pod>(replicaSet.metadata.uid, 'Pod').filter((pod) => !isLeaving(pod));
  const missing = (replicaSet.spec.replicas ?? 1) - pods.length;
  const labels = replicaSet.metadata.labels ?? {};
  const made: Pod[] = [];
  while (made.length < missing) {
    const pod = createPod(control, replicaSet, { template: replicaSet.spec.template, labels });
    if (pod === undefined) break;
    made.push(pod);
  }
  const refused = made.length < missing;
  const spare = missing < 0 ? [...pods].sort(notReadyFirst).slice(0, -missing) : [];
  for (const pod of spare) endPod(control, pod);
  const kept = [...pods.filter((pod) => !spare.includes(pod)), ...made];
  writeStatus(control, replicaSet, kept, refused);
}

/** Kubernetes keeps this time in whole seconds. */
const readySince = ({ status }: Pod): number =>
  Date.parse(status.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '') || 0;

const notReadyFirst = (one: Pod, other: Pod): number => Number(isPodReady(one)) - Number(isPodReady(other));

function writeStatus(control: Control, replicaSet: Workload, pods: readonly Pod[], refused: boolean): void {
  const { now, store } = control;
  const minReady = (replicaSet.spec.minReadySeconds ?? 0) * 1_000;
  const ready = pods.filter(isPodReady);
  const available = ready.filter((pod) => {
    const due = readySince(pod) + minReady;
    if (minReady > 0 && due > now()) control.wake(replicaSet, due);
    return minReady === 0 || due <= now();
  });
  store.update(replicaSet, (draft) => {
    const message = refusalOf(control.store, draft);
    const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message };
    const conditions = refused
      ? withCondition(draft.status?.conditions, failure, now())
      : withoutCondition(draft.status?.conditions, 'ReplicaFailure');
    draft.status = {
      replicas: pods.length,
      ...withoutZeros({
        fullyLabeledReplicas: pods.length,
        readyReplicas: ready.length,
        availableReplicas: available.length,
      }),
      observedGeneration: draft.metadata.generation,
      ...(conditions.length > 0 && { conditions }),
    };
  });
}

const refusalOf = (store: Store, { metadata, spec }: Workload): string => {
  const refusal = quotaRefusal(store, metadata.namespace ?? '', spec.template.spec) ?? 'exceeded quota';
  return `pods "${metadata.name}-" is forbidden: ${refusal}`;
};
