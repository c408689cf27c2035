import type { JsonObject } from '../../domain/json.ts';
import { cleanObject } from '../../domain/manifests/clean-object.ts';
import { kindOrder } from '../../domain/manifests/kind-order.ts';
import { objectKey, objectTitle } from '../../domain/manifests/manifest-object.ts';
import { ownerLabels } from '../../domain/manifests/mark-object.ts';
import { ownerOf } from '../../domain/manifests/marks.ts';
import { addressOf } from '../../domain/manifests/object-address.ts';
import { apiKindOf } from '../../domain/manifests/workload-object.ts';
import type { KubernetesObject, Removed } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import { isDeleting, listAt } from '../../domain/rollout/kubernetes-object.ts';
import { type Advance, aborted, failed, running } from './advance-result.ts';
import { textOfObjects, withoutMarks } from './before.ts';
import { noteDoomed, readDoomed, uidIn } from './doomed.ts';
import { readInventory } from './inventory.ts';
import { forgetApplied } from './keep-applied.ts';
import { kept } from './prune.ts';
import { failureOfRight } from './refusals.ts';
import { isLater, isOfOwner, markOf, ownerInTheWay } from './standing.ts';
import { isStopped } from './stop-mark.ts';
import { each, type Work } from './work.ts';

/**
 * Takes the delete of a release as far as it comes now: kind after kind, what others need last. What stands there tells how far it is, so
 * whoever finds it begun goes on, and what is not there is deleted. What somebody makes anew meanwhile is left alone: the verdict tells it.
 */
export const advanceDelete = async (work: Work): Promise<Advance> => {
  const doomed = await readDoomed(work);
  const found = (await findRelease(work)).filter((one) => doomed === undefined || doomed.has(uidIn(one)));
  const refusal = refusalOfDelete(work, found);
  if (refusal !== undefined) return refusal;
  const mine = found.filter((one) => !kept.includes(String(one.kind)));
  const isBegun = await isKept(work);
  // What is half gone goes on: nobody wants it so.
  if (!isBegun && mine.length > 0 && (await isStopped(work))) return aborted;
  work.touched ||= isBegun;
  if (!isBegun) await keepWhole(work, mine);
  if (doomed === undefined) await noteDoomed(work, found);
  const end = await removeAll(work, mine);
  if (end !== undefined) return end;
  await forgetApplied(work);
  return { phase: 'succeeded', warnings: keptWarning(found.filter((one) => kept.includes(String(one.kind)))) };
};

/** The workload, whoever made it, and all that has our label; not what a controller has made of these, which goes with them. */
export const findRelease = async (work: Work): Promise<readonly KubernetesObject[]> => {
  const { workload } = work.request.deployment;
  const { places } = await readInventory(work);
  const labels = ownerLabels(ownerOf(work.request.deployment));
  const lists = await each(places, (place) => work.objects.list({ ...place, labels }));
  const api = apiKindOf(workload);
  const own =
    api === undefined
      ? undefined
      : await work.objects.get({ ...api, namespace: workload.namespace, name: workload.name });
  const isMade = (one: KubernetesObject): boolean => listAt(one, 'metadata', 'ownerReferences').length > 0;
  const labelled = lists.flat().filter((one) => isOfOwner(work.request, one) && !isMade(one));
  const all = [
    ...(own === undefined || api === undefined ? [] : [{ ...own, apiVersion: api.api_version, kind: api.kind }]),
    ...labelled,
  ];
  return [...new Map(all.map((one) => [objectKey(one), one])).values()];
};

export const refusalOfDelete = ({ request }: Work, found: readonly KubernetesObject[]): Advance | undefined => {
  for (const one of found) {
    const other = ownerInTheWay(request, one);
    if (other !== undefined) {
      const message = `${objectTitle(one)} is deployed as ${other.theirs}, and is not deleted as ${other.ours}.`;
      return failed('ObjectOfAnother', message);
    }
    if (isLater(request, one)) {
      const message = `${objectTitle(one)} was changed by a later attempt, ${markOf(one, 'attempt')}. It was left alone.`;
      return failed('OvertakenByLater', message);
    }
  }
  return undefined;
};

const pathOfKept = ({ request }: Work): string => documentPaths.before(request.batch_id, request.deployment.index);

/** That it was kept says that something may be gone. What was kept first counts: a later attempt finds less. */
const isKept = async (work: Work): Promise<boolean> => (await work.documents.get(pathOfKept(work))) !== undefined;

/** All of it, so that it can be put back where no manifests say it. */
const keepWhole = async (work: Work, found: readonly KubernetesObject[]): Promise<void> => {
  if (found.length === 0) return;
  // What is in a Secret is written nowhere.
  const objects = found.filter(({ kind }) => kind !== 'Secret').map((one) => asWhole(one));
  await work.documents.put(pathOfKept(work), textOfObjects(objects));
};

const asWhole = (one: KubernetesObject): JsonObject => {
  const clean = cleanObject(one);
  const { metadata, ...rest } = clean;
  return { ...rest, metadata: withoutMarks(metadata as JsonObject) };
};

const removeAll = async (work: Work, mine: readonly KubernetesObject[]): Promise<Advance | undefined> => {
  const inOrder = mine.toSorted((one, other) => kindOrder(String(other.kind)) - kindOrder(String(one.kind)));
  for (const group of Map.groupBy(inOrder, ({ kind }) => String(kind)).values()) {
    if (work.clock.now() >= work.end) return running(`deleted up to ${objectTitle(group[0]!)}`);
    const ends = await each(group, async (one) => ({ one, end: await removeOne(work, one) }));
    const refused = ends.find(({ end }) => end.kind === 'refused');
    if (refused !== undefined && refused.end.kind === 'refused')
      return failureOfRight(objectTitle(refused.one), refused.end);
    const left = await each(group, (one) => stillThere(work, one));
    const first = left.find((one) => one !== undefined);
    if (first !== undefined) return running(`waits until ${objectTitle(first)} has gone`);
  }
  return undefined;
};

/** One that is on its way out need not be asked again. */
const removeOne = async (work: Work, one: KubernetesObject): Promise<Removed> => {
  if (isDeleting(one)) return { kind: 'deleted' };
  work.touched = true;
  return work.objects.remove(addressOf(one), uidIn(one), { foreground: true });
};

/** What has its name by now and is another one is none of these. */
const stillThere = async (work: Work, one: KubernetesObject): Promise<KubernetesObject | undefined> => {
  const live = await work.objects.get(addressOf(one));
  return live !== undefined && uidIn(live) === uidIn(one) ? one : undefined;
};

const keptWarning = (left: readonly KubernetesObject[]): readonly string[] =>
  left.length === 0
    ? []
    : [`Left in the cluster, since others may have their data there: ${left.map(objectTitle).join(', ')}.`];
