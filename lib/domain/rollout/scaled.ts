import { healthy, type Seen, waiting } from './judgement.ts';
import { desiredReplicas } from './kubernetes-object.ts';
import type { KindReport } from './signal.ts';

/** Milliseconds. The executor is done by then, and what the observer sees may be a moment old. */
const grace = 30_000;

/** Of a scale: how many are asked for is what was asked for, and as its kind says they are ready. Whatever runs, it is not its affair. */
export function judgeScaled(look: Seen, ofKind: (look: Seen) => KindReport): KindReport {
  const asked = look.acting?.replicas ?? 0;
  const stands = desiredReplicas(look.object);
  if (stands !== asked) {
    const message = `${stands} replicas are asked for, and not ${asked}: somebody, or an autoscaler, has set another number`;
    const signal = { key: 'ReplicasNotSet', reason: 'ReplicasNotSet', message, grace, evidence: [] };
    return { signals: [signal], finding: waiting(signal.reason, message) };
  }
  const report = ofKind(look);
  if (report.finding.verdict !== 'healthy') return report;
  const warnings = (report.finding.warnings ?? []).filter((one) => !one.startsWith('nothing runs: '));
  const text =
    asked === 0 ? 'nothing runs any more, as asked for: 0 replicas' : `${asked} of ${asked} replicas are ready`;
  return { ...report, finding: healthy('Scaled', text, warnings) };
}
