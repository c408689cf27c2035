import {
  type AppliedObjects,
  keptApplied,
  latestApplied,
  mergeApplied,
  parseAdopted,
} from '../../domain/drift/applied.ts';
import { ownerLabel, ownerOf } from '../../domain/manifests/marks.ts';
import type { KubernetesObject } from '../../domain/ports.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { Standing, Wanted, Work } from './work.ts';

const pathOf = ({ request }: Work): string => documentPaths.applied(ownerLabel(ownerOf(request.deployment)));

const readApplied = async (work: Work): Promise<AppliedObjects | undefined> => {
  const text = await work.documents.get(pathOf(work));
  return text === undefined ? undefined : (JSON.parse(text) as AppliedObjects);
};

/** What of it counts: what somebody has taken as right is as if it had been applied. */
const readLatest = async (work: Work): Promise<AppliedObjects | undefined> => {
  const applied = await readApplied(work);
  const { adopted: sha256 } = work.request;
  if (sha256 === undefined) return applied;
  return latestApplied(applied, parseAdopted(await work.documents.get(documentPaths.adopted(sha256)), sha256));
};

const write = async (work: Work, objects: AppliedObjects['objects']): Promise<undefined> => {
  const { batch_id, key } = work.request;
  const kept: AppliedObjects = { batch_id, index: indexIn(key, batch_id), attempt: key, objects };
  await work.documents.put(pathOf(work), JSON.stringify(kept));
};

/** What somebody has taken as right becomes what was applied, before anything is: also where this attempt then fails half way. */
export const takeAdopted = async (work: Work): Promise<undefined> => {
  if (work.request.adopted === undefined) return;
  const latest = JSON.stringify(await readLatest(work));
  if (latest !== JSON.stringify(await readApplied(work))) await work.documents.put(pathOf(work), latest);
};

/** A restore applies an earlier deployment, in the place of one of this batch. */
const indexIn = (key: string, batchId: string): number => Number.parseInt(key.slice(batchId.length + 1), 10);

/**
 * Keeps what was applied at a target, with the fields that were ours then: surveys compare the cluster with it. What an earlier look has
 * applied is as it was read. Of what does not say all objects, those that it does not name are as they were.
 */
export const keepApplied = async (
  work: Work,
  { isWhole }: Pick<Wanted, 'isWhole'>,
  standing: readonly Standing[],
): Promise<undefined> => {
  const objects = standing.flatMap(({ wanted, live }) => {
    const object = work.applied.get(wanted) ?? live;
    return object === undefined ? [] : [keptApplied(object)];
  });
  const before = isWhole ? undefined : await readLatest(work);
  await write(work, before === undefined ? objects : mergeApplied(before.objects, objects));
};

/** Where that was not done when it was applied: the look that did it has died, or could not write. */
export const keepAppliedOnce = async (
  work: Work,
  wanted: Pick<Wanted, 'isWhole'>,
  standing: readonly Standing[],
): Promise<void> => {
  const known = await readApplied(work);
  if (known?.attempt !== work.request.key) await keepApplied(work, wanted, standing);
};

/** The workload has other replicas, and all else is as it was. Of what was never applied by us the image is known from elsewhere. */
export const keepScaled = async (work: Work, workload: KubernetesObject): Promise<void> => {
  const known = await readLatest(work);
  if (known === undefined || known.attempt === work.request.key) return;
  await write(work, mergeApplied(known.objects, [keptApplied(workload)]));
};

/** All of it was deleted: what is made next is compared with nothing of it. */
export const forgetApplied = async (work: Work): Promise<void> => {
  if (((await readApplied(work))?.objects.length ?? 0) > 0) await write(work, []);
};
