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

/** What is in these is gone with them, and nobody can put it back. */
export const kept: readonly string[] = ['PersistentVolumeClaim', 'Namespace', 'CustomResourceDefinition'];

/** What a target has beside what is wanted. Hooks of earlier attempts are no objects of a release. */
export interface Leftovers {
  readonly objects: readonly KubernetesObject[];
  readonly hooks: readonly KubernetesObject[];
}

/** By our label, of the kinds that the target has or had. Those that somebody else's controller has made are not ours. */
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

/** Whether a leftover is deleted: where that is asked for, and nothing is lost with it. */
export const isPruned = ({ settings }: Pick<Work, 'settings'>, one: KubernetesObject): boolean =>
  settings.prune === true && !kept.includes(String(one.kind));

/** Deletes what the release has not any more, where that is asked for; gives what is to be told of the rest. */
export const prune = async (work: Work, wanted: Wanted): Promise<readonly string[]> => {
  if (!wanted.isWhole) return [];
  try {
    const { objects, hooks } = await findLeftovers(work, wanted);
    const pruned = objects.filter((one) => isPruned(work, one));
    const warnings = await each([...pruned, ...hooks], (one) => removed(work, one));
    const left = objects.filter((one) => !isPruned(work, one));
    return [...warnings.flatMap((warning) => warning ?? []), ...leftWarning(left)];
  } catch (error) {
    // All is applied: what cannot be looked for is told, and no reason to take it back.
    if (!isFlotillaError(error, 'ClusterUnavailable') || error.details.status !== 403) throw error;
    return [`What this release has not any more was not looked for: ${error.message}`];
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
  return [`No longer in the manifests, and left in the cluster: ${names.join(', ')}${more}.`];
};
