import type { JsonObject } from '../json.ts';
import { isOfPresent } from './condition.ts';
import { observedOf } from './conventions.ts';
import { done, firstShort } from './counts.ts';
import { deadlineReport } from './deadline.ts';
import { type Evidence, type Finding, failing, type Seen, waiting } from './judgement.ts';
import { kindReport } from './kind-report.ts';
import { conditionOf, desiredReplicas, listAt, numberAt, objectAt, stringAt, valueAt } from './kubernetes-object.ts';
import { podsOfNewRevision } from './revision.ts';
import type { KindReport } from './signal.ts';

/**
 * Argo Rollouts, in the order of Argo CD's script: spec seen, spec valid, not aborted, not paused, counts, then what
 * the strategy requires. The new revision must be stable and, for blue-green, receive the service's traffic.
 */
export function judgeArgoRollout(look: Seen): KindReport {
  const { object, view, workload } = look;
  const unobserved = generationFinding(object);
  if (unobserved !== undefined) return { signals: [], finding: unobserved };
  const pods = podsOfNewRevision(workload, view);
  const end = endFinding(look) ?? pauseFinding(object);
  if (end !== undefined) return kindReport(look, { pods }, { finding: end });
  const pending = countsFinding(object) ?? strategyFinding(object);
  // Old replicas kept for a while, for a router or a way back, also count as ready.
  const [ready, updated] = ['readyReplicas', 'updatedReplicas'].map((name) => numberAt(object, 'status', name)) as [
    number,
    number,
  ];
  const counted = { ready: Math.min(ready, updated), desired: desiredReplicas(object), pods };
  return kindReport(look, { pods }, pending === undefined ? done(look, counted) : deadlineReport(look, pending));
}

/** Stored as text. Before version 1.0 it was a hash, which cannot be compared with a generation. */
function generationFinding(object: JsonObject): Finding | undefined {
  const status = objectAt(object, 'status');
  const generation = numberAt(object, 'metadata', 'generation');
  if (valueAt(status, 'observedGeneration') === undefined || (observedOf(status) ?? generation) < generation) {
    const text = `the controller has seen generation ${observedOf(status) ?? 0}; generation ${generation} is the current one`;
    return waiting('GenerationNotObserved', text);
  }
  // The Deployment behind a workloadRef: its generation is noted beside ours.
  const wanted = Number(stringAt(object, 'metadata', 'annotations', 'rollout.argoproj.io/workload-generation'));
  const seen = Number(valueAt(status, 'workloadObservedGeneration'));
  return valueAt(object, 'spec', 'workloadRef') !== undefined && seen < wanted
    ? waiting('GenerationNotObserved', `the controller has seen generation ${seen} of its workload, not ${wanted}`)
    : undefined;
}

/** By the type or reason of a condition. */
function endFinding(look: Seen): Finding | undefined {
  const { object } = look;
  const invalid = conditionOf(object, 'InvalidSpec');
  if (invalid !== undefined) return ended('InvalidSpec', invalid);
  const progressing = conditionOf(object, 'Progressing');
  const reason = stringAt(progressing, 'reason');
  if (progressing !== undefined && (reason === 'RolloutAborted' || valueAt(object, 'status', 'abort') === true))
    return ended('RolloutAborted', progressing);
  if (progressing !== undefined && reason === 'ProgressDeadlineExceeded')
    // As for a Deployment: the previous rollout's condition stays until there is progress, and the phase repeats it.
    return isOfPresent(look, object, progressing) ? ended('ProgressDeadlineExceeded', progressing) : undefined;
  // Since 1.0 the controller says so itself.
  return stringAt(object, 'status', 'phase') === 'Degraded'
    ? failing('RolloutDegraded', stringAt(object, 'status', 'message') ?? 'the rollout is degraded')
    : undefined;
}

