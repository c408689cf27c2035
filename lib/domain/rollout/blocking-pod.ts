import type { JsonObject } from '../json.ts';
import type { Workload } from '../plan/plan.ts';
import type { WorkloadView } from '../ports.ts';
import { cannotMove } from './cannot-move.ts';
import { containerEvidence, lastEnd, statusesOf, waitsFor, where } from './container-status.ts';
import { generationFinding } from './counts.ts';
import { usualTolerance } from './crash-signal.ts';
import type { Evidence, Seen } from './judgement.ts';
import { hasEnded, isDeleting, isReady, labelOf, nameOf, numberAt, stringAt, valueAt } from './kubernetes-object.ts';
import type { Signal } from './signal.ts';

/**
 * With OrderedReady, a StatefulSet waits for each pod to be ready before it continues, even for a broken one that would
 * be replaced next (kubernetes/kubernetes#67250). The pod stays until somebody deletes it.
 */
export const blockedReason = 'BlockedByOldPod';

interface Blocking {
  readonly pod: JsonObject;
  /** Why it is broken; empty if it is only not ready. */
  readonly why: readonly Evidence[];
  /** If deleted, it would be recreated unchanged. */
  readonly isHeld: boolean;
}

function blockingPods({ object, view }: Pick<Seen, 'object' | 'view'>): readonly Blocking[] {
  const update = stringAt(object, 'status', 'updateRevision');
  if (update === undefined || stringAt(object, 'spec', 'podManagementPolicy') === 'Parallel') return [];
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  return view.pods
    .filter((pod) => !isDeleting(pod) && !hasEnded(pod) && !isReady(pod))
    .filter((pod) => (labelOf(pod, 'controller-revision-hash') ?? update) !== update)
    .map((pod) => ({ pod, why: brokenEvidence(pod), isHeld: ordinalOf(pod) < partition }));
}

const ordinalOf = (pod: JsonObject): number => Number(nameOf(pod).match(/-(\d+)$/)?.[1] ?? 0);

/** What a container that is being created waits for. */
const coming: ReadonlySet<string | undefined> = new Set([undefined, 'ContainerCreating', 'PodInitializing']);

function brokenEvidence(pod: JsonObject): readonly Evidence[] {
  return statusesOf(pod).flatMap((status) => {
    const waits = waitsFor(status);
    const end = lastEnd(status);
    const code = numberAt(end, 'exitCode');
    const ended = end === undefined ? '' : `exit code ${code}, ${numberAt(status, 'restartCount')} restarts`;
    if (!coming.has(waits)) {
      const said =
        stringAt(status, 'state', 'waiting', 'message') ?? `container image ${stringAt(status, 'image') ?? ''}`;
      return [containerEvidence(pod, status, waits ?? '', ended === '' ? said : `${ended}; ${said}`)];
    }
    if (code === 0 || valueAt(status, 'ready') === true || isBack(status)) return [];
    const reason = stringAt(end, 'reason') === 'OOMKilled' ? 'OOMKilled' : 'ContainerFailed';
    return [containerEvidence(pod, status, reason, ended)];
  });
}

/** It ended once or twice and may be about to become ready. */
const isBack = (status: JsonObject): boolean =>
  valueAt(status, 'state', 'running') !== undefined && numberAt(status, 'restartCount') <= usualTolerance;

/** Fails a rollout that a broken pod of an older revision blocks. With `unblock`, the pod is deleted instead. */
export function blockingSignals(look: Seen): readonly Signal[] {
  return blockingPods(look)
    .filter(({ why }) => why.length > 0)
    .map(({ pod, why, isHeld }) => {
      const [{ container, message, reason }] = why as [Evidence];
      const name = nameOf(pod);
      const what = `pod ${name} of an older revision is broken (${where(pod, { name: container ?? '' })}: ${reason}: ${message})`;
      const deletes = `delete it (kubectl delete pod ${name} -n ${look.workload.namespace})`;
      const byHand =
        look.settings?.unblock === true
          ? `unblock did not remove it: ${deletes}`
          : `${deletes}, or deploy with unblock: true`;
      const remedy = isHeld
        ? 'the partition holds it at that revision: lower the partition, or repair the pod'
        : byHand;
      const told = `${what}, and its StatefulSet waits for it before it updates anything; ${remedy}`;
      return cannotMove(blockedReason, told, { state: stringAt(pod, 'metadata', 'uid') ?? name, evidence: why });
    });
}

/** For pods that are not ready and not broken: they may still become ready. */
export const blockingWarnings = (look: Seen): readonly string[] =>
  blockingPods(look)
    .filter(({ why }) => why.length === 0)
    .map(
      ({ pod }) =>
        `pod ${nameOf(pod)} of an older revision is not ready and blocks the update; if that lasts, delete it`,
    );

export interface PodToDelete {
  readonly name: string;
  readonly uid: string;
  /** What is wrong with it. */
  readonly why: string;
}

/** The pods to delete if requested: broken, of an older revision, and about to be replaced by the new one. */
export function podsToUnblock(workload: Workload, view: WorkloadView): readonly PodToDelete[] {
  const object = view.workload;
  if (workload.kind !== 'statefulset' || object === undefined || isDeleting(object)) return [];
  if (generationFinding(object) !== undefined || isOnDeleteSet(object)) return [];
  return blockingPods({ object, view }).flatMap(({ pod, why, isHeld }) => {
    const uid = stringAt(pod, 'metadata', 'uid');
    const [first] = why;
    if (first === undefined || isHeld || uid === undefined) return [];
    return [{ name: nameOf(pod), uid, why: `${first.reason}: ${first.message}` }];
  });
}

const isOnDeleteSet = (object: JsonObject): boolean =>
  stringAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';
