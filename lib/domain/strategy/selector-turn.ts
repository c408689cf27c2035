import type { JsonObject } from '../json.ts';
import { listAt, objectAt } from '../rollout/kubernetes-object.ts';

/** Labels of the pods of a workload. */
export interface PodLabels {
  /** As they run now. */
  readonly old: JsonObject;
  /** As the release wants them. */
  readonly next: JsonObject;
}

/**
 * When what selects the pods of a workload gets its new selector. `first`: before the steps, because it selects the old pods too. `last`:
 * after the workload, because it does not, while the selector of now selects old and new ones. `never`: each of the two selects one half.
 */
export type SelectorTurn = 'first' | 'last' | 'never';

export const selectorTurn = (wanted: JsonObject, live: JsonObject | undefined, pods: PodLabels): SelectorTurn => {
  const selector = selectorOf(wanted);
  if (live === undefined || selector === undefined) return 'first';
  if (!selects(selector, pods.next) || selects(selector, pods.old)) return 'first';
  const now = selectorOf(live) ?? {};
  return selects(now, pods.old) && !selects(now, pods.next) ? 'never' : 'last';
};

/** Undefined of what selects no pods, or by more than the values of labels. */
const selectorOf = (object: JsonObject): JsonObject | undefined => {
  if (object.kind === 'Service') return objectAt(object, 'spec', 'selector');
  if (object.kind !== 'NetworkPolicy' || listAt(object, 'spec', 'podSelector', 'matchExpressions').length > 0)
    return undefined;
  return objectAt(object, 'spec', 'podSelector', 'matchLabels');
};

/** Without any label a Service selects no pod. That a NetworkPolicy then selects all is the same for old and new ones. */
const selects = (selector: JsonObject, pods: JsonObject): boolean => {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([name, value]) => pods[name] === value);
};
