import { objectTitle } from '../../../domain/manifests/manifest-object.ts';
import { ownerLabels } from '../../../domain/manifests/mark-object.ts';
import { labels, ownerOf } from '../../../domain/manifests/marks.ts';
import { addressOf } from '../../../domain/manifests/object-address.ts';
import { ownedObject } from '../../../domain/manifests/owned-object.ts';
import { apiKindOf } from '../../../domain/manifests/workload-object.ts';
import type { KubernetesObject } from '../../../domain/ports.ts';
import { isDeleting, labelOf, objectAt, stringAt } from '../../../domain/rollout/kubernetes-object.ts';
import { canaryName } from '../../../domain/strategy/canary-name.ts';
import { goneBack, isOfSteps, studied, trafficMark } from '../../../domain/strategy/canary-object.ts';
import type { TrafficSeen } from '../../../domain/strategy/steps-seen.ts';
import { uidIn } from '../doomed.ts';
import { isLater, isOfOwner, markOf, onto } from '../standing.ts';
import { mostTries, type Work } from '../work.ts';
import { type Moving, readTraffic, returnTraffic, titleOfTraffic } from './traffic.ts';

/** Canaries of this owner that stand there, of whichever attempt, but for those of a later one. */
export const findCanaries = async (work: Work): Promise<readonly KubernetesObject[]> => {
  const { workload } = work.request.deployment;
  const found = await work.objects.list({
    ...apiKindOf({ kind: 'deployment' })!,
    namespace: workload.namespace,
    labels: ownerLabels(ownerOf(work.request.deployment)),
  });
  return found.filter(
    (one) => isOfSteps(one) && isOfOwner(work.request, one) && !isDeleting(one) && !isLater(work.request, one),
  );
};

export interface TakenBack {
  /** What stays, to be studied. */
  readonly kept: readonly string[];
  /** Why not all of it could be taken back. */
  readonly problem?: string;
}

/**
 * Takes a canary back by what is written on it alone: the traffic first, until what stands there says so; then one pod of it stays, or
 * nothing. Where the pods share the traffic, it is taken back by their removal.
 */
export const takeBack = async (
  work: Work,
  canary: KubernetesObject,
  { keep }: { readonly keep: boolean },
): Promise<TakenBack> => {
  const moving = movingOf(canary);
  const problem = await takeTraffic(work, moving);
  if (problem !== undefined) return { kept: [objectTitle(canary)], problem };
  if (moving.mark.by === 'replicas' || !keep) return removeCanary(work, canary, moving);
  return keepOne(work, canary);
};

const movingOf = (canary: KubernetesObject): Moving => ({
  mark: trafficMark(canary),
  namespace: stringAt(canary, 'metadata', 'namespace') ?? '',
  kind: { kind: labelOf(canary, labels.track) === 'green' ? 'blue_green' : 'canary' },
});

/** Undefined where all of it is with the workload, as far as it was ours to give. */
const takeTraffic = async (work: Work, moving: Moving): Promise<string | undefined> => {
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const read = await readTraffic(work, moving);
    if (read?.live === undefined || isBack(moving, read.seen)) return undefined;
    const answer = await returnTraffic(work, moving, read.live);
    if (answer.kind === 'refused' || answer.kind === 'conflict')
      return `the traffic could not be taken back, ${titleOfTraffic(moving)}: ${answer.message}`;
  }
  return `the traffic could not be taken back: ${titleOfTraffic(moving)} is changed by others all the time`;
};

/** A Service that somebody else has led elsewhere is theirs. */
const isBack = ({ mark }: Moving, seen: TrafficSeen): boolean =>
  seen.share === 0 || (mark.by === 'service' && seen.share < 0);

const removeCanary = async (
  work: Work,
  canary: KubernetesObject,
  { mark, kind, namespace }: Moving,
): Promise<TakenBack> => {
  work.touched = true;
  const service =
    mark.by === 'replicas'
      ? undefined
      : await work.objects.get({ api_version: 'v1', kind: 'Service', namespace, name: canaryName(mark.service, kind) });
  const isOwn = service !== undefined && isOfOwner(work.request, service) && isOfSteps(service);
  // It is found by its Deployment: that goes last.
  const own = isOwn ? [service, canary] : [canary];
  for (const one of own) {
    const answer = await work.objects.remove(addressOf(one), uidIn(one));
    if (answer.kind === 'refused')
      return { kept: [objectTitle(one)], problem: `${objectTitle(one)} could not be deleted: ${answer.message}` };
  }
  return { kept: [] };
};

const keepOne = async (work: Work, canary: KubernetesObject): Promise<TakenBack> => {
  const kept = [objectTitle(canary)];
  let live: KubernetesObject | undefined = canary;
  for (let tries = 1; tries <= mostTries; tries += 1) {
    if (live === undefined || markOf(live, 'step') === goneBack) return { kept: live === undefined ? [] : kept };
    const owned = ownedObject(live);
    if (owned === undefined) return { kept };
    work.touched = true;
    const { apiVersion, kind } = canary;
    const { name, namespace } = objectAt(live, 'metadata');
    const object = { ...studied(owned), apiVersion: apiVersion!, kind: kind! };
    const whole = { ...object, metadata: { ...objectAt(object, 'metadata'), name: name!, namespace: namespace! } };
    const answer = await work.objects.apply(onto(whole, live), { force: true });
    if (answer.kind !== 'moved') return { kept };
    live = await work.objects.get(addressOf(canary));
  }
  return { kept };
};
