import type { JsonObject } from '../../../domain/json.ts';
import { objectTitle } from '../../../domain/manifests/manifest-object.ts';
import { objectAt } from '../../../domain/rollout/kubernetes-object.ts';
import { type SelectorTurn, selectorTurn } from '../../../domain/strategy/selector-turn.ts';
import type { Standing } from '../work.ts';

/** The objects that get their new selector in that phase. */
export const selectingAt = (
  turn: SelectorTurn,
  standing: readonly Standing[],
  whole: JsonObject,
): readonly Standing[] => {
  const main = standing.find(({ wanted }) => wanted.isWorkload === true);
  if (main?.live === undefined) return [];
  const labelsOf = (workload: JsonObject): JsonObject => objectAt(workload, 'spec', 'template', 'metadata', 'labels');
  const pods = { old: labelsOf(main.live), next: labelsOf(whole) };
  return standing.filter(({ wanted, live }) => selectorTurn(wanted.object, live, pods) === turn);
};

/** Why a release cannot take over step by step, because of what selects its pods. The end of a sentence. */
export const selectorProblem = (standing: readonly Standing[], whole: JsonObject): string | undefined => {
  const [one] = selectingAt('never', standing, whole);
  if (one === undefined) return undefined;
  return `${objectTitle(one.wanted.object)} selects either the old pods or the new ones; deploy this once with at_once: true`;
};
