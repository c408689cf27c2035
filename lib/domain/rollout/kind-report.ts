import type { JsonObject } from '../json.ts';
import { podSignals, unreadyEvidence } from './container-signal.ts';
import { isUnchanged } from './counts.ts';
import type { Finding, Seen } from './judgement.ts';
import { hasEnded, stringAt } from './kubernetes-object.ts';
import { makerOf } from './maker.ts';
import { refusalSignals } from './refusal.ts';
import type { KindReport, Signal } from './signal.ts';
import { tellingWarning } from './telling-warning.ts';
import { type WarningEvent, warningsOf } from './warning-event.ts';

/** What takes part in a kind's rollout. */
export interface Cast {
  /** The pods of the new revision. */
  readonly pods: readonly JsonObject[];
  /** Signals specific to this kind, such as one of its own conditions. */
  readonly signals?: readonly Signal[];
  /** The owner counts failures itself (a Job by its backoffLimit): crashes are its business. */
  readonly crashesAllowed?: boolean;
}

/**
 * A kind's finding plus everything from its pods and their events: what fails or delays it, whether pods are refused,
 * and why they are not ready yet.
 */
export function kindReport(look: Seen, cast: Cast, told: Pick<KindReport, 'finding' | 'timed'>): KindReport {
  const pods = cast.pods.filter((pod) => !hasEnded(pod));
  const { crashesAllowed = false, signals = [] } = cast;
  const warnings = warningsOf(look);
  const ofPods = podSignals(pods, {
    ...{ now: look.now, previous: look.previous, before: imagesBefore(look), crashesAllowed, warnings },
    tolerance: look.settings?.crash_tolerance,
    isOld: isOlder(look),
  });
  const maker = makerOf(look, cast.pods);
  const refused = maker === undefined ? undefined : refusalSignals(look, maker, warnings);
  const timed = [...(told.timed ?? []), ...(refused?.timed ?? [])];
  return {
    signals: [...ofPods, ...(refused?.signals ?? []), ...signals],
    finding: explained(told.finding, pods, warnings),
    ...(timed.length > 0 && { timed }),
  };
}

const imagesBefore = ({ baseline: { image, images = {} } }: Seen): readonly string[] => [
  ...(image === undefined ? [] : [image]),
  ...Object.values(images),
];

/** Which pods are unchanged: all if nothing changed, otherwise those that existed before the attempt. */
function isOlder(look: Seen): (pod: JsonObject) => boolean {
  const { since, acting } = look;
  // Pods that a scale adds are new, although the revision stays the same.
  const unchanged = isUnchanged(look) && acting === undefined;
  return (pod) => unchanged || (since !== undefined && createdAt(pod) < since);
}

/** The end of the second that the cluster recorded. A pod without it is new. */
const createdAt = (pod: JsonObject): number =>
  (Date.parse(stringAt(pod, 'metadata', 'creationTimestamp') ?? '') || Number.POSITIVE_INFINITY) + 999;

function explained(finding: Finding, pods: readonly JsonObject[], warnings: readonly WarningEvent[]): Finding {
  if (finding.verdict === 'healthy') return finding;
  const telling = tellingWarning(pods, warnings);
  return {
    ...finding,
    message: telling === undefined ? finding.message : `${finding.message}; ${telling}`,
    evidence: [...(finding.evidence ?? []), ...unreadyEvidence(pods)],
  };
}
