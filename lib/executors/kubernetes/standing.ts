import type { JsonObject } from '../../domain/json.ts';
import { objectTitle } from '../../domain/manifests/manifest-object.ts';
import { annotations, claimPrefix, fieldManager, ownerOf } from '../../domain/manifests/marks.ts';
import { addressOf } from '../../domain/manifests/object-address.ts';
import type { KubernetesObject, RunRequest } from '../../domain/ports.ts';
import { isDeleting, listAt, objectAt, stringAt } from '../../domain/rollout/kubernetes-object.ts';
import { type Advance, failed, running } from './advance-result.ts';
import { each, type Standing, type WantedObject, type Work } from './work.ts';

/** Reads what exists under these names. */
export const readStanding = ({ objects }: Work, wanted: readonly WantedObject[]): Promise<readonly Standing[]> =>
  each(wanted, async (one) => ({ wanted: one, live: await objects.get(addressOf(one.object)) }));

export const markOf = (object: KubernetesObject | undefined, name: keyof typeof annotations): string | undefined =>
  stringAt(object, 'metadata', 'annotations', annotations[name]);

const fenceOf = (object: KubernetesObject | undefined): number => Number(markOf(object, 'fence') ?? 0);

/** This attempt has applied it, and it is ours. An apply that was interrupted while creating it is repeated. */
export const isApplied = ({ key }: RunRequest, live: KubernetesObject | undefined): boolean =>
  markOf(live, 'attempt') === key && isOurs(live);

const isOurs = (live: KubernetesObject | undefined): boolean => {
  const owners = listAt(live, 'metadata', 'managedFields');
  const isMade = owners.every(({ manager }) => !String(manager).startsWith(claimPrefix));
  return isMade && owners.some(({ manager, operation }) => manager === fieldManager && operation === 'Apply');
};

/** Whether it restores a release in place of a deployment. */
export const isRestore = ({ key }: Pick<RunRequest, 'key'>): boolean => key.endsWith('-restore');

export const isOfAttempt = ({ key }: RunRequest, live: KubernetesObject | undefined): boolean =>
  markOf(live, 'attempt') === key;

export const isOfBatch = ({ batch_id }: RunRequest, live: KubernetesObject | undefined): boolean =>
  markOf(live, 'batch') === batch_id;

/** Whether a later attempt has changed it. */
export const isLater = ({ at, key }: RunRequest, live: KubernetesObject | undefined): boolean => {
  const fence = fenceOf(live);
  return fence > at || (fence === at && markOf(live, 'attempt') !== key);
};

export const isOfOwner = ({ deployment }: RunRequest, live: KubernetesObject | undefined): boolean => {
  const { target, workload } = ownerOf(deployment);
  return markOf(live, 'target') === target && markOf(live, 'workload') === workload;
};

/**
 * The object's owner and the attempt's owner, in words that tell them apart. Undefined if the object is ours or
 * nobody's.
 */
export const ownerInTheWay = (
  request: RunRequest,
  live: KubernetesObject,
): { readonly theirs: string; readonly ours: string } | undefined => {
  const theirs = markOf(live, 'target');
  if (theirs === undefined || isOfOwner(request, live)) return undefined;
  const { target: ours, workload } = ownerOf(request.deployment);
  if (theirs !== ours) return { theirs, ours };
  const other = markOf(live, 'workload') ?? 'an unknown workload';
  return { theirs: `${theirs} (${other})`, ours: `${ours} (${workload})` };
};

/** Why these must not be changed, or not yet; undefined if they may. */
export const refusalOf = ({ request }: Work, standing: readonly Standing[]): Advance | undefined => {
  for (const { live } of standing) {
    if (live === undefined) continue;
    const title = objectTitle(live);
    const other = ownerInTheWay(request, live);
    if (other !== undefined) {
      const message = `${title} is deployed as ${other.theirs}, so ${other.ours} does not change it. Rename one of the two.`;
      return failed('ObjectOfAnother', message);
    }
    if (markOf(live, 'target') !== undefined && isLater(request, live)) {
      const message = `${title} was changed by a later attempt, ${markOf(live, 'attempt')}. It was left unchanged.`;
      return failed('OvertakenByLater', message);
    }
  }
  const leaving = standing.find(({ live }) => live !== undefined && isDeleting(live));
  return leaving === undefined ? undefined : running(`waits until ${objectTitle(leaving.wanted.object)} is gone`);
};

/** Adds the object's identity, so that it is applied to no other object and no other version. */
export const onto = (object: JsonObject, live: KubernetesObject | undefined): JsonObject => {
  if (live === undefined) return object;
  const { uid, resourceVersion } = objectAt(live, 'metadata');
  return { ...object, metadata: { ...objectAt(object, 'metadata'), uid: uid!, resourceVersion: resourceVersion! } };
};
