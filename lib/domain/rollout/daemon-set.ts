import type { JsonObject } from '../json.ts';
import { done, firstShort, generationFinding, type Seen } from './counts.ts';
import { type Finding, waiting } from './judgement.ts';
import { kindReport } from './kind-report.ts';
import { numberAt, stringAt, valueAt } from './kubernetes-object.ts';
import { podsOfNewRevision } from './revision.ts';
import type { KindReport } from './signal.ts';

/** kstatus' counts. No node matches: 0 of 0 is ready, with a warning. */
export function judgeDaemonSet(look: Seen): KindReport {
  const { object, view, workload } = look;
  const unobserved = generationFinding(object);
  if (unobserved !== undefined) return { signals: [], finding: unobserved };
  const pods = podsOfNewRevision(workload, view);
  const pending = countsFinding(object);
  const desired = numberAt(object, 'status', 'desiredNumberScheduled');
  if (pending === undefined) {
    return kindReport(look, { pods }, done(look, numberAt(object, 'status', 'numberReady'), desired));
  }
  const warnings = onDeleteWarning(object);
  return kindReport(look, { pods }, { ...pending, ...(warnings.length > 0 && { warnings }) });
}

function countsFinding(object: JsonObject): Finding | undefined {
  const status = (name: string) => numberAt(object, 'status', name);
  // The one counter that is written even when it is 0: absent means that nobody has counted the nodes yet.
  if (valueAt(object, 'status', 'desiredNumberScheduled') === undefined) {
    return waiting('NodesNotCounted', 'the controller has not counted the nodes yet');
  }
  const need = status('desiredNumberScheduled');
  return firstShort([
    { reason: 'ReplicasNotUpdated', have: status('updatedNumberScheduled'), need, text: 'nodes have the new revision' },
    { reason: 'ReplicasNotReady', have: status('numberReady'), need, text: 'nodes are ready' },
    { reason: 'ReplicasNotAvailable', have: status('numberAvailable'), need, text: 'nodes are available' },
  ]);
}

const onDeleteWarning = (object: JsonObject): readonly string[] =>
  stringAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete'
    ? ['the update strategy is OnDelete: pods get the new revision only when somebody deletes them']
    : [];
