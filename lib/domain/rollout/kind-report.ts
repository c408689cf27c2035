import type { JsonObject } from '../json.ts';
import { podSignals, unreadyEvidence } from './container-signal.ts';
import { isUnchanged } from './counts.ts';
import type { Finding, Seen } from './judgement.ts';
import { hasEnded, stringAt } from './kubernetes-object.ts';
import { type Maker, refusalSignals } from './refusal.ts';
import type { KindReport, Signal } from './signal.ts';

/** Who takes part in a rollout of some kind. */
export interface Cast {
  /** The pods of the new revision. */
  readonly pods: readonly JsonObject[];
  /** Who makes them, and is told when they are refused. */
  readonly maker?: Maker;
  /** What only this kind has to say, such as a condition of its own. */
  readonly signals?: readonly Signal[];
  /** The owner counts its failures itself (a Job by its backoffLimit): crashes are its own affair. */
  readonly crashesAllowed?: boolean;
}

/** A kind's finding with all that its pods say: what fails or holds it up, and why they are not ready yet. */
export function kindReport(look: Seen, cast: Cast, told: Pick<KindReport, 'finding' | 'timed'>): KindReport {
  const pods = cast.pods.filter((pod) => !hasEnded(pod));
  const { crashesAllowed = false, maker, signals = [] } = cast;
  const ofPods = podSignals(pods, {
    ...{ now: look.now, previous: look.previous, before: look.baseline.image, crashesAllowed },
    tolerance: look.settings?.crash_tolerance,
    isOld: isOlder(look),
  });
  const refused = maker === undefined ? undefined : refusalSignals(look, maker);
  const timed = [...(told.timed ?? []), ...(refused?.timed ?? [])];
  return {
    signals: [...ofPods, ...(refused?.signals ?? []), ...signals],
    finding: explained(told.finding, pods),
    ...(timed.length > 0 && { timed }),
  };
}

/** Which pods are as they were before: all where nothing changed, else those that the attempt found. */
function isOlder(look: Seen): (pod: JsonObject) => boolean {
  const { since } = look;
  const unchanged = isUnchanged(look);
  return (pod) => unchanged || (since !== undefined && createdAt(pod) < since);
}

/** The end of the second that the cluster wrote down. A pod without it is new. */
const createdAt = (pod: JsonObject): number =>
  (Date.parse(stringAt(pod, 'metadata', 'creationTimestamp') ?? '') || Number.POSITIVE_INFINITY) + 999;

function explained(finding: Finding, pods: readonly JsonObject[]): Finding {
  if (finding.verdict === 'healthy') return finding;
  return { ...finding, evidence: [...(finding.evidence ?? []), ...unreadyEvidence(pods)] };
}
