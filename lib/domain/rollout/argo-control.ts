import type { JsonObject } from '../json.ts';
import { observedOf } from './conventions.ts';
import { desiredReplicas, listAt, numberAt, objectAt, stringAt, valueAt } from './kubernetes-object.ts';

/**
 * What Argo Rollouts lets itself be told in the status of a Rollout, by the patches of its own command line (kubectl argo rollouts
 * promote, abort, retry; 1.7 and later).
 */
export const argoAbort: JsonObject = { abort: true };
export const argoRetry: JsonObject = { abort: false };
/** Without the steps that are left. */
export const argoPromoteFull: JsonObject = { promoteFull: true };

/** One pause goes on. After an analysis that said neither yes nor no, its step is left out, as it would be asked again. */
export const argoPromote = (rollout: JsonObject): JsonObject => {
  const pauses = listAt(rollout, 'status', 'pauseConditions');
  const isInconclusive = pauses.some((pause) => stringAt(pause, 'reason')?.startsWith('Inconclusive'));
  if (!isInconclusive) return { pauseConditions: null };
  const last = listAt(rollout, 'spec', 'strategy', 'canary', 'steps').length;
  const next = Math.min(numberAt(rollout, 'status', 'currentStepIndex') + 1, last);
  return { pauseConditions: null, controllerPause: false, currentStepIndex: next };
};

/** Which pause of which revision it is: what is said of one is not said of the next. */
export const argoPauseName = (rollout: JsonObject): string =>
  `${stringAt(rollout, 'status', 'currentPodHash') ?? ''} ${numberAt(rollout, 'status', 'currentStepIndex')}`;

/** Its controller has seen what was asked for last; it writes the generation as text. */
export const isObserved = (rollout: JsonObject): boolean =>
  (observedOf(objectAt(rollout, 'status')) ?? 0) >= numberAt(rollout, 'metadata', 'generation');

/** A new revision is on its way, and there is one before it that can serve. */
export const isBetweenRevisions = (rollout: JsonObject): boolean => {
  const [stable, current] = [stringAt(rollout, 'status', 'stableRS'), stringAt(rollout, 'status', 'currentPodHash')];
  return stable !== undefined && stable !== '' && current !== undefined && stable !== current;
};

/** After an abort: the pods of the stable revision are as many as are wanted, and the new ones are gone, or have no traffic. */
export const isBackOnStable = (rollout: JsonObject): boolean => {
  const status = (name: string) => numberAt(rollout, 'status', name);
  const isEnough = status('availableReplicas') - status('updatedReplicas') >= desiredReplicas(rollout);
  const weight = valueAt(rollout, 'status', 'canary', 'weights', 'canary', 'weight');
  const isCut = status('updatedReplicas') === 0 || weight === 0 || isBlueGreen(rollout);
  return valueAt(rollout, 'status', 'abort') === true && isEnough && isCut;
};

const isBlueGreen = (rollout: JsonObject): boolean => valueAt(rollout, 'spec', 'strategy', 'blueGreen') !== undefined;

/** It was given up before this time, milliseconds since 1970: by an earlier attempt, or by somebody. */
export const wasAbortedBefore = (rollout: JsonObject, at: number): boolean => {
  const aborted = Date.parse(stringAt(rollout, 'status', 'abortedAt') ?? '');
  return valueAt(rollout, 'status', 'abort') === true && aborted < at;
};
