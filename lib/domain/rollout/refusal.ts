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
  /** It was reported before the attempt began and has not been withdrawn since. */
  readonly isOld?: true;
}

/** If nothing makes room: about ten tries of the controller, which starts with pauses of milliseconds. */
const finalGrace = 2_000;
/** A webhook or a store that does not answer is either back in a moment, or not at all. */
const passingGrace = 60_000;
/** A controller never waits longer than this between two tries (1,000 s in client-go). */
const longestPause = 1_000_000;
const slack = 10_000;

const passing =
  /failed calling webhook|failed to call webhook|time[d ]*out|deadline exceeded|connection re(?:fused|set)|etcdserver|unavailable|try again/i;

/** Only quota depends on how many pods there are. */
const ofQuota = /quota/i;

/**
 * Quota, admission or pod security refuse the pods. That is final if no pod makes room. If one does, the controller
 * retries by itself, but only after as long as it has waited so far. So it may take that long after the last pod has
 * left. Pods that left before the first look count too.
 */
export function refusalSignals(
  look: Seen,
  maker: Maker,
  warnings: readonly WarningEvent[],
): Pick<KindReport, 'signals' | 'timed'> {
  const refusal = byCondition(look, maker) ?? byEvent(look, maker, warnings) ?? byOldCondition(look, maker);
  if (refusal === undefined) return { signals: [] };
  if (refusal.isOld) {
    const more = 'as before this deployment; the controller retries by itself';
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

/** If the beginning was not seen, the refusal's own time counts. */
function afterLeaving({ now, previous }: Seen, refusal: Refusal, seen?: number): Signal {
  const left = previous?.first_seen[leftKey] ?? now;
  const began = seen ?? left;
  const waited = left - Math.min(began, refusal.since ?? began);
  const grace = Math.min(waited, longestPause) + slack;
  const more = `pods have left since, and the controller retries within ${Math.ceil(grace / 1_000)} s`;
  return signalOf(refusal, { key: leftKey, grace, more });
}

interface Weight {
  readonly key: string;
  readonly grace: number;
  /** An additional remark. */
  readonly more?: string;
}

const signalOf = ({ message, evidence }: Refusal, { key, grace, more }: Weight): Signal => ({
  ...{ key, grace, evidence, reason: 'ReplicaFailure' },
  message: more === undefined ? message : `${message} (${more})`,
});

/**
 * An event counts while pods are missing, until a pod is created after it or in the same second: an owner that is still
 * refused repeats it.
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

/** If no condition is current, the first one remains. */
const byOldCondition = (look: Seen, maker: Maker): Refusal | undefined => {
  if (maker.missing <= 0) return undefined;
  const [old] = conditionsOf(look, maker);
  return old && { ...refusalBy(old), isOld: true };
};

/** A Deployment repeats what its ReplicaSets say. It counts only if none of them says it itself. */
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
