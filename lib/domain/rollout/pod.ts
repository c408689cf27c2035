import { podSignals, unreadyEvidence } from './container-signal.ts';
import { done, isUnchanged, type Seen } from './counts.ts';
import { type Evidence, failing, waiting } from './judgement.ts';
import { conditionOf, nameOf, stringAt } from './kubernetes-object.ts';
import type { KindReport } from './signal.ts';

/** Phase Running alone is not enough: the condition Ready counts. A pod that may end is fine when it ended well. */
export function judgePod(look: Seen): KindReport {
  const { object, now } = look;
  const phase = stringAt(object, 'status', 'phase') ?? 'Pending';
  const restarts = stringAt(object, 'spec', 'restartPolicy') !== 'Never';
  if (phase === 'Failed') {
    const cause = stringAt(object, 'status', 'reason') ?? 'Failed';
    const message = `the pod ended in phase Failed: ${stringAt(object, 'status', 'message') ?? cause}`;
    const fact: Evidence = { kind: 'pod', name: nameOf(object), reason: cause, message };
    return { signals: [], finding: failing('PodFailed', message, [fact, ...unreadyEvidence([object])]) };
  }
  if (phase === 'Succeeded') return { signals: [], finding: done(look, 1, 1) };
  const signals = podSignals([object], { now, unchanged: isUnchanged(look), crashesAllowed: !restarts });
  if (phase === 'Running' && stringAt(conditionOf(object, 'Ready'), 'status') === 'True') {
    return { signals, finding: done(look, 1, 1) };
  }
  const finding = waiting('PodNotReady', `the pod is ${phase} and not ready`);
  return { signals, finding: { ...finding, evidence: unreadyEvidence([object]) } };
}
