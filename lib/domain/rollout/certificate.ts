import { conventionFinding, describe } from './conventions.ts';
import { isUnchanged } from './counts.ts';
import { type Evidence, failing, healthy, type Seen, waiting } from './judgement.ts';
import { conditionOf, stringAt } from './kubernetes-object.ts';
import type { KindReport } from './signal.ts';

/**
 * A cert-manager Certificate has no image. It is deployed once its controller has seen the newest spec, has nothing
 * left to issue, and says that the Secret holds what the spec asks for. After a failed attempt, cert-manager waits for
 * an hour, so that is the end.
 */
export function judgeCertificate(look: Seen): KindReport {
  const { object, since = 0 } = look;
  const issuing = conditionOf(object, 'Issuing');
  const at = Date.parse(stringAt(issuing, 'lastTransitionTime') ?? '');
  // Times are in whole seconds: whatever happened in the second of the attempt belongs to it.
  const isOfThisTime = Number.isNaN(at) || at + 999 >= since;
  const ready = conditionOf(object, 'Ready');
  const hasFailed = stringAt(issuing, 'status') === 'False' && stringAt(issuing, 'reason') === 'Failed';
  if (issuing !== undefined && hasFailed && isOfThisTime && stringAt(ready, 'status') !== 'True') {
    const message = `the certificate was not issued: ${describe(issuing)}`;
    const fact: Evidence = { kind: 'condition', name: 'Issuing', reason: 'Failed', message };
    return { signals: [], finding: failing('CertificateNotIssued', message, [fact]) };
  }
  const finding = conventionFinding(object);
  if (finding.verdict !== 'healthy') {
    const isSilent = finding.reason === 'NoRule';
    return { signals: [], finding: isSilent ? waiting('StatusAwaited', 'it has no condition Ready yet') : finding };
  }
  const until = stringAt(object, 'status', 'notAfter');
  const text = `the certificate is issued${until === undefined ? '' : `, valid until ${until}`}: ${finding.message}`;
  return {
    signals: [],
    finding: isUnchanged(look)
      ? healthy('AlreadyRunning', `nothing changed: ${text}, as before the deployment`)
      : healthy('CertificateIssued', text),
  };
}
