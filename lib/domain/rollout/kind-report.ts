import type { JsonObject } from '../json.ts';
import { podSignals, unreadyEvidence } from './container-signal.ts';
import { isUnchanged, type Seen } from './counts.ts';
import type { Finding } from './judgement.ts';
import { stringAt } from './kubernetes-object.ts';
import type { KindReport, Signal } from './signal.ts';

/** Who takes part in a rollout of some kind. */
export interface Cast {
  /** The pods of the new revision. */
  readonly pods: readonly JsonObject[];
  /** What only this kind has to say, such as a condition of its own. */
  readonly signals?: readonly Signal[];
  /** The owner counts its failures itself (a Job by its backoffLimit): crashes are its own affair. */
  readonly crashesAllowed?: boolean;
}

/** A kind's finding with all that its pods say: what fails or holds it up, and why they are not ready yet. */
export function kindReport(look: Seen, cast: Cast, finding: Finding): KindReport {
  const pods = cast.pods.filter((pod) => !hasEnded(pod));
  const { crashesAllowed = false, signals = [] } = cast;
  const ofPods = podSignals(pods, { now: look.now, unchanged: isUnchanged(look), crashesAllowed });
  return { signals: [...ofPods, ...signals], finding: explained(finding, pods) };
}

/** Evicted, preempted, or of a node that was shut down: its kind replaces it, and it speaks of nothing present. */
const hasEnded = (pod: JsonObject): boolean => ['Failed', 'Succeeded'].includes(stringAt(pod, 'status', 'phase') ?? '');

function explained(finding: Finding, pods: readonly JsonObject[]): Finding {
  if (finding.verdict === 'healthy') return finding;
  return { ...finding, evidence: [...(finding.evidence ?? []), ...unreadyEvidence(pods)] };
}
