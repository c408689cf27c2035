import type { JsonObject } from '../../../domain/json.ts';
import { objectTitle } from '../../../domain/manifests/manifest-object.ts';
import { annotations } from '../../../domain/manifests/marks.ts';
import { ownedObject } from '../../../domain/manifests/owned-object.ts';
import type { Applied, KubernetesObject, ObjectAddress } from '../../../domain/ports.ts';
import { objectAt, stringAt } from '../../../domain/rollout/kubernetes-object.ts';
import { canaryName, suffixOf } from '../../../domain/strategy/canary-name.ts';
import type { TrafficMark } from '../../../domain/strategy/canary-object.ts';
import { rulesWithoutCanary, rulesWithShare, shareOfRoute, withRules } from '../../../domain/strategy/route-weights.ts';
import type { TrafficSeen } from '../../../domain/strategy/steps-seen.ts';
import type { Strategy } from '../../../domain/strategy/strategy.ts';
import { mayTakeOver } from '../refusals.ts';
import { onto } from '../standing.ts';
import type { Work } from '../work.ts';

/** What moves a canary's traffic, and how the canary differs from the workload there. */
export interface Moving {
  readonly mark: TrafficMark;
  readonly namespace: string;
  readonly kind: Pick<Strategy, 'kind'>;
}

type Moved = Exclude<TrafficMark, { readonly by: 'replicas' }>;

const addressOf = (mark: Moved, namespace: string): ObjectAddress =>
  mark.by === 'route'
    ? { api_version: mark.api_version, kind: 'HTTPRoute', namespace, name: mark.route }
    : { api_version: 'v1', kind: 'Service', namespace, name: mark.service };

const backendsOf = ({ service }: Moved, kind: Moving['kind']) => ({ service, canary: canaryName(service, kind) });

/** How much traffic the objects give to the canary now, and what was read for that. Undefined if the pods share it. */
export const readTraffic = async (
  work: Work,
  { mark, namespace, kind }: Moving,
): Promise<{ readonly seen: TrafficSeen; readonly live?: KubernetesObject } | undefined> => {
  if (mark.by === 'replicas') return undefined;
  const address = addressOf(mark, namespace);
  const live = await work.objects.get(address);
  if (live === undefined)
    return { seen: { kind: 'refused', share: 0, message: `${address.kind} ${namespace}/${address.name} is gone` } };
  if (mark.by === 'route') return { seen: shareOfRoute(live, backendsOf(mark, kind)), live };
  return { seen: { kind: 'stands', share: shareOfService(live, mark) }, live };
};

const shareOfService = (live: KubernetesObject, mark: Extract<Moved, { readonly by: 'service' }>): number => {
  const value = stringAt(live, 'spec', 'selector', mark.label);
  if (value === mark.value) return 0;
  return value?.startsWith(`${mark.value}-`) === true ? 100 : -1;
};

/**
 * Gives the canary that share, in the version that was read. Everything else in the object stays. Its mark of the
 * applying attempt is removed: it is applied as a whole later.
 */
export const shiftTraffic = async (
  work: Work,
  { mark, namespace, kind }: Moving,
  { share, live, first }: { readonly share: number; readonly live: KubernetesObject; readonly first: JsonObject },
): Promise<Applied> => {
  if (mark.by === 'replicas') return { kind: 'applied', object: live };
  const base = unmarked(ownedObject(live) ?? first);
  const made = shifted(base, { mark, namespace, kind }, share);
  if ('problem' in made) return { kind: 'refused', status: 422, reason: 'Invalid', message: made.problem };
  work.touched = true;
  const object = onto(named(made.object, live), live);
  const answer = await work.objects.apply(object);
  if (answer.kind !== 'conflict' || !mayTakeOver(work.settings.take_over, answer.conflicts)) return answer;
  return work.objects.apply(object, { force: true });
};

const shifted = (
  base: JsonObject,
  { mark, kind }: Moving,
  share: number,
): { readonly object: JsonObject } | { readonly problem: string } => {
  if (mark.by === 'replicas') return { object: base };
  if (mark.by === 'service') {
    const value = share === 100 ? `${mark.value}-${suffixOf(kind)}` : mark.value;
    return { object: withSelector(base, mark.label, value) };
  }
  const made = rulesWithShare(base, backendsOf(mark, kind), share);
  return 'problem' in made ? made : { object: withRules(base, made.rules) };
};

/**
 * Returns all traffic to the workload, no matter who owns the field by now. If the pods share it there is nothing to
 * write.
 */
export const returnTraffic = async (work: Work, { mark, kind }: Moving, live: KubernetesObject): Promise<Applied> => {
  if (mark.by === 'replicas') return { kind: 'applied', object: live };
  const base = ownedObject(live) ?? {};
  const made =
    mark.by === 'service'
      ? withSelector(base, mark.label, mark.value)
      : withRules(base, rulesWithoutCanary(live, backendsOf(mark, kind)));
  work.touched = true;
  return work.objects.apply(onto(named(made, live), live), { force: true });
};

const withSelector = (base: JsonObject, label: string, value: string): JsonObject => ({
  ...base,
  spec: { ...objectAt(base, 'spec'), selector: { ...objectAt(base, 'spec', 'selector'), [label]: value } },
});

/** With its identity, which is not an owned field. */
export const named = (object: JsonObject, live: KubernetesObject): JsonObject => ({
  ...object,
  ...{ apiVersion: live.apiVersion!, kind: live.kind! },
  metadata: {
    ...objectAt(object, 'metadata'),
    name: stringAt(live, 'metadata', 'name') ?? '',
    namespace: stringAt(live, 'metadata', 'namespace') ?? '',
  },
});

/** It is not applied as a whole yet, and this attempt's mark would say that it is. */
const unmarked = (object: JsonObject): JsonObject => {
  const { [annotations.attempt]: _, [annotations.fence]: __, ...kept } = objectAt(object, 'metadata', 'annotations');
  return { ...object, metadata: { ...objectAt(object, 'metadata'), annotations: kept } };
};

export const titleOfTraffic = ({ mark, namespace }: Moving): string =>
  mark.by === 'replicas' ? 'its pods' : titleAt(addressOf(mark, namespace));

const titleAt = ({ kind, name, namespace }: ObjectAddress): string =>
  objectTitle({ kind, metadata: { name, namespace: namespace ?? '' } });
