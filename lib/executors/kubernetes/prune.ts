import { isFlotillaError } from '../../domain/errors.ts';
import { kindOrder } from '../../domain/manifests/kind-order.ts';
import { objectKey, objectTitle } from '../../domain/manifests/manifest-object.ts';
import { ownerLabels } from '../../domain/manifests/mark-object.ts';
import { ownerOf } from '../../domain/manifests/marks.ts';
import { addressOf } from '../../domain/manifests/object-address.ts';
import { hookOf } from '../../domain/manifests/render-manifests.ts';
import type { KubernetesObject } from '../../domain/ports.ts';
import { isDeleting, listAt, stringAt } from '../../domain/rollout/kubernetes-object.ts';
import { isOfSteps } from '../../domain/strategy/canary-object.ts';
import { ofAttempt } from './hooks.ts';
import { readInventory } from './inventory.ts';
import { isLater, isOfOwner } from './standing.ts';
import { each, type Wanted, type Work } from './work.ts';

/** Their contents would be lost with them, and nobody could restore them. */
export const kept: readonly string[] = ['PersistentVolumeClaim', 'Namespace', 'CustomResourceDefinition'];

/** What a target has beyond what is wanted. Hooks of earlier attempts are not part of a release. */
export interface Leftovers {
  readonly objects: readonly KubernetesObject[];
  readonly hooks: readonly KubernetesObject[];
}

/**
 * Finds objects by our label, among the kinds that the target has or had. Objects made by somebody else's controller
 * are not ours.
 */
export const findLeftovers = async (work: Work, wanted: Wanted): Promise<Leftovers> => {
  const { places } = await readInventory(work);
  const labels = ownerLabels(ownerOf(work.request.deployment));
  const lists = await each(places, (place) => work.objects.list({ ...place, labels }));
  const hooks = [...wanted.before, ...wanted.after].map((hook) => ofAttempt(work.request, hook));
  const names = new Set([...wanted.objects, ...hooks].map(({ object }) => objectKey(object)));
  const found = lists.flat().filter((one) => {
    const isMade = listAt(one, 'metadata', 'ownerReferences').length > 0;
    return isOfOwner(work.request, one) && !isLater(work.request, one) && !isMade && !names.has(objectKey(one));
  });
  return {
    objects: found
      .filter((one) => hookOf(one) === undefined && !isDeleting(one) && !isOfSteps(one))
      .sort((one, other) => kindOrder(String(other.kind)) - kindOrder(String(one.kind))),
    hooks: found.filter((one) => hookOf(one) !== undefined),
  };
};

/** Whether a leftover is deleted: if that is requested, and nothing is lost with it. */
export const isPruned = ({ settings }: Pick<Work, 'settings'>, one: KubernetesObject): boolean =>
  settings.prune === true && !kept.includes(String(one.kind));

/** Deletes objects that the release no longer has, if that is requested. Returns warnings about the others. */
export const prune = async (work: Work, wanted: Wanted): Promise<readonly string[]> => {
  if (!wanted.isWhole) return [];
  try {
    const { objects, hooks } = await findLeftovers(work, wanted);
    const pruned = objects.filter((one) => isPruned(work, one));
    const warnings = await each([...pruned, ...hooks], (one) => removed(work, one));
    const left = objects.filter((one) => !isPruned(work, one));
    return [...warnings.flatMap((warning) => warning ?? []), ...leftWarning(left)];
  } catch (error) {
    // Everything is applied. A failed search is reported, but no reason to take it back.
    if (!isFlotillaError(error, 'ClusterUnavailable') || error.details.status !== 403) throw error;
    return [`Objects that this release no longer has could not be searched for: ${error.message}`];
  }
};

const removed = async (work: Work, one: KubernetesObject): Promise<string | undefined> => {
  work.touched = true;
  const end = await work.objects.remove(addressOf(one), stringAt(one, 'metadata', 'uid') ?? '');
  return end.kind === 'refused' ? `${objectTitle(one)} was not deleted: ${end.message}` : undefined;
};

const mostTold = 20;

const leftWarning = (left: readonly KubernetesObject[]): readonly string[] => {
  if (left.length === 0) return [];
  const names = left.slice(0, mostTold).map(objectTitle);
  const more = left.length > mostTold ? ` and ${left.length - mostTold} more` : '';
  return [`No longer in the manifests but left in the cluster: ${names.join(', ')}${more}.`];
};
