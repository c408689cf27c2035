import type { JsonObject } from '../json.ts';
import { done, firstShort, generationFinding, type Seen } from './counts.ts';
import { type Finding, waiting } from './judgement.ts';
import { kindReport } from './kind-report.ts';
import { conditionOf, desiredReplicas, isDeleting, labelOf, nameOf, numberAt, stringAt } from './kubernetes-object.ts';
import { podsOfNewRevision } from './revision.ts';
import type { KindReport } from './signal.ts';

/** Helm's rule of revisions and kubectl's of the partition; OnDelete waits, with a word, for somebody to delete the pods. */
export function judgeStatefulSet(look: Seen): KindReport {
  const { object, view, workload } = look;
  const unobserved = generationFinding(object);
  if (unobserved !== undefined) return { signals: [], finding: unobserved };
  const pods = podsOfNewRevision(workload, view);
  const pending = countsFinding(object) ?? revisionFinding(object);
  if (pending === undefined) {
    const warnings = partitionWarning(object);
    const ready = numberAt(object, 'status', 'readyReplicas');
    return kindReport(look, { pods }, done(look, ready, desiredReplicas(object), warnings));
  }
  const warnings = [...onDeleteWarning(object), ...stuckWarning(look)];
  return kindReport(look, { pods }, { ...pending, ...(warnings.length > 0 && { warnings }) });
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
      need: Math.max(0, desired - partitionOf(object)),
      text: 'replicas have the new revision',
    },
    { reason: 'ReplicasNotReady', have: status('readyReplicas'), need: desired, text: 'replicas are ready' },
    // Before 1.22 this count does not exist; without minReadySeconds it says the same as ready.
    {
      reason: 'ReplicasNotAvailable',
      have: status('availableReplicas'),
      need: needsAvailable ? desired : 0,
      text: 'replicas are available',
    },
  ]);
  if (short !== undefined) return short;
  const all = status('replicas');
  return all > desired ? waiting('OldReplicasPending', `${all} replicas exist; ${desired} are asked for`) : undefined;
}

/** The last step of a rolling update: the controller makes the update revision the current one. */
function revisionFinding(object: JsonObject): Finding | undefined {
  const update = stringAt(object, 'status', 'updateRevision');
  const current = stringAt(object, 'status', 'currentRevision');
  if (partitionOf(object) > 0 || update === undefined || current === undefined || update === current) return undefined;
  if (stringAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return undefined;
  return waiting('RevisionNotCurrent', `the current revision is ${current}; ${update} is awaited`);
}

function partitionWarning(object: JsonObject): readonly string[] {
  const partition = partitionOf(object);
  const held = Math.min(partition, desiredReplicas(object));
  return held === 0
    ? []
    : [`${held} of ${desiredReplicas(object)} replicas stay on the old revision: partition ${partition}`];
}

const onDeleteWarning = (object: JsonObject): readonly string[] =>
  stringAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete'
    ? ['the update strategy is OnDelete: pods get the new revision only when somebody deletes them']
    : [];

/** With OrderedReady a broken pod of an older revision is never replaced: it stays until somebody deletes it. */
function stuckWarning({ object, view }: Seen): readonly string[] {
  const update = stringAt(object, 'status', 'updateRevision');
  if (update === undefined || stringAt(object, 'spec', 'podManagementPolicy') === 'Parallel') return [];
  return view.pods
    .filter((pod) => !isDeleting(pod) && (labelOf(pod, 'controller-revision-hash') ?? update) !== update)
    .filter((pod) => stringAt(conditionOf(pod, 'Ready'), 'status') !== 'True')
    .map((pod) => `pod ${nameOf(pod)} of an older revision is not ready and holds up the update; delete it`);
}
