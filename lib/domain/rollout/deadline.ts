import { isOfPresent } from './condition.ts';
import { type Evidence, type Finding, failing, type Seen } from './judgement.ts';
import { conditionOf, numberAt, stringAt } from './kubernetes-object.ts';
import { type KindReport, lasted } from './signal.ts';

/** The controller's own deadline when none is written down, in seconds. */
const usualSeconds = 600;
const key = 'DeadlineOfBefore';

/**
 * Whether a Deployment has exceeded its progress deadline. When an older revision is put back, the word of the rollout before
 * stays until there is progress, and nobody says it anew when there is none: then what lasts as long has exceeded it too.
 */
export function deadlineReport(look: Seen, pending: Finding): Pick<KindReport, 'finding' | 'timed'> {
  const { object } = look;
  const condition = conditionOf(object, 'Progressing');
  if (condition === undefined || stringAt(condition, 'reason') !== 'ProgressDeadlineExceeded')
    return { finding: pending };
  const said = stringAt(condition, 'message') ?? 'the deployment exceeded its progress deadline';
  if (isOfPresent(look, object, condition)) return { finding: exceeded(said, said) };
  const seconds = numberAt(object, 'spec', 'progressDeadlineSeconds') || usualSeconds;
  const isLate = lasted(look, key) >= seconds * 1_000;
  const message = `no progress for ${seconds} s, the progress deadline; it was exceeded before this deployment too: ${said}`;
  return { finding: isLate ? exceeded(message, said) : pending, timed: [key] };
}

function exceeded(message: string, said: string): Finding {
  const reason = 'ProgressDeadlineExceeded';
  const fact: Evidence = { kind: 'condition', name: 'Progressing', reason, message: said };
  return failing(reason, message, [fact]);
}
