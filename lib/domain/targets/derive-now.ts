import type { LastOutcomeRow } from '../record/recorded-release.ts';
import type { Release } from '../record/rows.ts';
import { standingAfter } from './standing-after.ts';
import type { TargetRow } from './target-row.ts';

/**
 * NOW of a target whose row was never written, because it predates such rows: the last good release, unless a later
 * deployment did not succeed. Undefined if nothing is recorded.
 */
export const deriveNow = (
  target: string,
  good: Release | undefined,
  last: LastOutcomeRow | undefined,
): TargetRow | undefined => {
  if (last !== undefined && last.at > (good?.at ?? Number.NEGATIVE_INFINITY)) return { target, ...afterLast(last) };
  return good === undefined ? undefined : { target, ...afterGood(good) };
};

const afterLast = ({
  batch_id,
  index,
  status,
  reason,
  action,
  version: asked,
  release_after,
  infrastructure_id,
  at,
}: LastOutcomeRow) => {
  // For a delete or a scale, this is its description.
  const version = action === undefined ? asked : undefined;
  const place = { batch_id, index };
  return standingAfter({ place, status, reason, action, version, release_after, infrastructure_id, at });
};

const afterGood = (release: Release) => {
  const { batch_id, deployment, version, image, digest, at } = release;
  return standingAfter({
    place: { batch_id, index: deployment.index },
    status: 'SUCCESS',
    reason: 'Verified',
    version,
    image,
    digest,
    who: release,
    infrastructure_id: deployment.infrastructure_id,
    at,
  });
};
