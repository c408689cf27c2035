import { isUnchanged } from './counts.ts';
import { describeImages } from './expected-image.ts';
import { healthy, type Seen } from './judgement.ts';
import type { KindReport } from './signal.ts';
import { objectFinding } from './standard-objects.ts';

/** Any other object: by its row among the standard objects, else by the conventions of the API. */
export function judgeCustomObject(look: Seen): KindReport {
  const { object, workload } = look;
  const finding = objectFinding(object, workload.resource);
  if (finding.verdict !== 'healthy') return { signals: [], finding };
  const images = describeImages(look, object);
  const text = images === '' ? finding.message : `${finding.message}, with ${images}`;
  return {
    signals: [],
    finding: isUnchanged(look)
      ? healthy('AlreadyRunning', `nothing changed: ${text}, as before the deployment`, finding.warnings)
      : healthy(finding.reason, text, finding.warnings),
  };
}
