import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, type Release } from '../../domain/record/rows.ts';

/** A verified deployment becomes the release that a later failure returns to. `id` is new and sorts by time. */
export const releaseWrites = (
  deployment: PlannedDeployment,
  {
    batchId,
    at,
    id,
    image,
  }: { readonly batchId: string; readonly at: number; readonly id: string; readonly image?: string | undefined },
): readonly [Write, Write] => {
  const release: Release = {
    version: deployment.docker_image_version,
    ...(image === undefined ? {} : { image }),
    deployment,
    origin: 'recorded',
    at,
    batch_id: batchId,
  };
  return [
    { put: itemOf(keys.goodRelease(deployment.target), release) },
    { put: itemOf(keys.release(deployment.target, id), release), when: { exists: false } },
  ];
};
