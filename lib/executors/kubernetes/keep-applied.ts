import { type AppliedObjects, keptApplied } from '../../domain/drift/applied.ts';
import { ownerLabel, ownerOf } from '../../domain/manifests/marks.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { Standing, Work } from './work.ts';

/**
 * Keeps what was applied at a target, with the fields that were ours then: surveys compare the cluster with it. What an earlier look has
 * applied is as it was read.
 */
export const keepApplied = async (
  { request, documents, applied }: Work,
  standing: readonly Standing[],
): Promise<undefined> => {
  const { batch_id, key, deployment } = request;
  const objects = standing.flatMap(({ wanted, live }) => {
    const object = applied.get(wanted) ?? live;
    return object === undefined ? [] : [keptApplied(object)];
  });
  const kept: AppliedObjects = { batch_id, index: indexIn(key, batch_id), objects };
  await documents.put(documentPaths.applied(ownerLabel(ownerOf(deployment))), JSON.stringify(kept));
};

/** A restore applies an earlier deployment, in the place of one of this batch. */
const indexIn = (key: string, batchId: string): number => Number.parseInt(key.slice(batchId.length + 1), 10);