function ended(reason: string, condition: JsonObject): Finding {
  const message = stringAt(condition, 'message') ?? `the condition ${stringAt(condition, 'type') ?? ''} says ${reason}`;
  const fact: Evidence = { kind: 'condition', name: stringAt(condition, 'type') ?? '', reason, message };
  return failing(reason, message, [fact]);
}

/** A step's pause with a duration ends by itself. Any other waits for a person, up to the timeout. */
function pauseFinding(object: JsonObject): Finding | undefined {
  if (valueAt(object, 'spec', 'paused') === true)
    return failing('Paused', 'the rollout is paused halfway; resume it, then deploy again');
  const [pause] = listAt(object, 'status', 'pauseConditions');
  if (pause === undefined && stringAt(object, 'status', 'phase') !== 'Paused') return undefined;
  const reason = stringAt(pause, 'reason') ?? 'Pause';
  const index = numberAt(object, 'status', 'currentStepIndex');
  const step = listAt(object, 'spec', 'strategy', 'canary', 'steps')[index];
  const duration =
    valueAt(step, 'pause', 'duration') ?? valueAt(object, 'spec', 'strategy', 'blueGreen', 'autoPromotionSeconds');
  const place = `${numberAt(object, 'status', 'updatedReplicas')} of ${desiredReplicas(object)} replicas have the new revision`;
  if (duration !== undefined && duration !== 0 && !reason.startsWith('Inconclusive'))
    return waiting('StepPause', `the rollout pauses for ${String(duration)} (${reason}): ${place}`);
  const remedy = 'it continues when somebody promotes it';
  return waiting('AwaitsPromotion', `the rollout waits for a person (${reason}): ${place}; ${remedy}`, [
    `the rollout waits for a person (${reason}): ${remedy}, and fails at the timeout`,
  ]);
}

function countsFinding(object: JsonObject): Finding | undefined {
  const status = (name: string) => numberAt(object, 'status', name);
  const need = desiredReplicas(object);
  return firstShort([
    { reason: 'ReplicasNotUpdated', have: status('updatedReplicas'), need, text: 'replicas have the new revision' },
    {
      reason: 'ReplicasNotAvailable',
      have: status('availableReplicas'),
      need: status('updatedReplicas'),
      text: 'new replicas are available',
    },
  ]);
}

/** Until 0.8, a canary's stable revision was in another field. Empty: there was none yet. */
const stableOf = (object: JsonObject): string | undefined =>
  stringAt(object, 'status', 'stableRS') || stringAt(object, 'status', 'canary', 'stableRS') || undefined;

function strategyFinding(object: JsonObject): Finding | undefined {
  const hash = stringAt(object, 'status', 'currentPodHash');
  if (hash === undefined) return waiting('StatusAwaited', 'its controller has not said which revision is the new one');
  const stable = stableOf(object);
  if (valueAt(object, 'spec', 'strategy', 'blueGreen') !== undefined) {
    const active = stringAt(object, 'status', 'blueGreen', 'activeSelector');
    if (active !== hash)
      return waiting(
        'TrafficNotSwitched',
        `the active service points to ${active ?? 'no revision'}, not yet to ${hash}`,
      );
    return stable === undefined || stable === hash ? undefined : notStable(stable, hash);
  }
  const all = numberAt(object, 'status', 'replicas');
  const updated = numberAt(object, 'status', 'updatedReplicas');
  // With a router, old replicas stay for a while after they lose their traffic.
  const isRouted = valueAt(object, 'spec', 'strategy', 'canary', 'trafficRouting') !== undefined;
  if (all > updated && !isRouted)
    return waiting('OldReplicasPending', `${all - updated} of ${all} replicas are still of an old revision`);
  return stable === hash ? undefined : notStable(stable, hash);
}

const notStable = (stable: string | undefined, hash: string): Finding =>
  waiting(
    'StepsNotFinished',
    `the stable revision is ${stable ?? 'unknown'}; ${hash} still has steps or analysis ahead`,
  );
