import type { JsonObject } from '../json.ts';
import { foreignName } from '../record/foreign-text.ts';
import { listAt, nameOf, stringAt } from './kubernetes-object.ts';

/** Tells a condition from the same one at another time, by `<object>/<type>`. */
export type ConditionMarks = Readonly<Record<string, string>>;

/** A row is small, and a rollout needs only two or three conditions. */
const mostMarks = 20;

/** The workload's conditions, and its ReplicaSets' refusals, as a baseline stores them. */
export function conditionMarks(object: JsonObject, revisions: readonly JsonObject[]): ConditionMarks {
  const markOfOne = (owner: JsonObject) => (condition: JsonObject) =>
    [keyOf(owner, condition), markOf(condition)] as const;
  const refused = revisions.flatMap((one) =>
    listAt(one, 'status', 'conditions')
      .filter((condition) => stringAt(condition, 'type') === 'ReplicaFailure')
      .map(markOfOne(one)),
  );
  const own = listAt(object, 'status', 'conditions').map(markOfOne(object));
  return Object.fromEntries([...own, ...refused].slice(0, mostMarks));
}

/** What was there before, and when the attempt began. */
interface Standing {
  readonly object: JsonObject;
  readonly since?: number;
  readonly baseline: { readonly exists: boolean; readonly uid?: string; readonly conditions?: ConditionMarks };
}

/**
 * Whether a condition is about this rollout: it is newer than the attempt, or differs from the one that was there.
 * Controllers leave the previous rollout's condition in place until they have a new one.
 */
export function isOfPresent({ baseline, since, object }: Standing, owner: JsonObject, condition: JsonObject): boolean {
  if (!baseline.exists || baseline.uid !== stringAt(object, 'metadata', 'uid')) return true;
  const told = toldAt(condition);
  if (since !== undefined && told !== undefined && told >= since) return true;
  if (baseline.conditions !== undefined) return baseline.conditions[keyOf(owner, condition)] !== markOf(condition);
  return since === undefined || told === undefined;
}

/** When it was last updated, which may be later than when it began. */
const toldAt = (condition: JsonObject): number | undefined =>
  Date.parse(stringAt(condition, 'lastUpdateTime') ?? stringAt(condition, 'lastTransitionTime') ?? '') || undefined;

const keyOf = (owner: JsonObject, condition: JsonObject): string =>
  foreignName(`${nameOf(owner)}/${stringAt(condition, 'type') ?? ''}`);

const markOf = (condition: JsonObject): string =>
  foreignName(
    [
      stringAt(condition, 'status') ?? '',
      stringAt(condition, 'reason') ?? '',
      stringAt(condition, 'lastUpdateTime') ?? stringAt(condition, 'lastTransitionTime') ?? '',
    ].join(' '),
  );
