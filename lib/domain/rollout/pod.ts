import { unreadyEvidence } from './container-signal.ts';
import { done } from './counts.ts';
import { type Evidence, type Finding, failing, type Seen, waiting } from './judgement.ts';
import { kindReport } from './kind-report.ts';
import { isReady, nameOf, stringAt } from './kubernetes-object.ts';
import type { KindReport } from './signal.ts';

/**
 * Phase Running alone is not enough: the condition Ready counts. A pod that is not restarted has work to finish, like a
 * Job (Argo CD's rule too): it is fine once it has succeeded.
 */
export function judgePod(look: Seen): KindReport {
  const { object } = look;
  const phase = stringAt(object, 'status', 'phase') ?? 'Pending';
  const policy = stringAt(object, 'spec', 'restartPolicy') ?? 'Always';
  if (phase === 'Failed') {
    const cause = stringAt(object, 'status', 'reason') ?? 'Failed';
    const message = `the pod ended in phase Failed: ${stringAt(object, 'status', 'message') ?? cause}`;
    const fact: Evidence = { kind: 'pod', name: nameOf(object), reason: cause, message };
    return { signals: [], finding: failing('PodFailed', message, [fact, ...unreadyEvidence([object])]) };
  }
  if (phase === 'Succeeded') return { signals: [], ...done(look, { ready: 1, desired: 1 }) };
  const isUp = phase === 'Running' && isReady(object);
  const told =
    isUp && policy === 'Always'
      ? done(look, { ready: 1, desired: 1, pods: [object] })
      : { finding: pending(phase, isUp) };
  return kindReport(look, { pods: [object], crashesAllowed: policy === 'Never' }, told);
}

const pending = (phase: string, isUp: boolean): Finding =>
  isUp
    ? waiting('PodRunning', 'the pod runs; it is not restarted when it ends, so it is done once it has succeeded')
    : waiting('PodNotReady', `the pod is ${phase} and not ready`);
