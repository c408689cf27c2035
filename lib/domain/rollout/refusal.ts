import type { JsonObject } from '../json.ts';
import { isOfPresent } from './condition.ts';
import type { Evidence, Seen } from './judgement.ts';
import { conditionOf, isDeleting, nameOf, stringAt } from './kubernetes-object.ts';
import type { KindReport, Signal } from './signal.ts';

/** Who makes the pods of the new revision. */
export interface Maker {
  /** The object that says so when its pods are refused. */
  readonly owner: JsonObject;
  /** Pods that serve now will be taken away and may make room. Those that are on their way out are seen anyway. */
  readonly mayMakeRoom?: boolean;
}

interface Refusal {
  readonly message: string;
  readonly evidence: readonly Evidence[];
  /** Since when, in milliseconds since 1970. */
  readonly since?: number;
  /** It was told before the attempt began, and was not taken back since. */
  readonly isOld?: true;
}

/** Nothing makes room: some ten tries of the controller, which begins with pauses of milliseconds. */
const finalGrace = 2_000;
/** A webhook or a store that does not answer is back a moment later, or is not. */
const passingGrace = 60_000;
/** A controller waits no longer than this between two tries (1,000 s in client-go). */
const longestPause = 1_000_000;
const slack = 10_000;

const passing =
  /failed calling webhook|failed to call webhook|time[d ]*out|deadline exceeded|connection re(?:fused|set)|etcdserver|unavailable|try again/i;

/**
 * Quota, admission or pod security refuse the pods. That is final where no pod makes room. Where one does, the controller
 * tries again by itself, but only after as long as it has waited so far: so long it may take after the last pod has left.
 */
export function refusalSignals(look: Seen, maker: Maker): Pick<KindReport, 'signals' | 'timed'> {
  const refusal = refusalOf(look, maker);
  if (refusal === undefined) return { signals: [] };
  if (refusal.isOld) {
    const more = 'as it was before this deployment; the controller tries again by itself';
    return { signals: [signalOf(refusal, { key: 'RefusedBefore', grace: longestPause + slack, more })] };
  }
  if (maker.mayMakeRoom || look.view.pods.some(isDeleting)) {
    const more = 'pods that leave may make room';
    return { signals: [signalOf(refusal, { key: leavingKey, grace: Number.POSITIVE_INFINITY, more })] };
  }
  const began = look.previous?.first_seen[leavingKey];
  if (began !== undefined) return { signals: [afterLeaving(look, refusal, began)], timed: [leavingKey] };
  const isPassing = passing.test(refusal.message);
  const [key, grace] = isPassing ? ['ReplicaFailure/passing', passingGrace] : ['ReplicaFailure', finalGrace];
  return { signals: [signalOf(refusal, { key, grace })] };
}

const leavingKey = 'RefusedWhileLeaving';
const leftKey = 'RefusedAfterLeaving';

function afterLeaving({ now, previous }: Seen, refusal: Refusal, began: number): Signal {
  const left = previous?.first_seen[leftKey] ?? now;
  const waited = left - Math.min(began, refusal.since ?? began);
  const grace = Math.min(waited, longestPause) + slack;
  const more = `pods have left since, and the controller tries again within ${Math.ceil(grace / 1_000)} s`;
  return signalOf(refusal, { key: leftKey, grace, more });
}

interface Weight {
  readonly key: string;
  readonly grace: number;
  /** What is to be said beside. */
  readonly more?: string;
}

const signalOf = ({ message, evidence }: Refusal, { key, grace, more }: Weight): Signal => ({
  ...{ key, grace, evidence, reason: 'ReplicaFailure' },
  message: more === undefined ? message : `${message} (${more})`,
});

function refusalOf(look: Seen, { owner }: Maker): Refusal | undefined {
  const told = speakers(look, owner).flatMap((speaker) => {
    const condition = conditionOf(speaker, 'ReplicaFailure');
    return condition !== undefined && stringAt(condition, 'status') === 'True' ? [{ speaker, condition }] : [];
  });
  const present = told.find(({ speaker, condition }) => isOfPresent(look, speaker, condition));
  if (present !== undefined) return byCondition(present.speaker, present.condition);
  const [old] = told;
  return old === undefined ? undefined : { ...byCondition(old.speaker, old.condition), isOld: true };
}

/** A Deployment repeats what any of its ReplicaSets says: it counts where none of them says it itself. */
function speakers({ object, view }: Seen, owner: JsonObject): readonly JsonObject[] {
  const isTold = view.revisions.some((one) => conditionOf(one, 'ReplicaFailure') !== undefined);
  return isTold || owner === object ? [owner] : [owner, object];
}

function byCondition(owner: JsonObject, condition: JsonObject): Refusal {
  const cause = stringAt(condition, 'reason') ?? 'FailedCreate';
  const message = `pods of ${nameOf(owner)} are refused: ${stringAt(condition, 'message') ?? cause}`;
  const since = Date.parse(stringAt(condition, 'lastTransitionTime') ?? '') || undefined;
  const evidence: readonly Evidence[] = [{ kind: 'condition', name: 'ReplicaFailure', reason: cause, message }];
  return { message, evidence, ...(since !== undefined && { since }) };
}
