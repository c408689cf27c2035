import { healthy, type Seen, waiting } from './judgement.ts';
import { desiredReplicas } from './kubernetes-object.ts';
import type { KindReport } from './signal.ts';

/** Milliseconds. The executor has finished by then, and the observer may be a moment behind. */
const grace = 30_000;

/**
 * For a scale: the requested number is set, and that many replicas are ready by the kind's own rules. The image does
 * not matter.
 */
export function judgeScaled(look: Seen, ofKind: (look: Seen) => KindReport): KindReport {
  const asked = look.acting?.replicas ?? 0;
  const stands = desiredReplicas(look.object);
  if (stands !== asked) {
    const message = `${stands} replicas are set instead of ${asked}: somebody, or an autoscaler, changed the number`;
    const signal = { key: 'ReplicasNotSet', reason: 'ReplicasNotSet', message, grace, evidence: [] };
    return { signals: [signal], finding: waiting(signal.reason, message) };
  }
  const report = ofKind(look);
  if (report.finding.verdict !== 'healthy') return report;
  const warnings = (report.finding.warnings ?? []).filter((one) => !one.startsWith('nothing runs: '));
  const text =
    asked === 0 ? 'nothing runs any more, as requested: 0 replicas' : `${asked} of ${asked} replicas are ready`;
  return { ...report, finding: healthy('Scaled', text, warnings) };
}
