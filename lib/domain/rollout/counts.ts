import type { JsonObject } from '../json.ts';
import { revisionOf } from './baseline.ts';
import { describeImages } from './expected-image.ts';
import { type Finding, healthy, type Seen, waiting } from './judgement.ts';
import { isReady, numberAt, stringAt } from './kubernetes-object.ts';
import { type KindReport, lasted } from './signal.ts';
import { steadyFinding } from './steady.ts';

/** Until the controller has seen the newest spec, all counts are from the old rollout. */
export function generationFinding(object: JsonObject): Finding | undefined {
  const generation = numberAt(object, 'metadata', 'generation');
  const observed = numberAt(object, 'status', 'observedGeneration');
  if (observed >= generation && observed > 0) return undefined;
  return waiting(
    'GenerationNotObserved',
    `the controller has seen generation ${observed}; generation ${generation} is the current one`,
  );
}

/** A ladder of steps: the first one short of its count is what is awaited. */
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

/** Nothing started, because the requested state was already there: same object and revision as the baseline. */
export function isUnchanged(look: Seen): boolean {
  const { baseline, object, view, workload } = look;
  return (
    baseline.exists &&
    baseline.revision !== undefined &&
    baseline.uid === stringAt(object, 'metadata', 'uid') &&
    baseline.revision === revisionOf(workload, view)
  );
}

/** A cluster counts nodes, and an autoscaler replicas, some seconds after a new object appears. */
const nothingAsked = { key: 'NothingAsked', milliseconds: 15_000 } as const;

interface Counted {
  /** Of the new revision. */
  readonly ready: number;
  readonly desired: number;
  /** Absent for kinds whose pods are not read, and for a pod that has succeeded. */
  readonly pods?: readonly JsonObject[];
  readonly warnings?: readonly string[];
}

/**
 * All counts are reached. That is a success if the pods confirm it. A deployment that changed nothing says so, and so
 * does one of zero replicas.
 */
export function done(look: Seen, counted: Counted): Pick<KindReport, 'finding' | 'timed'> {
  const { ready, desired, pods = [], warnings = [] } = counted;
  const unproven = unseenFinding(look, counted) ?? steadyFinding(look, pods);
  if (unproven !== undefined) return { finding: { ...unproven, ...(warnings.length > 0 && { warnings }) } };
  const image = describeImages(look, look.object);
  const none = desired === 0 ? [`nothing runs: ${look.workload.name} has 0 of 0 replicas`] : [];
  const text = `${ready} of ${desired} replicas are ready with ${image}`;
  const all = [...none, ...warnings];
  if (desired === 0 && mayStillGrow(look)) {
    const { key, milliseconds } = nothingAsked;
    const seconds = milliseconds / 1_000;
    const finding = waiting(key, `no replicas are requested yet: 0 counts once it lasts for ${seconds} s`);
    return lasted(look, key) < milliseconds
      ? { finding, timed: [key] }
      : { finding: healthy('RolledOut', text, all), timed: [key] };
  }
  return isUnchanged(look)
    ? { finding: healthy('AlreadyRunning', `${text}, of the same revision as before`, all) }
    : { finding: healthy('RolledOut', text, all) };
}

/** A new object, or a DaemonSet whose nodes are being recounted. */
const mayStillGrow = (look: Seen): boolean =>
  look.workload.kind === 'daemonset'
    ? !isUnchanged(look)
    : !look.baseline.exists || look.baseline.uid !== stringAt(look.object, 'metadata', 'uid');

/**
 * Object and pod streams are not synchronised: pods that the workload counts must be seen before their containers can
 * be judged.
 */
function unseenFinding({ view }: Seen, { ready, pods }: Counted): Finding | undefined {
  if (view.watched !== true || pods === undefined) return undefined;
  const seen = pods.filter(isReady).length;
  if (seen >= ready) return undefined;
  return waiting('PodsNotSeen', `${ready} pods of the new revision count as ready; ${seen} seen so far`);
}
