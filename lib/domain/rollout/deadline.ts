import { isOfPresent } from './condition.ts';
import { type Evidence, type Finding, failing, type Seen } from './judgement.ts';
import { conditionOf, nameOf, numberAt, stringAt } from './kubernetes-object.ts';
import { currentReplicaSet } from './revision.ts';
import { type KindReport, lasted } from './signal.ts';

/** The controller's default deadline, in seconds. */
const usualSeconds = 600;
const key = 'DeadlineOfBefore';

/**
 * Whether a Deployment or a Rollout has exceeded its progress deadline. When an older revision is put back, the
 * previous rollout's condition stays until there is progress, and nothing renews it if there is none. A lack of
 * progress for as long then counts as exceeded too.
 */
export function deadlineReport(look: Seen, pending: Finding): Pick<KindReport, 'finding' | 'timed'> {
  const { object } = look;
  const condition = conditionOf(object, 'Progressing');
  if (condition === undefined || stringAt(condition, 'reason') !== 'ProgressDeadlineExceeded')
    return { finding: pending };
  const said = stringAt(condition, 'message') ?? 'the deployment exceeded its progress deadline';
  if (isOfPresent(look, object, condition) && !namesOther(look, said)) return { finding: exceeded(said, said) };
  const seconds = numberAt(object, 'spec', 'progressDeadlineSeconds') || usualSeconds;
  const isLate = lasted(look, key) >= seconds * 1_000;
  const message = `no progress for ${seconds} s, the progress deadline; an earlier rollout had exceeded it: ${said}`;
  return { finding: isLate ? exceeded(message, said) : pending, timed: [key] };
}

/**
 * `ReplicaSet "web-7d4" has timed out progressing.`: the deadline may pass while the pipeline that puts another one
 * back is running.
 */
function namesOther({ object, view }: Seen, said: string): boolean {
  const named = /ReplicaSet "([^"]+)"/.exec(said)?.[1];
  const current = currentReplicaSet(object, view.revisions);
  return current !== undefined && nameOf(current) !== named && view.revisions.some((one) => nameOf(one) === named);
}

function exceeded(message: string, said: string): Finding {
  const reason = 'ProgressDeadlineExceeded';
  const fact: Evidence = { kind: 'condition', name: 'Progressing', reason, message: said };
  return failing(reason, message, [fact]);
}
