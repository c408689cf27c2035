import { unreadyEvidence } from './container-signal.ts';
import { done } from './counts.ts';
import { type Evidence, failing, type Seen, waiting } from './judgement.ts';
import { kindReport } from './kind-report.ts';
import { isReady, nameOf, stringAt } from './kubernetes-object.ts';
import type { KindReport } from './signal.ts';

/** Phase Running alone is not enough: the condition Ready counts. A pod that may end is fine when it ended well. */
export function judgePod(look: Seen): KindReport {
  const { object } = look;
  const phase = stringAt(object, 'status', 'phase') ?? 'Pending';
  const restarts = stringAt(object, 'spec', 'restartPolicy') !== 'Never';
  if (phase === 'Failed') {
    const cause = stringAt(object, 'status', 'reason') ?? 'Failed';
    const message = `the pod ended in phase Failed: ${stringAt(object, 'status', 'message') ?? cause}`;
    const fact: Evidence = { kind: 'pod', name: nameOf(object), reason: cause, message };
    return { signals: [], finding: failing('PodFailed', message, [fact, ...unreadyEvidence([object])]) };
  }
  if (phase === 'Succeeded') return { signals: [], ...done(look, { ready: 1, desired: 1, pods: [] }) };
  const isUp = phase === 'Running' && isReady(object);
  const told = isUp
    ? done(look, { ready: 1, desired: 1, pods: [object] })
    : { finding: waiting('PodNotReady', `the pod is ${phase} and not ready`) };
  return kindReport(look, { pods: [object], crashesAllowed: !restarts }, told);
}
