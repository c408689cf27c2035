import type { Json, JsonObject } from '../json.ts';
import { foreignText } from '../record/foreign-text.ts';
import { isUnfinished, meaningOfCondition, meaningOfPhase, summaries, tellsOfFailure } from './condition-words.ts';
import { type Finding, failing, healthy, waiting } from './judgement.ts';
import { conditionOf, listAt, numberAt, objectAt, stringAt, valueAt } from './kubernetes-object.ts';

/**
 * Judges any object by the conventions of the API and of kstatus: generations, conditions, phases, replica counts.
 * Objections come first, so it is healthy only if nothing objects. By convention, False means "not yet" and is no
 * failure.
 */
export function conventionFinding(object: JsonObject): Finding {
  const against = rules.map((rule) => rule(object)).find((found) => found !== undefined);
  if (against !== undefined) return against;
  const summary = summaries.map((type) => conditionOf(object, type)).find((found) => found !== undefined);
  if (summary !== undefined) return healthy('ConditionsTrue', `the condition ${describe(summary)}`);
  if (Object.keys(objectAt(object, 'status')).length === 0) {
    return waiting('StatusAwaited', 'its controller has not written a status yet');
  }
  return noRule(object);
}

export const noRuleReason = 'NoRule';

/** Says so explicitly, so that the user configures an expression for such an object. */
export const noRule = (object: JsonObject): Finding =>
  waiting(
    noRuleReason,
    `there is no rule for a ${stringAt(object, 'kind') ?? 'object'} of ${stringAt(object, 'apiVersion') ?? 'this API'}: none of its conditions (${summaries.join(', ')}) says that it works; give healthy_when in the catalogue`,
  );

/** In order: the first rule with a result wins. */
const rules: readonly ((object: JsonObject) => Finding | undefined)[] = [
  unobserved,
  failedCondition,
  suspension,
  failedPhase,
  busyCondition,
  staleSummary,
  shortCondition,
  badCondition,
  toldError,
  unknownPhase,
  unfinishedPart,
  missingReplicas,
];

export const conditionsOf = (object: Json | undefined): readonly JsonObject[] => listAt(object, 'status', 'conditions');
const typeOf = (condition: JsonObject): string => stringAt(condition, 'type') ?? '';
const statusOf = (condition: JsonObject | undefined): string => stringAt(condition, 'status') ?? 'Unknown';
const meant = (object: JsonObject, meaning: ReturnType<typeof meaningOfCondition>): readonly JsonObject[] =>
  conditionsOf(object).filter((condition) => meaningOfCondition(typeOf(condition)) === meaning);
const firstTrue = (conditions: readonly JsonObject[]): JsonObject | undefined =>
  conditions.find((condition) => statusOf(condition) === 'True');

/** `Ready is False: NotYet, text`. */
export function describe(condition: JsonObject): string {
  const reason = stringAt(condition, 'reason');
  const message = foreignText(stringAt(condition, 'message') ?? '', 500);
  const why = [reason, message].filter((text) => text !== undefined && text !== '').join(', ');
  return `${typeOf(condition)} is ${statusOf(condition)}${why === '' ? '' : `: ${why}`}`;
}

