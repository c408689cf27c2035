import type { JsonObject } from '../json.ts';
import { foreignName } from '../record/foreign-text.ts';
import { listAt, nameOf, stringAt } from './kubernetes-object.ts';

/** What tells a condition from the same one of another time, by `<object>/<type>`. */
export type ConditionMarks = Readonly<Record<string, string>>;

/** A row is small; of its conditions a rollout asks for two or three. */
const mostMarks = 20;

/** The conditions of a workload, and of its ReplicaSets what they refused, as a baseline keeps them. */
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

/** Of a look at a workload: what stood there before, and when the attempt began. */
interface Standing {
  readonly object: JsonObject;
  readonly since?: number;
  readonly baseline: { readonly exists: boolean; readonly uid?: string; readonly conditions?: ConditionMarks };
}

/**
 * Whether a condition speaks of this rollout: it is newer than the attempt, or another one than stood there before.
 * A controller leaves the word of a rollout before in place until it has a new one.
 */
export function isOfPresent({ baseline, since, object }: Standing, owner: JsonObject, condition: JsonObject): boolean {
  if (!baseline.exists || baseline.uid !== stringAt(object, 'metadata', 'uid')) return true;
  const told = toldAt(condition);
  if (since !== undefined && told !== undefined && told >= since) return true;
  if (baseline.conditions !== undefined) return baseline.conditions[keyOf(owner, condition)] !== markOf(condition);
  return since === undefined || told === undefined;
}

/** When it was last told, which may be later than when it began. */
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
