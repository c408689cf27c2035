import type { JsonObject } from '../json.ts';
import { blockingSignals, blockingWarnings } from './blocking-pod.ts';
import { cannotMove } from './cannot-move.ts';
import { done, firstShort, generationFinding } from './counts.ts';
import { type Finding, type Seen, waiting } from './judgement.ts';
import { kindReport } from './kind-report.ts';
import { desiredReplicas, numberAt, stringAt } from './kubernetes-object.ts';
import { isOnDelete, onDeleteSignals } from './on-delete.ts';
import { podsOfNewRevision } from './revision.ts';
import type { KindReport, Signal } from './signal.ts';

/** Helm's rule for revisions and kubectl's for the partition. */
export function judgeStatefulSet(look: Seen): KindReport {
  const { object, view, workload } = look;
  const unobserved = generationFinding(object);
  if (unobserved !== undefined) return { signals: [], finding: unobserved };
  const pods = podsOfNewRevision(workload, view);
  const desired = desiredReplicas(object);
  const updated = numberAt(object, 'status', 'updatedReplicas');
  const pending = countsFinding(object) ?? revisionFinding(look);
  if (pending === undefined) {
    // All are ready, including the new revision's.
    const ready = Math.min(updated, desired);
    return kindReport(look, { pods }, done(look, { ready, desired, pods, warnings: partitionWarning(object) }));
  }
  const signals = [...blockingSignals(look), ...onDeleteSignals(look, { updated, desired }), ...partitionSignals(look)];
  const warnings = blockingWarnings(look);
  return kindReport(look, { pods, signals }, { finding: { ...pending, ...(warnings.length > 0 && { warnings }) } });
}

const partitionOf = (object: JsonObject): number =>
  numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');

function countsFinding(object: JsonObject): Finding | undefined {
  const desired = desiredReplicas(object);
  const status = (name: string) => numberAt(object, 'status', name);
  const needsAvailable = numberAt(object, 'spec', 'minReadySeconds') > 0;
  const short = firstShort([
    {
      reason: 'ReplicasNotUpdated',
      have: status('updatedReplicas'),
      // A partition that holds back everything leaves nothing of the request.
      need: Math.max(Math.min(1, desired), desired - partitionOf(object)),
      text: 'replicas have the new revision',
    },
    { reason: 'ReplicasNotReady', have: status('readyReplicas'), need: desired, text: 'replicas are ready' },
    // This count does not exist before 1.22. Without minReadySeconds it equals ready.
    {
      reason: 'ReplicasNotAvailable',
      have: status('availableReplicas'),
      need: needsAvailable ? desired : 0,
      text: 'replicas are available',
    },
  ]);
  if (short !== undefined) return short;
  const all = status('replicas');
  return all > desired ? waiting('OldReplicasPending', `${all} replicas exist; ${desired} are wanted`) : undefined;
}

/** The last step of a rolling update: the controller makes the update revision the current one. */
function revisionFinding(look: Seen): Finding | undefined {
  const { object } = look;
  const update = stringAt(object, 'status', 'updateRevision');
  const current = stringAt(object, 'status', 'currentRevision');
  if (partitionOf(object) > 0 || update === undefined || current === undefined || update === current) return undefined;
  if (isOnDelete(look)) return undefined;
  return waiting('RevisionNotCurrent', `the current revision is ${current}, not yet ${update}`);
}

function partitionSignals({ object }: Seen): readonly Signal[] {
  const [partition, desired] = [partitionOf(object), desiredReplicas(object)];
  if (desired === 0 || partition < desired || numberAt(object, 'status', 'updatedReplicas') > 0) return [];
  const message =
    `0 of ${desired} replicas have the new revision, and none will: partition ${partition} holds all of them back. ` +
    'Lower the partition, then deploy again';
  return [cannotMove('PartitionHoldsAll', message)];
}

function partitionWarning(object: JsonObject): readonly string[] {
  const desired = desiredReplicas(object);
  const held = Math.min(partitionOf(object), desired, desired - numberAt(object, 'status', 'updatedReplicas'));
  return held <= 0 ? [] : [`${held} of ${desired} replicas stay on the old revision: partition ${partitionOf(object)}`];
}
