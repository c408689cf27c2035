import { hasChangedNothing } from '../../domain/deployment/conclude-deployment.ts';
import type { PlannedDeployment } from '../../domain/plan/plan.ts';
import type { Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { type ItemRow, itemOf, type LastOutcomeRow, type Outcome, type Release } from '../../domain/record/rows.ts';

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

/**
 * What did not end well leaves open what runs, unless somebody saw it. Nothing is written where nothing was changed. What was
 * UNKNOWN and is resolved as FAILED may have changed something: no row says that it did not.
 */
export const lastOutcomeWrites = (
  { target, docker_image_version: version }: PlannedDeployment,
  item: Pick<ItemRow, 'batch_id' | 'index' | 'key' | 'runs' | 'touched'>,
  { status, reason, release_after, ended_at, resolved_by }: Outcome,
  at = ended_at,
): readonly Write[] => {
  if (hasChangedNothing(item, resolved_by === undefined ? status : 'UNKNOWN')) return [];
  const { batch_id, index, key } = item;
  const seen = release_after === undefined ? {} : { release_after };
  const row: LastOutcomeRow = { batch_id, index, key, status, reason, version, ...seen, at };
  return [{ put: itemOf(keys.lastOutcome(target), row) }];
};
