import { objectTitle } from '../../../domain/manifests/manifest-object.ts';
import { labels } from '../../../domain/manifests/marks.ts';
import { addressOf } from '../../../domain/manifests/object-address.ts';
import { ownedObject } from '../../../domain/manifests/owned-object.ts';
import type { KubernetesObject } from '../../../domain/ports.ts';
import { isDeleting, labelOf, stringAt } from '../../../domain/rollout/kubernetes-object.ts';
import { canaryName } from '../../../domain/strategy/canary-name.ts';
import { goneBack, isOfSteps, studied, trafficMark } from '../../../domain/strategy/canary-object.ts';
import type { TrafficSeen } from '../../../domain/strategy/steps-seen.ts';
import { uidIn } from '../doomed.ts';
import { isPassing } from '../refusals.ts';
import { isOfOwner, markOf, onto } from '../standing.ts';
import { mostTries, type Work } from '../work.ts';
import { type Moving, named, readTraffic, returnTraffic, titleOfTraffic } from './traffic.ts';

export type TakenBack =
  /** What stays without traffic, for study. */
  | { readonly kind: 'back'; readonly kept: readonly string[] }
  /** The next look goes on with it. */
  | { readonly kind: 'waits'; readonly message: string }
  /** The traffic stays with the canary, for there is nothing else that could take it. */
  | { readonly kind: 'held'; readonly message: string }
  /** Why not all of it could be taken back. */
  | { readonly kind: 'problem'; readonly message: string };

/**
 * Takes a canary back using only its own annotations and labels. The traffic goes first, until the objects and the
 * gateway show it. Then one pod stays, or none. If the pods share the traffic, removing them takes it back.
 */
export const takeBack = async (
  work: Work,
  canary: KubernetesObject,
  { keep }: { readonly keep: boolean },
): Promise<TakenBack> => {
  const moving = movingOf(canary);
  const open = await takeTraffic(work, moving);
  const isSettled = open?.kind === 'waits' && markOf(canary, 'step') === goneBack && !open.isMoved;
  if (open !== undefined && !isSettled) return open;
  if (moving.mark.by === 'replicas' || !keep) return removeCanary(work, canary, moving);
  return isDeleting(canary) ? { kind: 'back', kept: [] } : keepOne(work, canary);
};

const movingOf = (canary: KubernetesObject): Moving => ({
  mark: trafficMark(canary),
  namespace: stringAt(canary, 'metadata', 'namespace') ?? '',
  kind: { kind: labelOf(canary, labels.track) === 'green' ? 'blue_green' : 'canary' },
});

interface Open {
  readonly kind: 'waits';
  readonly message: string;
  /** Moved in this look. */
  readonly isMoved: boolean;
}

/**
 * Undefined if all traffic that was ours to give is with the workload, and an earlier look or the gateway has seen
 * that.
 */
export const takeTraffic = async (
  work: Work,
  moving: Moving,
): Promise<Open | Extract<TakenBack, { readonly kind: 'problem' }> | undefined> => {
  const title = titleOfTraffic(moving);
  let isMoved = false;
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const read = await readTraffic(work, moving);
    if (read?.live === undefined) return undefined;
    const { seen, live } = read;
    if (isBack(moving, seen)) {
      if (seen.kind === 'pending') return { kind: 'waits', message: seen.message ?? title, isMoved };
      return isMoved ? { kind: 'waits', message: `${title} gives all traffic to the workload`, isMoved } : undefined;
    }
    const answer = await returnTraffic(work, moving, live);
    isMoved ||= answer.kind === 'applied';
    if (answer.kind !== 'refused' && answer.kind !== 'conflict') continue;
    const message = `the traffic could not be taken back, ${title}: ${answer.message}`;
    if (answer.kind === 'refused' && isPassing(answer)) return { kind: 'waits', message, isMoved };
    return { kind: 'problem', message };
  }
  return { kind: 'waits', message: `${title} keeps being changed by others`, isMoved };
};

/** A Service that somebody else points elsewhere is theirs. */
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
  // The Deployment is how it is found, so that goes last.
  const own = isOwn ? [service, canary] : [canary];
  for (const one of own) {
    const answer = await work.objects.remove(addressOf(one), uidIn(one));
    if (answer.kind !== 'refused') continue;
    const message = `${objectTitle(one)} could not be deleted: ${answer.message}`;
    return { kind: isPassing(answer) ? 'waits' : 'problem', message };
  }
  return { kind: 'back', kept: [] };
};

const keepOne = async (work: Work, canary: KubernetesObject): Promise<TakenBack> => {
  const kept = [objectTitle(canary)];
  let live: KubernetesObject | undefined = canary;
  for (let tries = 1; tries <= mostTries; tries += 1) {
    if (live === undefined) return { kind: 'back', kept: [] };
    const owned = ownedObject(live);
    if (owned === undefined || markOf(live, 'step') === goneBack) return { kind: 'back', kept };
    work.touched = true;
    const answer = await work.objects.apply(onto(named(studied(owned), live), live), { force: true });
    if (answer.kind === 'refused' && isPassing(answer)) return { kind: 'waits', message: answer.message };
    if (answer.kind !== 'moved') return { kind: 'back', kept };
    live = await work.objects.get(addressOf(canary));
  }
  return { kind: 'back', kept };
};
