import type { JsonObject } from '../json.ts';
import { observedOf } from './conventions.ts';
import { desiredReplicas, listAt, numberAt, objectAt, stringAt, valueAt } from './kubernetes-object.ts';

/**
 * What Argo Rollouts accepts as instructions in a Rollout's status, as patched by its own command line (kubectl argo
 * rollouts promote, abort, retry; 1.7 and later).
 */
export const argoAbort: JsonObject = { abort: true };
export const argoRetry: JsonObject = { abort: false };
/** Skips the remaining steps. */
export const argoPromoteFull: JsonObject = { promoteFull: true };

/** Ends one pause. After an inconclusive analysis, it skips that step, which would otherwise run again. */
export const argoPromote = (rollout: JsonObject): JsonObject => {
  const pauses = listAt(rollout, 'status', 'pauseConditions');
  const isInconclusive = pauses.some((pause) => stringAt(pause, 'reason')?.startsWith('Inconclusive'));
  if (!isInconclusive) return { pauseConditions: null };
  const last = listAt(rollout, 'spec', 'strategy', 'canary', 'steps').length;
  const next = Math.min(numberAt(rollout, 'status', 'currentStepIndex') + 1, last);
  return { pauseConditions: null, controllerPause: false, currentStepIndex: next };
};

/** Identifies a pause of a revision, so that a decision about one does not apply to the next. */
export const argoPauseName = (rollout: JsonObject): string =>
  `${stringAt(rollout, 'status', 'currentPodHash') ?? ''} ${numberAt(rollout, 'status', 'currentStepIndex')}`;

/** The controller has seen the latest spec. It writes the generation as text. */
export const isObserved = (rollout: JsonObject): boolean =>
  (observedOf(objectAt(rollout, 'status')) ?? 0) >= numberAt(rollout, 'metadata', 'generation');

/** A new revision is rolling out, and there is an earlier one that can serve. */
export const isBetweenRevisions = (rollout: JsonObject): boolean => {
  const [stable, current] = [stringAt(rollout, 'status', 'stableRS'), stringAt(rollout, 'status', 'currentPodHash')];
  return stable !== undefined && stable !== '' && current !== undefined && stable !== current;
};

/** After an abort: the stable revision has all its pods, and the new ones are gone or have no traffic. */
export const isBackOnStable = (rollout: JsonObject): boolean => {
  const status = (name: string) => numberAt(rollout, 'status', name);
  const isEnough = status('availableReplicas') - status('updatedReplicas') >= desiredReplicas(rollout);
  const weight = valueAt(rollout, 'status', 'canary', 'weights', 'canary', 'weight');
  const isCut = status('updatedReplicas') === 0 || weight === 0 || isBlueGreen(rollout);
  return valueAt(rollout, 'status', 'abort') === true && isEnough && isCut;
};

const isBlueGreen = (rollout: JsonObject): boolean => valueAt(rollout, 'spec', 'strategy', 'blueGreen') !== undefined;

/** It was aborted before this time (milliseconds since 1970), by an earlier attempt or by somebody. */
export const wasAbortedBefore = (rollout: JsonObject, at: number): boolean => {
  const aborted = Date.parse(stringAt(rollout, 'status', 'abortedAt') ?? '');
  return valueAt(rollout, 'status', 'abort') === true && aborted < at;
};
