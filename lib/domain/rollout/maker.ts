import type { JsonObject } from '../json.ts';
import type { WorkloadKind } from '../plan/plan.ts';
import type { Seen } from './judgement.ts';
import {
  desiredReplicas,
  hasEnded,
  isDeleting,
  isReady,
  labelOf,
  numberAt,
  stringAt,
  valueAt,
} from './kubernetes-object.ts';
import { currentReplicaSet } from './revision.ts';
import { isScaledDown, oldPodsWillLeave } from './surge.ts';

/** What creates the new revision's pods. */
export interface Maker {
  /** The object that reports refused pods. */
  readonly owner: JsonObject;
  /** Pods that it still has to create. */
  readonly missing: number;
  /** Existing pods will leave and may make room. Pods that are already leaving are visible anyway. */
  readonly mayMakeRoom: boolean;
  /** Pods were removed for this rollout, maybe before the first look. */
  readonly hasMadeRoom?: boolean;
}

const surgeOfDaemonSet = ['spec', 'updateStrategy', 'rollingUpdate', 'maxSurge'] as const;

/** A kind that creates its pods itself, or through objects that we see, is a row. */
const makers: Partial<Readonly<Record<WorkloadKind, (look: Seen, pods: readonly JsonObject[]) => Maker>>> = {
  deployment: (look, pods) => {
    const { object, view } = look;
    const owner = currentReplicaSet(object, view.revisions) ?? object;
    const missing = desiredReplicas(owner) - pods.filter(isThere).length;
    return { owner, missing, mayMakeRoom: oldPodsWillLeave(look, pods), hasMadeRoom: isScaledDown(look) };
  },
  statefulset: ({ object, view }) => ({
    ...{ owner: object, missing: desiredReplicas(object) - view.pods.filter(isThere).length, mayMakeRoom: false },
  }),
  // With a surge, new pods come beside the old ones, which leave when the new ones are ready.
  daemonset: ({ object, view }, pods) => {
    const desired = numberAt(object, 'status', 'desiredNumberScheduled');
    const surges = Number.parseInt(String(valueAt(object, ...surgeOfDaemonSet) ?? 0), 10) > 0;
    const there = (surges ? pods : view.pods).filter(isThere);
    const mayMakeRoom = surges && there.some((pod) => !isReady(pod));
    return { owner: object, missing: desired - there.length, mayMakeRoom };
  },
  // Its steps decide when old pods leave: as long as there is one, it may.
  rollout: ({ object, view }, pods) => {
    const hash = stringAt(object, 'status', 'currentPodHash');
    const owner = view.revisions.find((one) => labelOf(one, 'rollouts-pod-template-hash') === hash) ?? object;
    const mayMakeRoom = view.pods.some((pod) => isThere(pod) && !pods.includes(pod));
    return { owner, missing: desiredReplicas(owner) - pods.filter(isThere).length, mayMakeRoom };
  },
  // Each of its pods ends by itself and makes room for the next.
  job: ({ object }, pods) => {
    const there = pods.filter(isThere).length;
    return { owner: object, missing: wantedByJob(object) - there, mayMakeRoom: there > 0 };
  },
};

export const makerOf = (look: Seen, pods: readonly JsonObject[]): Maker | undefined =>
  makers[look.workload.kind]?.(look, pods);

const isThere = (pod: JsonObject): boolean => !isDeleting(pod) && !hasEnded(pod);

/** Without a number of completions, it is a queue that wants as many as run in parallel. */
function wantedByJob(object: JsonObject): number {
  if (valueAt(object, 'spec', 'suspend') === true) return 0;
  const parallelism = Number(valueAt(object, 'spec', 'parallelism') ?? 1);
  const completions = valueAt(object, 'spec', 'completions');
  const left = typeof completions === 'number' ? completions - numberAt(object, 'status', 'succeeded') : parallelism;
  return Math.min(parallelism, left);
}
