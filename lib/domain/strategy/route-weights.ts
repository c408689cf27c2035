import type { JsonObject } from '../json.ts';
import { listAt, numberAt, objectAt, stringAt, valueAt } from '../rollout/kubernetes-object.ts';
import type { TrafficSeen } from './steps-seen.ts';

/** An HTTPRoute of the Gateway API: https://gateway-api.sigs.k8s.io/reference/spec/#httproute. */

export interface Backends {
  /** The Service that the rules have as a backend. */
  readonly service: string;
  readonly canary: string;
}

/** The most that the Gateway API takes. */
const mostWeight = 1_000_000;

const isBackend = (ref: JsonObject, name: string): boolean =>
  stringAt(ref, 'name') === name && (ref.kind ?? 'Service') === 'Service' && (ref.group ?? '') === '';

const weightOf = (ref: JsonObject): number => (typeof ref.weight === 'number' ? ref.weight : 1);

const inRules = (
  rules: readonly JsonObject[],
  change: (refs: readonly JsonObject[]) => readonly JsonObject[],
): readonly JsonObject[] =>
  rules.map((rule) =>
    Array.isArray(rule.backendRefs) ? { ...rule, backendRefs: change(listAt(rule, 'backendRefs')) } : rule,
  );

const rulesOf = (route: JsonObject): readonly JsonObject[] => listAt(route, 'spec', 'rules');

/**
 * The rules as they were before there was a canary: its share goes to the Service again, whoever has set it. Weights are made small again
 * only where all of a rule are as we have made them: what somebody has set by hand would be rounded, to nothing at worst.
 */
export const rulesWithoutCanary = (route: JsonObject, backends: Backends): readonly JsonObject[] =>
  inRules(rulesOf(route), (refs) => {
    if (!refs.some((ref) => isBackend(ref, backends.canary))) return refs;
    const folded = foldedRefs(refs, backends);
    const isOurs = folded.every((ref) => weightOf(ref) % 100 === 0);
    return folded.map((ref) => ({ ...ref, weight: isOurs ? weightOf(ref) / 100 : weightOf(ref) }));
  });

/** Each of the canary's goes to that of the Service with its port, or to any; where there is none, it becomes one. */
const foldedRefs = (refs: readonly JsonObject[], { service, canary }: Backends): readonly JsonObject[] => {
  const folded = refs.filter((ref) => !isBackend(ref, canary));
  for (const share of refs.filter((ref) => isBackend(ref, canary))) {
    const own = folded.filter((ref) => isBackend(ref, service));
    const to = own.find((ref) => ref.port === share.port) ?? own[0];
    if (to === undefined) folded.push({ ...share, name: service });
    else folded[folded.indexOf(to)] = { ...to, weight: weightOf(to) + weightOf(share) };
  }
  return folded;
};

/** The rules with a share of the traffic of the Service for the canary. Other backends of a rule keep theirs. */
export const rulesWithShare = (
  route: JsonObject,
  backends: Backends,
  share: number,
): { readonly rules: readonly JsonObject[] } | { readonly problem: string } => {
  const before = rulesWithoutCanary(route, backends);
  const all = before.flatMap((rule) => listAt(rule, 'backendRefs'));
  if (!all.some((ref) => isBackend(ref, backends.service)))
    return { problem: `has no backend that is the Service ${backends.service}` };
  if (!all.some((ref) => isBackend(ref, backends.service) && weightOf(ref) > 0))
    return { problem: `gives the Service ${backends.service} no traffic: its weight is 0 in each rule` };
  if (all.some((ref) => weightOf(ref) * 100 > mostWeight))
    return { problem: 'has weights over 10000, which cannot be divided' };
  const rules = inRules(before, (refs) => {
    if (!refs.some((ref) => isBackend(ref, backends.service))) return refs;
    return refs.flatMap((ref) => {
      const weight = weightOf(ref);
      if (!isBackend(ref, backends.service)) return [{ ...ref, weight: weight * 100 }];
      return [
        { ...ref, weight: weight * (100 - share) },
        { ...ref, name: backends.canary, weight: weight * share },
      ];
    });
  });
  return { rules };
};

/** What an HTTPRoute says of the canary's share, and what its gateway says of that. */
export const shareOfRoute = (route: JsonObject, backends: Backends): TrafficSeen => {
  const shares = rulesOf(route).flatMap((rule) => shareOfRule(listAt(rule, 'backendRefs'), backends));
  const share = shares.length === 0 ? 0 : Math.min(...shares);
  const isMixed = shares.some((one) => one !== share);
  const asked = isMixed ? -1 : share;
  const verdict = verdictOfParents(route);
  // Where nothing is asked for it, it does not matter what becomes of the rest.
  const isTold = verdict?.kind === 'pending' || (verdict !== undefined && asked !== 0);
  return isTold ? { ...verdict, share: asked } : { kind: 'stands', share: asked };
};

/** None where the rule gives nothing to either. */
const shareOfRule = (refs: readonly JsonObject[], { service, canary }: Backends): readonly number[] => {
  const [old, next] = [refs.filter((ref) => isBackend(ref, service)), refs.filter((ref) => isBackend(ref, canary))];
  const sum = (some: readonly JsonObject[]): number => some.reduce((all, ref) => all + weightOf(ref), 0);
  const both = sum(old) + sum(next);
  return both === 0 ? [] : [Math.round((sum(next) / both) * 100)];
};

const told: readonly string[] = ['Accepted', 'ResolvedRefs'];

/** Where a gateway says anything, it has to be of what stands there now. */
const verdictOfParents = (route: JsonObject): Omit<TrafficSeen, 'share'> | undefined => {
  const generation = numberAt(route, 'metadata', 'generation');
  const conditions = listAt(route, 'status', 'parents').flatMap((parent) =>
    listAt(parent, 'conditions')
      .filter(({ type }) => told.includes(String(type)))
      .map((condition) => ({ condition, parent: stringAt(parent, 'parentRef', 'name') ?? 'its gateway' })),
  );
  const late = conditions.find(({ condition }) => isLate(condition, generation));
  if (late !== undefined) return { kind: 'pending', message: `waits until ${late.parent} has taken the weights` };
  const bad = conditions.find(({ condition }) => condition.status === 'False');
  if (bad === undefined) return undefined;
  const { type, reason, message } = bad.condition;
  return {
    kind: 'refused',
    message: `${bad.parent} does not take the weights: ${type} is False, ${reason}: ${message}`,
  };
};

const isLate = (condition: JsonObject, generation: number): boolean => {
  const seen = valueAt(condition, 'observedGeneration');
  return typeof seen === 'number' && seen < generation;
};

/** With other rules; all else is as it is. */
export const withRules = (object: JsonObject, rules: readonly JsonObject[]): JsonObject => ({
  ...object,
  spec: { ...objectAt(object, 'spec'), rules: [...rules] },
});