/** Some controllers write the number as text. A non-number is an old hash and means nothing. */
export const observedOf = (holder: Json | undefined): number | undefined => {
  const seen = valueAt(holder, 'observedGeneration');
  const number = typeof seen === 'string' ? Number(seen) : seen;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

const lag = (object: JsonObject, holder: Json | undefined): Finding | undefined => {
  const observed = observedOf(holder);
  const generation = numberAt(object, 'metadata', 'generation');
  if (observed === undefined || observed >= generation) return undefined;
  return waiting(
    'GenerationNotObserved',
    `the controller has seen generation ${observed}; generation ${generation} is the current one`,
  );
};

export function unobserved(object: JsonObject): Finding | undefined {
  return lag(object, valueAt(object, 'status'));
}

function failedCondition(object: JsonObject): Finding | undefined {
  const found = firstTrue(meant(object, 'failed'));
  if (found === undefined) return undefined;
  const message = `the condition ${describe(found)}`;
  const reason = stringAt(found, 'reason') ?? typeOf(found);
  return failing('ConditionFailed', message, [{ kind: 'condition', name: typeOf(found), reason, message }]);
}

/** A suspended object stays as it is until somebody resumes it. */
function suspension(object: JsonObject): Finding | undefined {
  const isAsked = ['suspend', 'suspended', 'paused'].some((name) => valueAt(object, 'spec', name) === true);
  const told = firstTrue(meant(object, 'suspended'));
  if (!isAsked && told === undefined && !isSwitchedOff(object)) return undefined;
  return waiting('Suspended', 'it is suspended: its controller does nothing until somebody resumes it');
}

/** Crossplane, KEDA, Cluster API and CloudNativePG leave an object alone if it has this annotation. */
const isSwitchedOff = (object: JsonObject): boolean =>
  Object.entries(objectAt(object, 'metadata', 'annotations')).some(
    ([name, value]) =>
      (/\/paused(-replicas)?$/.test(name) && value !== 'false') ||
      (/\/reconcil(e|iation)$/.test(name) && value === 'disabled'),
  );

const phasesOf = (object: JsonObject): readonly string[] =>
  [['phase'], ['state'], ['status'], ['health'], ['health', 'status']].flatMap(
    (path) => stringAt(object, 'status', ...path) ?? [],
  );

function failedPhase(object: JsonObject): Finding | undefined {
  const phase = phasesOf(object).find((one) => meaningOfPhase(one) === 'failed');
  return phase === undefined
    ? undefined
    : failing('PhaseFailed', `its phase is ${foreignText(phase, 100)}${because(object)}`);
}

const because = (object: JsonObject): string => {
  const text = stringAt(object, 'status', 'message') ?? stringAt(object, 'status', 'reason');
  return text === undefined ? '' : `: ${foreignText(text, 500)}`;
};

/** A Deployment's Progressing stays True when it is done; its reason says which. */
function busyCondition(object: JsonObject): Finding | undefined {
  const found = meant(object, 'busy').find(
    (one) => statusOf(one) === 'True' && stringAt(one, 'reason') !== 'NewReplicaSetAvailable',
  );
  return found && waiting('Reconciling', `the controller is at work: ${describe(found)}`);
}

function staleSummary(object: JsonObject): Finding | undefined {
  return [...summaries.flatMap((type) => conditionOf(object, type) ?? []), ...meant(object, 'good')]
    .slice(0, 1)
    .map((condition) => lag(object, condition))[0];
}

/** Includes the parts of an object, such as a route's parents. */
function shortCondition(object: JsonObject): Finding | undefined {
  const parts = Object.values(objectAt(object, 'status')).flatMap((value) =>
    Array.isArray(value) ? value.flatMap((one) => listAt(one, 'conditions')) : listAt(value, 'conditions'),
  );
  const short = [...conditionsOf(object), ...parts].find((condition) => {
    if (statusOf(condition) === 'True')
      return isSummary(condition) && tellsOfFailure(stringAt(condition, 'reason') ?? '');
    return isSummary(condition) || ['good', 'other'].includes(meaningOfCondition(typeOf(condition)));
  });
  return short && waiting('ConditionNotTrue', `the condition ${describe(short)}`);
}

const isSummary = (condition: JsonObject): boolean => summaries.includes(typeOf(condition));

function badCondition(object: JsonObject): Finding | undefined {
  const found = firstTrue(meant(object, 'bad'));
  return found && waiting('ConditionNamesFailure', `the condition ${describe(found)}`);
}

/** Cluster API and others write failure messages beside conditions that stay unchanged. */
const errorFields = ['failureMessage', 'failureReason', 'error', 'errors', 'errorMessage', 'lastError'] as const;

function toldError(object: JsonObject): Finding | undefined {
  const field = errorFields.find((name) => {
    const value = valueAt(object, 'status', name);
    return value !== undefined && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0);
  });
  if (field === undefined) return undefined;
  const text = stringAt(object, 'status', field) ?? JSON.stringify(valueAt(object, 'status', field));
  return waiting('StatusNamesError', `status.${field}: ${foreignText(text, 500)}`);
}

function unknownPhase(object: JsonObject): Finding | undefined {
  const hasSummary = summaries.some((type) => conditionOf(object, type) !== undefined);
  const phase = hasSummary ? phasesOf(object).find((one) => meaningOfPhase(one) === 'unknown') : undefined;
  return phase === undefined
    ? undefined
    : waiting('PhaseNotDone', `its phase is ${foreignText(phase, 100)}${because(object)}`);
}

/** If the whole object only reports that it was reconciled, its parts may still be in progress. */
function unfinishedPart(object: JsonObject): Finding | undefined {
  const phase = partsOf(objectAt(object, 'status'), 0).find(isUnfinished);
  return phase === undefined
    ? undefined
    : waiting('PartNotDone', `a part of it is in the phase ${foreignText(phase, 100)}`);
}

const deepest = 6;

/** The phases of all parts. Conditions have their own rules, and past entries are history. */
function partsOf(value: Json, depth: number): readonly string[] {
  if (typeof value !== 'object' || value === null || depth > deepest) return [];
  if (Array.isArray(value)) return value.flatMap((one: Json) => partsOf(one, depth + 1));
  return Object.entries(value).flatMap(([name, inner]) => {
    if (/conditions$|history$/i.test(name)) return [];
    if (typeof inner === 'string')
      return depth > 0 && ['phase', 'state', 'status', 'health'].includes(name) ? [inner] : [];
    return partsOf(inner, depth + 1);
  });
}

/** Counters that are 0 may be missing, so only those present are compared. */
function missingReplicas(object: JsonObject): Finding | undefined {
  const desired = valueAt(object, 'spec', 'replicas') ?? valueAt(object, 'status', 'replicas');
  if (typeof desired !== 'number') return undefined;
  for (const name of ['updatedReplicas', 'readyReplicas', 'availableReplicas']) {
    const count = valueAt(object, 'status', name);
    if (typeof count === 'number' && count < desired)
      return waiting('ReplicasNotReady', `${count} of ${desired} replicas: ${name}`);
  }
  const missing = numberAt(object, 'status', 'unavailableReplicas');
  return missing > 0 ? waiting('ReplicasNotReady', `${missing} replicas are not available`) : undefined;
}
