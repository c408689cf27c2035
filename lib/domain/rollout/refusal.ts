import type { JsonObject } from '../json.ts';
import { isOfPresent } from './condition.ts';
import type { Evidence, Seen } from './judgement.ts';
import { conditionOf, isDeleting, nameOf, stringAt } from './kubernetes-object.ts';
import type { Maker } from './maker.ts';
import type { KindReport, Signal } from './signal.ts';
import { about, evidenceOf, type WarningEvent } from './warning-event.ts';

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

/** Only this has to do with how many pods there are. */
const ofQuota = /quota/i;

/**
 * Quota, admission or pod security refuse the pods. That is final where no pod makes room. Where one does, the controller
 * tries again by itself, but only after as long as it has waited so far: so long it may take after the last pod has left. Pods that have
 * left before the first look make room too.
 */
export function refusalSignals(
  look: Seen,
  maker: Maker,
  warnings: readonly WarningEvent[],
): Pick<KindReport, 'signals' | 'timed'> {
  const refusal = byCondition(look, maker) ?? byEvent(look, maker, warnings) ?? byOldCondition(look, maker);
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
  if (maker.hasMadeRoom && !isPassing && ofQuota.test(refusal.message)) {
    return { signals: [afterLeaving(look, refusal)] };
  }
  const [key, grace] = isPassing ? ['ReplicaFailure/passing', passingGrace] : ['ReplicaFailure', finalGrace];
  return { signals: [signalOf(refusal, { key, grace })] };
}

const leavingKey = 'RefusedWhileLeaving';
const leftKey = 'RefusedAfterLeaving';

/** Without a beginning that was seen, the refusal's own counts. */
function afterLeaving({ now, previous }: Seen, refusal: Refusal, seen?: number): Signal {
  const left = previous?.first_seen[leftKey] ?? now;
  const began = seen ?? left;
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

/**
 * An event counts while pods are missing, and until a pod is made after it, or in the same second: an owner that is still
 * refused says so again.
 */
function byEvent({ view }: Seen, { missing, owner }: Maker, warnings: readonly WarningEvent[]): Refusal | undefined {
  if (missing <= 0) return undefined;
  const event = about(warnings, owner).find(({ reason }) => reason === 'FailedCreate');
  if (event === undefined || newestOf(view.pods) >= secondOf(event.last)) return undefined;
  const message = `pods of ${nameOf(owner)} are refused: ${event.message}`;
  return { message, evidence: [evidenceOf(event)], since: event.first };
}

const secondOf = (time: number): number => Math.floor(time / 1_000) * 1_000;

const newestOf = (pods: readonly JsonObject[]): number =>
  Math.max(0, ...pods.map((pod) => Date.parse(stringAt(pod, 'metadata', 'creationTimestamp') ?? '') || 0));

interface Spoken {
  readonly owner: JsonObject;
  readonly condition: JsonObject;
}

const byCondition = (look: Seen, maker: Maker): Refusal | undefined => {
  const present = conditionsOf(look, maker).find(({ owner, condition }) => isOfPresent(look, owner, condition));
  return present && refusalBy(present);
};

/** Of conditions the first is left, when none is of the present. */
const byOldCondition = (look: Seen, maker: Maker): Refusal | undefined => {
  if (maker.missing <= 0) return undefined;
  const [old] = conditionsOf(look, maker);
  return old && { ...refusalBy(old), isOld: true };
};

/** A Deployment repeats what any of its ReplicaSets says: it counts where none of them says it itself. */
function conditionsOf({ object, view }: Seen, maker: Maker): readonly Spoken[] {
  const isTold = view.revisions.some((one) => conditionOf(one, 'ReplicaFailure') !== undefined);
  const owners = isTold || maker.owner === object ? [maker.owner] : [maker.owner, object];
  return owners.flatMap((owner) => {
    const condition = conditionOf(owner, 'ReplicaFailure');
    return condition !== undefined && stringAt(condition, 'status') === 'True' ? [{ owner, condition }] : [];
  });
}

function refusalBy({ owner, condition }: Spoken): Refusal {
  const cause = stringAt(condition, 'reason') ?? 'FailedCreate';
  const message = `pods of ${nameOf(owner)} are refused: ${stringAt(condition, 'message') ?? cause}`;
  const since = Date.parse(stringAt(condition, 'lastTransitionTime') ?? '') || undefined;
  const evidence: readonly Evidence[] = [{ kind: 'condition', name: 'ReplicaFailure', reason: cause, message }];
  return { message, evidence, ...(since !== undefined && { since }) };
}
