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

/** The record that counts: adopted objects count as applied. */
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

/**
 * Before anything is applied, makes the adopted objects the last applied ones. They stay so even if this attempt fails
 * midway.
 */
export const takeAdopted = async (work: Work): Promise<undefined> => {
  if (work.request.adopted === undefined) return;
  const latest = JSON.stringify(await readLatest(work));
  if (latest !== JSON.stringify(await readApplied(work))) await work.documents.put(pathOf(work), latest);
};

/** A restore applies an earlier deployment in place of one of this batch. */
const indexIn = (key: string, batchId: string): number => Number.parseInt(key.slice(batchId.length + 1), 10);

/**
 * Records what was applied at a target, with the fields that were ours then. Surveys compare the cluster with it. What
 * an earlier look applied is recorded as it was read. If the manifests do not name all objects, the others stay as
 * recorded.
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

/** Repeats the record if the look that applied it died or could not write. */
export const keepAppliedOnce = async (
  work: Work,
  wanted: Pick<Wanted, 'isWhole'>,
  standing: readonly Standing[],
): Promise<void> => {
  const known = await readApplied(work);
  if (known?.attempt !== work.request.key) await keepApplied(work, wanted, standing);
};

/** Records the new replicas; all else stays. If Flotilla never applied it, its image is known from elsewhere. */
export const keepScaled = async (work: Work, workload: KubernetesObject): Promise<void> => {
  const known = await readLatest(work);
  if (known === undefined || known.attempt === work.request.key) return;
  await write(work, mergeApplied(known.objects, [keptApplied(workload)]));
};

/** Everything was deleted: what is made next is not compared with it. */
export const forgetApplied = async (work: Work): Promise<void> => {
  if (((await readApplied(work))?.objects.length ?? 0) > 0) await write(work, []);
};
