import type { JsonObject } from '../json.ts';
import { revisionOf } from './baseline.ts';
import { describeImages } from './expected-image.ts';
import { type Finding, healthy, type Look, waiting } from './judgement.ts';
import { numberAt, stringAt } from './kubernetes-object.ts';

/** A look at a workload that exists. */
export interface Seen extends Look {
  readonly object: JsonObject;
}

/** Until the controller has seen the newest spec, every count is still the old rollout's. */
export function generationFinding(object: JsonObject): Finding | undefined {
  const generation = numberAt(object, 'metadata', 'generation');
  const observed = numberAt(object, 'status', 'observedGeneration');
  if (observed >= generation && observed > 0) return undefined;
  return waiting(
    'GenerationNotObserved',
    `the controller has seen generation ${observed}; generation ${generation} is the current one`,
  );
}

/** Steps of a ladder: the first that has fewer than it needs is what is waited for. */
export interface Step {
  readonly reason: string;
  readonly have: number;
  readonly need: number;
  readonly text: string;
}

export function firstShort(steps: readonly Step[]): Finding | undefined {
  const step = steps.find(({ have, need }) => have < need);
  return step && waiting(step.reason, `${step.have} of ${step.need} ${step.text}`);
}

/** Nothing began, because what was asked for stood there already: the very object and revision of the baseline. */
export function isUnchanged(look: Seen): boolean {
  const { baseline, object, view, workload } = look;
  return (
    baseline.exists &&
    baseline.revision !== undefined &&
    baseline.uid === stringAt(object, 'metadata', 'uid') &&
    baseline.revision === revisionOf(workload, view)
  );
}

/** Success; a deployment that changed nothing says so, and one of nothing too. */
export function done(look: Seen, ready: number, desired: number, warnings: readonly string[] = []): Finding {
  const image = describeImages(look, look.object);
  const none = desired === 0 ? [`nothing runs: 0 of 0 replicas of ${look.workload.name} are asked for`] : [];
  const text = `${ready} of ${desired} replicas are ready with ${image}`;
  return isUnchanged(look)
    ? healthy('AlreadyRunning', `nothing changed: ${text}, as before the deployment`, [...none, ...warnings])
    : healthy('RolledOut', text, [...none, ...warnings]);
}
