import type { JsonObject } from '../json.ts';
import { listAt, numberAt, objectAt, stringAt, valueAt } from '../rollout/kubernetes-object.ts';
import type { TrafficSeen } from './steps-seen.ts';

/** An HTTPRoute of the Gateway API: https://gateway-api.sigs.k8s.io/reference/spec/#httproute. */

export interface Backends {
  /** The Service that is a backend in the rules. */
  readonly service: string;
  readonly canary: string;
}

/** The Gateway API's limit. */
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
 * The rules as before the canary: its share returns to the Service, no matter who set it. Weights are scaled down again
 * only if all weights of a rule are ours. Weights set by hand would be rounded, at worst to zero.
 */
export const rulesWithoutCanary = (route: JsonObject, backends: Backends): readonly JsonObject[] =>
  inRules(rulesOf(route), (refs) => {
    if (!refs.some((ref) => isBackend(ref, backends.canary))) return refs;
    const folded = foldedRefs(refs, backends);
    const isOurs = folded.every((ref) => weightOf(ref) % 100 === 0);
    return folded.map((ref) => ({ ...ref, weight: isOurs ? weightOf(ref) / 100 : weightOf(ref) }));
  });

/** Adds each canary backend to the Service's backend with its port, or to any. If there is none, it becomes one. */
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

/** Gives the canary a share of the Service's traffic in each rule. Other backends keep theirs. */
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

/** The canary's share in an HTTPRoute, and what its gateway reports about it. */
export const shareOfRoute = (route: JsonObject, backends: Backends): TrafficSeen => {
  const shares = rulesOf(route).flatMap((rule) => shareOfRule(listAt(rule, 'backendRefs'), backends));
  const share = shares.length === 0 ? 0 : Math.min(...shares);
  const isMixed = shares.some((one) => one !== share);
  const asked = isMixed ? -1 : share;
  const verdict = verdictOfParents(route);
  // If no share is requested for it, the rest does not matter.
  const isTold = verdict?.kind === 'pending' || (verdict !== undefined && asked !== 0);
  return isTold ? { ...verdict, share: asked } : { kind: 'stands', share: asked };
};

/** None if the rule gives nothing to either. */
const shareOfRule = (refs: readonly JsonObject[], { service, canary }: Backends): readonly number[] => {
  const [old, next] = [refs.filter((ref) => isBackend(ref, service)), refs.filter((ref) => isBackend(ref, canary))];
  const sum = (some: readonly JsonObject[]): number => some.reduce((all, ref) => all + weightOf(ref), 0);
  const both = sum(old) + sum(next);
  return both === 0 ? [] : [Math.round((sum(next) / both) * 100)];
};

const told: readonly string[] = ['Accepted', 'ResolvedRefs'];

/** If a gateway reports anything, it must be about the current state. */
const verdictOfParents = (route: JsonObject): Omit<TrafficSeen, 'share'> | undefined => {
  const generation = numberAt(route, 'metadata', 'generation');
  const conditions = listAt(route, 'status', 'parents').flatMap((parent) =>
    listAt(parent, 'conditions')
      .filter(({ type }) => told.includes(String(type)))
      .map((condition) => ({ condition, parent: stringAt(parent, 'parentRef', 'name') ?? 'its gateway' })),
  );
  const late = conditions.find(({ condition }) => isLate(condition, generation));
  if (late !== undefined) return { kind: 'pending', message: `waits for ${late.parent} to accept the weights` };
  const bad = conditions.find(({ condition }) => condition.status === 'False');
  if (bad === undefined) return undefined;
  const { type, reason, message } = bad.condition;
  return {
    kind: 'refused',
    message: `${bad.parent} does not accept the weights: ${type} is False, ${reason}: ${message}`,
  };
};

const isLate = (condition: JsonObject, generation: number): boolean => {
  const seen = valueAt(condition, 'observedGeneration');
  return typeof seen === 'number' && seen < generation;
};

/** The same object with different rules. */
export const withRules = (object: JsonObject, rules: readonly JsonObject[]): JsonObject => ({
  ...object,
  spec: { ...objectAt(object, 'spec'), rules: [...rules] },
});
