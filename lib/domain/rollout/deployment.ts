import type { JsonObject } from '../json.ts';
import { done, firstShort, generationFinding } from './counts.ts';
import { deadlineReport } from './deadline.ts';
import { type Finding, failing, type Seen, waiting } from './judgement.ts';
import { kindReport } from './kind-report.ts';
import { conditionOf, desiredReplicas, numberAt, stringAt, valueAt } from './kubernetes-object.ts';
import { podsOfNewRevision } from './revision.ts';
import type { KindReport } from './signal.ts';

/**
 * kubectl's order of counts (rollout_status.go), plus pods, pauses, quota and conditions, which kubectl does not check.
 */
export function judgeDeployment(look: Seen): KindReport {
  const { object, view, workload } = look;
  const unobserved = generationFinding(object);
  if (unobserved !== undefined) return { signals: [], finding: unobserved };
  const pods = podsOfNewRevision(workload, view);
  const pending = countsFinding(object) ?? unavailableFinding(object) ?? unprogressedFinding(object);
  const counted = { ready: readyOf(object), desired: desiredReplicas(object), pods, warnings: pauseWarning(object) };
  const told = pending === undefined ? done(look, counted) : pendingReport(look, pending);
  return kindReport(look, { pods }, told);
}

/** What is still missing, and whether it will ever come. */
function pendingReport(look: Seen, pending: Finding): Pick<KindReport, 'finding' | 'timed'> {
  const paused = pausedFinding(look.object, pending);
  return paused === undefined ? deadlineReport(look, pending) : { finding: paused };
}

const readyOf = (object: JsonObject): number => numberAt(object, 'status', 'readyReplicas');

function countsFinding(object: JsonObject): Finding | undefined {
  const desired = desiredReplicas(object);
  const updated = numberAt(object, 'status', 'updatedReplicas');
  const all = numberAt(object, 'status', 'replicas');
  const available = numberAt(object, 'status', 'availableReplicas');
  const short = firstShort([
    { reason: 'ReplicasNotUpdated', have: updated, need: desired, text: 'replicas have the new revision' },
  ]);
  if (short !== undefined) return short;
  if (all > updated) {
    return waiting('OldReplicasPending', `${all - updated} of ${all} replicas are still of an old revision`);
  }
  return firstShort([
    { reason: 'ReplicasNotReady', have: readyOf(object), need: desired, text: 'replicas are ready' },
    { reason: 'ReplicasNotAvailable', have: available, need: updated, text: 'new replicas are available' },
  ]);
}

/** Available stays True through a bad update, because old pods serve. So it can only delay success, never prove it. */
function unavailableFinding(object: JsonObject): Finding | undefined {
  const condition = conditionOf(object, 'Available');
  if (condition === undefined || stringAt(condition, 'status') === 'True') return undefined;
  return waiting('DeploymentNotAvailable', stringAt(condition, 'message') ?? 'the condition Available is not True');
}

/**
 * kstatus' rule: whatever the counts say, the controller does not consider it done. Its deadline is checked elsewhere.
 */
function unprogressedFinding(object: JsonObject): Finding | undefined {
  const condition = conditionOf(object, 'Progressing');
  if (stringAt(condition, 'status') !== 'False' || stringAt(condition, 'reason') === 'ProgressDeadlineExceeded')
    return undefined;
  return waiting('DeploymentNotProgressing', stringAt(condition, 'message') ?? 'the condition Progressing is False');
}

/** A paused Deployment would wait until the deadline, because its controller creates nothing. */
function pausedFinding(object: JsonObject, pending: Finding): Finding | undefined {
  if (valueAt(object, 'spec', 'paused') !== true) return undefined;
  return failing('Paused', `the deployment is paused halfway: ${pending.message}; resume it, then deploy again`);
}

const pauseWarning = (object: JsonObject): readonly string[] =>
  valueAt(object, 'spec', 'paused') === true ? ['the deployment is paused: the next change will not roll out'] : [];
