import type { JsonObject } from '../json.ts';
import { listAt, objectAt } from '../rollout/kubernetes-object.ts';

/** Labels of a workload's pods. */
export interface PodLabels {
  /** As they run now. */
  readonly old: JsonObject;
  /** As the release wants them. */
  readonly next: JsonObject;
}

/**
 * When a selector of the workload's pods gets its new value. `first`: before the steps, because the new selector also
 * matches the old pods. `last`: after the workload, because it does not, while the current selector matches both.
 * `never`: each selector matches only one half.
 */
export type SelectorTurn = 'first' | 'last' | 'never';

export const selectorTurn = (wanted: JsonObject, live: JsonObject | undefined, pods: PodLabels): SelectorTurn => {
  const selector = selectorOf(wanted);
  if (live === undefined || selector === undefined) return 'first';
  if (!selects(selector, pods.next) || selects(selector, pods.old)) return 'first';
  const now = selectorOf(live) ?? {};
  return selects(now, pods.old) && !selects(now, pods.next) ? 'never' : 'last';
};

/** Undefined if it selects no pods, or uses more than label values. */
const selectorOf = (object: JsonObject): JsonObject | undefined => {
  if (object.kind === 'Service') return objectAt(object, 'spec', 'selector');
  if (object.kind !== 'NetworkPolicy' || listAt(object, 'spec', 'podSelector', 'matchExpressions').length > 0)
    return undefined;
  return objectAt(object, 'spec', 'podSelector', 'matchLabels');
};

/**
 * Without labels, a Service selects no pod. A NetworkPolicy then selects all pods, which is the same for old and new.
 */
const selects = (selector: JsonObject, pods: JsonObject): boolean => {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([name, value]) => pods[name] === value);
};
