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
 * Takes the deletion of a release as far as possible now: kind by kind, dependencies last. The remaining objects show
 * how far it is, so any later look goes on, and missing objects count as deleted. Objects that somebody creates again
 * meanwhile are left alone; the verdict reports them.
 */
export const advanceDelete = async (work: Work): Promise<Advance> => {
  const doomed = await readDoomed(work);
  const found = (await findRelease(work)).filter((one) => doomed === undefined || doomed.has(uidIn(one)));
  const refusal = refusalOfDelete(work, found);
  if (refusal !== undefined) return refusal;
  const mine = found.filter((one) => !kept.includes(String(one.kind)));
  const isBegun = await isKept(work);
  // A half-deleted release is finished: nobody wants it that way.
  if (!isBegun && mine.length > 0 && (await isStopped(work))) return aborted;
  work.touched ||= isBegun;
  if (!isBegun) await keepWhole(work, mine);
  if (doomed === undefined) await noteDoomed(work, found);
  const end = await removeAll(work, mine);
  if (end !== undefined) return end;
  await forgetApplied(work);
  return { phase: 'succeeded', warnings: keptWarning(found.filter((one) => kept.includes(String(one.kind)))) };
};

/**
 * The workload, no matter who made it, and everything with our label. Not what controllers made from these: it goes
 * with them.
 */
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
      const message = `${objectTitle(one)} is deployed as ${other.theirs}, so it is not deleted as ${other.ours}.`;
      return failed('ObjectOfAnother', message);
    }
    if (isLater(request, one)) {
      const message = `${objectTitle(one)} was changed by a later attempt, ${markOf(one, 'attempt')}. It was left unchanged.`;
      return failed('OvertakenByLater', message);
    }
  }
  return undefined;
};

const pathOfKept = ({ request }: Work): string => documentPaths.before(request.batch_id, request.deployment.index);

/** If it was recorded, some of it may already be gone. The first record counts, because a later attempt finds less. */
const isKept = async (work: Work): Promise<boolean> => (await work.documents.get(pathOfKept(work))) !== undefined;

/** Records it whole, so that it can be restored without manifests. */
const keepWhole = async (work: Work, found: readonly KubernetesObject[]): Promise<void> => {
  if (found.length === 0) return;
  // The contents of a Secret are never stored.
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
    if (first !== undefined) return running(`waits until ${objectTitle(first)} is gone`);
  }
  return undefined;
};

/** One that is already being deleted needs no further request. */
const removeOne = async (work: Work, one: KubernetesObject): Promise<Removed> => {
  if (isDeleting(one)) return { kind: 'deleted' };
  work.touched = true;
  return work.objects.remove(addressOf(one), uidIn(one), { foreground: true });
};

/** An object that has the same name by now but is another one doesn't count. */
const stillThere = async (work: Work, one: KubernetesObject): Promise<KubernetesObject | undefined> => {
  const live = await work.objects.get(addressOf(one));
  return live !== undefined && uidIn(live) === uidIn(one) ? one : undefined;
};

const keptWarning = (left: readonly KubernetesObject[]): readonly string[] =>
  left.length === 0
    ? []
    : [`Left in the cluster because others may keep data there: ${left.map(objectTitle).join(', ')}.`];
